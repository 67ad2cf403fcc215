"""A running bot for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.local.running import Bot, running


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(tmp_path) as bot:
        yield bot
