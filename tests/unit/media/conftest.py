from collections.abc import Iterator

import pytest

from adapters.media.frames import PillowFrames


@pytest.fixture
def frames() -> Iterator[PillowFrames]:
    frames = PillowFrames()
    yield frames
    frames.close()
