"""Fixtures of the engine's protocol tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contract.engine.running import Caller, EngineProcess, caller, engine


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """An engine with one stand-in worker, shared by a module's tests: its queue is empty between them."""
    with engine(tmp_path_factory.mktemp("engine") / "data", "--workers", "1") as running:
        yield running


@pytest.fixture
async def call(quick: EngineProcess) -> AsyncIterator[Caller]:
    """A caller of the shared engine."""
    async with caller(quick) as opened:
        yield opened


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A file that does not exist: `hold` waits for it."""
    return tmp_path / "gate"
