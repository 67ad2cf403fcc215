"""Fixtures of the browser tests: a bot as somebody has it who has set nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.chromium import tools
from tests.scenario.bot import Bot, running


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """Run a bot with the embedded engine, and no job in it."""
    tools()
    async with running(tmp_path, {}) as running_bot:
        yield running_bot
