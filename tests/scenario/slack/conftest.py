"""The office that every situation on Slack begins with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack.manifest import manifest
from tests.scenario.slack.office import Office
from tests.twins.fal import FalTwin
from tests.twins.slack import App, SlackTwin


@pytest.fixture
async def slack() -> AsyncIterator[SlackTwin]:
    """A Slack whose app is the one that the bot's own manifest makes."""
    async with SlackTwin(App.from_manifest(manifest())) as twin:
        yield twin


@pytest.fixture
def office(slack: SlackTwin, fal: FalTwin, tmp_path: Path, photos: tuple[Path, Path]) -> Office:
    """A workspace with one channel and one member."""
    acme = slack.workspace("Acme")
    return Office(slack, fal, tmp_path, photos, acme, acme.channel("videos"), acme.user("ann"))
