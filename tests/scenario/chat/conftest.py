"""The chat platforms, on each of which every situation is played."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.scenario.chat import on_discord, on_slack
from tests.scenario.chat.chat import Chat
from tests.twins.fal import FalTwin

PLATFORMS: Mapping[str, Callable[[FalTwin, Path], AbstractAsyncContextManager[Chat]]] = {
    "discord": on_discord.opened,
    "slack": on_slack.opened,
}
LEFT_OUT: Mapping[str, Mapping[str, str]] = {"slack": on_slack.LEFT_OUT}
"""By platform: the modules whose situation it does not have, and why."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play each situation on each platform that has it."""
    if "chat" in metafunc.fixturenames:
        module = metafunc.module.__name__.rpartition(".")[2]
        has_it = [name for name in PLATFORMS if module not in LEFT_OUT.get(name, {})]
        metafunc.parametrize("chat", has_it, indirect=True)


@pytest.fixture
async def chat(request: pytest.FixtureRequest, fal: FalTwin, tmp_path: Path) -> AsyncIterator[Chat]:
    """A chat with nobody in it yet."""
    async with PLATFORMS[request.param](fal, tmp_path) as opened:
        yield opened
