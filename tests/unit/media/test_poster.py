"""A poster is the frame that a viewer sees first."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from adapters.media.poster import PyAVPosters
from bot.domain.errors import BadVideo
from tests.unit.media.test_last_frame import SIZE, picture, written
from tests.unit.media.videos import write


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


@pytest.mark.parametrize(("count", "numbers"), [(1, [0]), (2, [0, 8]), (5, [0, 2, 4, 6, 8]), (50, list(range(9)))])
async def test_posters_are_spread_from_the_first_frame_to_the_last(
    posters: PyAVPosters, tmp_path: Path, count: int, numbers: list[int]
) -> None:
    """Evenly; a video of fewer frames shows all that it has."""
    drawn = await posters.posters(written(tmp_path / "video.mp4", 9, tagged=False), count)
    far = [[_difference(_opened(poster), picture(number)) for number in range(9)] for poster in drawn]
    assert [near.index(min(near)) for near in far] == numbers


async def test_what_is_skipped_moves_no_poster(posters: PyAVPosters, tmp_path: Path) -> None:
    """Over several key frames, twelve frames apart, and with frames that refer to later ones."""
    drawn = await posters.posters(written(tmp_path / "video.mp4", 40, tagged=False), 4)
    far = [[_difference(_opened(poster), picture(number)) for number in range(20)] for poster in drawn]
    assert [near.index(min(near)) for near in far] == [0, 13, 26 % 20, 39 % 20]


async def test_posters_are_small(posters: PyAVPosters, tmp_path: Path) -> None:
    """JPEGs of 1024 pixels on the longer side, in the video's shape; none grows."""
    wide = await posters.posters(write(tmp_path / "wide.mp4", frames=2, size=(1536, 768)), 2)
    assert [(image.format, image.size) for image in map(_opened, wide)] == [("JPEG", (1024, 512))] * 2
    small = await posters.posters(write(tmp_path / "small.mp4", frames=2, size=(160, 96)), 2)
    assert [image.size for image in map(_opened, small)] == [(160, 96)] * 2


async def test_what_is_no_video_has_no_posters(posters: PyAVPosters, tmp_path: Path) -> None:
    """Nothing is drawn of it."""
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(BadVideo):
        await posters.posters(tmp_path / "text.mp4", 4)


def _opened(poster: bytes) -> Image.Image:
    with Image.open(io.BytesIO(poster)) as image:
        image.load()
        return image


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures' colours, 0..255."""
    bands = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other)).mean
    return sum(bands) / len(bands)
