"""A poster is the frame that a viewer sees first."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from adapters.media.poster import PyAVPosters
from bot.domain.errors import BadVideo
from tests.unit.media.test_last_frame import SIZE, picture, written


@pytest.fixture
def posters() -> Iterator[PyAVPosters]:
    posters = PyAVPosters()
    yield posters
    posters.close()


async def test_a_poster_is_the_first_frame(posters: PyAVPosters, tmp_path: Path) -> None:
    """A JPEG in the video's size, and like no other frame of it."""
    video = written(tmp_path / "video.mp4", 30, tagged=False)
    with Image.open(io.BytesIO(await posters.poster(video))) as poster:
        assert (poster.format, poster.size) == ("JPEG", SIZE)
        far = [_difference(poster, picture(number)) for number in range(4)]
    assert far[0] < 4 < min(far[1:])


async def test_what_is_no_video_has_no_poster(posters: PyAVPosters, tmp_path: Path) -> None:
    """It is refused, and the next one is drawn."""
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(BadVideo):
        await posters.poster(tmp_path / "text.mp4")
    assert await posters.poster(written(tmp_path / "video.mp4", 2, tagged=True))


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures' colours, 0..255."""
    bands = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other)).mean
    return sum(bands) / len(bands)
