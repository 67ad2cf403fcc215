"""Fixtures of the browser tests: a bot as somebody has it who has set nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.chromium import FRAMES, tools
from tests.scenario.bot import Bot, running


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """Run a bot with the embedded engine, and no job in it."""
    tools()
    async with running(tmp_path, {}) as running_bot:
        yield running_bot


@pytest.fixture
def images(tmp_path: Path) -> dict[str, str]:
    """Return a wide image and a tall one, the latter cut from the example's last frame."""
    tall = tmp_path / "tall.png"
    with Image.open(FRAMES["end"]) as last:
        width = last.height * 9 // 16
        left = (last.width - width) // 2
        last.convert("RGB").crop((left, 0, left + width, last.height)).resize((1080, 1920)).save(tall)
    return {"wide": FRAMES["start"], "tall": str(tall)}
