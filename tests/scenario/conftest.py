"""Fixtures of the scenarios: a fal, and two photographs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import bad_images
from tests.scenario.at_fal import small_video
from tests.twins.fal import FalTwin


@pytest.fixture
async def fal(tmp_path: Path) -> AsyncIterator[FalTwin]:
    async with FalTwin() as twin:
        twin.video = small_video(tmp_path / "made.mp4")
        twin.units = "0.5"
        yield twin


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Path, Path]:
    """Two photographs, the first with its place and its camera in the metadata."""
    start, end = tmp_path / "IMG_0001.jpg", tmp_path / "IMG_0002.png"
    start.write_bytes(bad_images.jpeg_with_secrets())
    end.write_bytes(bad_images.plain(size=(96, 64)))
    return start, end
