from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.media.fit import PyAVFitter
from adapters.media.frames import PillowFrames
from tests.unit.media.noisy import noisy


@pytest.fixture
def frames() -> Iterator[PillowFrames]:
    frames = PillowFrames()
    yield frames
    frames.close()


@pytest.fixture
def fitter() -> PyAVFitter:
    return PyAVFitter()


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video of over a megabyte: a picture that moves under noise, encoded almost without loss."""
    path = noisy(tmp_path_factory.mktemp("heavy") / "heavy.mp4", 0.12)
    assert path.stat().st_size > 1_000_000
    return path
