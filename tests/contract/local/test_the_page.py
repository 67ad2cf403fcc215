"""The page on a running bot says what is served, and nothing else."""

import re
from pathlib import Path

from tests.contract.local.running import Bot

PAGE = Path(__file__).parents[3] / "docs" / "running.md"
CALL = re.compile(r"^\| `(GET|POST|DELETE) (/[^`]*)`", re.MULTILINE)
BESIDE_IT = {("GET", "/healthz"), ("GET", "/v/{id}.mp4")}
"""What the same server has for others than this channel."""


def test_every_call_is_on_the_page(bot: Bot) -> None:
    """A route that is added, or taken away, is told."""
    served = {(route.method, route.path) for route in bot.routes}
    assert set(CALL.findall(PAGE.read_text("utf-8"))) == served | BESIDE_IT
