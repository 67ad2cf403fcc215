"""A video that is too heavy for a channel gets a copy that is not, or a refusal; never half a file."""

import math
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageChops, ImageStat

from adapters.media.encode import Outlook, Source, source_of
from adapters.media.fit import PyAVFitter
from adapters.media.fit_worker import _inspected, fitted, promising
from adapters.media.videos import PyAVVideos
from bot.domain.errors import BadVideo
from tests.unit.media.noisy import FRAMES, SIZE, noisy
from tests.unit.media.videos import RATE, write, write_sound


def pictures(path: Path) -> tuple[list[Image.Image], list[float]]:
    """Return all frames in gray, and their times in seconds."""
    with av.open(str(path)) as container:
        frames = [frame.reformat(format="gray") for frame in container.decode(video=0)]
        return [frame.to_image() for frame in frames], [frame.time for frame in frames]  # type: ignore[no-untyped-call]


def likeness(one: Path, other: Path) -> float:
    """Return the PSNR of two videos in dB."""
    pairs = zip(pictures(one)[0], pictures(other)[0], strict=True)
    mean = sum(ImageStat.Stat(ImageChops.difference(a, b)).sum2[0] for a, b in pairs) / (FRAMES * SIZE[0] * SIZE[1])
    return 10 * math.log10(255**2 / mean)


def similarity(one: Path, other: Path) -> float:
    """Return the mean SSIM of two videos by its own definition, over blocks of 8 x 8 (Wang 2004, equation 13)."""
    found = []
    with av.open(str(one)) as first, av.open(str(other)) as second:
        for pair in zip(first.decode(video=0), second.decode(video=0), strict=True):
            planes = [[_numbers(frame.planes[place]) for place in range(3)] for frame in pair]
            levels = [_mean_ssim(a, b) for a, b in zip(*planes, strict=True)]
            found.append((4 * levels[0] + levels[1] + levels[2]) / 6)
    return sum(found) / len(found)


def _numbers(plane: av.video.plane.VideoPlane) -> npt.NDArray[np.float64]:
    rows = np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, plane.line_size)
    return np.asarray(rows[:, : plane.width], np.float64)


def _mean_ssim(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    def mean(plane: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        windows = np.lib.stride_tricks.sliding_window_view(plane, (8, 8))[::4, ::4]
        return np.asarray(windows.mean(axis=(2, 3)))

    middle_x, middle_y = mean(x), mean(y)
    spread_x, spread_y = mean(x * x) - middle_x**2, mean(y * y) - middle_y**2
    both, low, high = mean(x * y) - middle_x * middle_y, (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * middle_x * middle_y + low) * (2 * both + high)
    return float((top / ((middle_x**2 + middle_y**2 + low) * (spread_x + spread_y + high))).mean())


@pytest.mark.parametrize(("limit", "at_least"), [(600_000, 33), (150_000, 26)])
async def test_a_copy_uses_what_it_may_weigh(
    fitter: PyAVFitter, heavy: Path, tmp_path: Path, limit: int, at_least: float
) -> None:
    """The same frames at the same times in the same size, within the limit and over 85 % of it, and like the video."""
    copy = tmp_path / "copy.mp4"
    video = (await fitter.fit(heavy, copy, limit)).video
    assert (video.width, video.height, video.frames) == (*SIZE, FRAMES)
    assert limit * 0.85 < video.bytes <= limit
    assert pictures(copy)[1] == pictures(heavy)[1]
    assert likeness(heavy, copy) > at_least
    assert [path.name for path in tmp_path.iterdir()] == ["copy.mp4"]


async def test_a_copy_plays_everywhere_and_at_once(fitter: PyAVFitter, heavy: Path, tmp_path: Path) -> None:
    """H.264 High in yuv420p, colours named as in the video, the index in front, and the facts are the file's own."""
    copy = tmp_path / "copy.mp4"
    video = (await fitter.fit(heavy, copy, 300_000)).video
    with av.open(str(copy)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.profile, context.pix_fmt) == ("High", "yuv420p")
        assert stream.average_rate == RATE
        assert (context.color_range, context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1, 1)
    data = copy.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    videos = PyAVVideos()
    assert await videos.inspect(copy) == video
    videos.close()


async def test_a_copy_says_how_like_the_video_it_is(fitter: PyAVFitter, heavy: Path, tmp_path: Path) -> None:
    """What is told is the SSIM of all three planes, and it falls with the bytes."""
    copies = [await fitter.fit(heavy, tmp_path / f"{limit}.mp4", limit) for limit in (600_000, 150_000, 6_000)]
    assert 1 > copies[0].ssim > copies[1].ssim > copies[2].ssim > 0
    assert copies[1].ssim == pytest.approx(similarity(heavy, tmp_path / "150000.mp4"), abs=0.01)


async def test_a_video_with_too_few_bits_a_pixel_gets_smaller(fitter: PyAVFitter, heavy: Path, tmp_path: Path) -> None:
    """Even sides, the same shape, and all frames."""
    video = (await fitter.fit(heavy, tmp_path / "copy.mp4", 6_000)).video
    assert (video.width, video.height) in {(360, 204), (240, 136)}
    assert (video.frames, video.bytes <= 6_000) == (FRAMES, True)


@pytest.mark.parametrize("limit", [0, 1_500, 2_500])
async def test_what_does_not_fit_is_refused(fitter: PyAVFitter, heavy: Path, tmp_path: Path, limit: int) -> None:
    """Before anything but blocks is left, there is no copy: whoever asked can say where the video lies instead."""
    with pytest.raises(BadVideo, match=f"does not fit into {limit} bytes"):
        await fitter.fit(heavy, tmp_path / "copy.mp4", limit)
    assert list(tmp_path.iterdir()) == []


async def test_noise_is_refused_before_it_turns_into_blocks(fitter: PyAVFitter, tmp_path: Path) -> None:
    """x264 could do with these bytes, if it threw away all that noise is made of."""
    path = noisy(tmp_path / "noise.mp4", 1.0)
    with pytest.raises(BadVideo, match="does not fit into 3500 bytes"):
        await fitter.fit(path, tmp_path / "copy.mp4", 3_500)


@pytest.mark.parametrize(
    ("limit", "seconds", "what"),
    [(6_000, 0, "not made smaller within 0 s: it would take"), (2_500, 300, "does not fit")],
)
def test_what_cannot_work_is_known_before_it_is_encoded(
    heavy: Path, tmp_path: Path, limit: int, seconds: int, what: str
) -> None:
    """Too little time or too few bytes are told from a few frames: nothing of the video has been gone over."""
    with pytest.raises(BadVideo, match=what):
        fitted(heavy, tmp_path, limit, seconds)
    assert list(tmp_path.iterdir()) == []


def test_what_takes_too_long_is_made_in_a_smaller_size(heavy: Path) -> None:
    """A video that was paid for comes smaller rather than not at all."""
    source = source_of(heavy, _inspected(heavy))
    width, height = source.video.width, source.video.height
    sizes = promising(source, 1e9, 60.0, lambda _, size: Outlook(0.0, 100.0 if size[0] == width else 10.0))
    assert list(sizes) == [(width * 3 // 4, height * 3 // 4), (width // 2, height // 2)]


@pytest.mark.parametrize(
    ("weights", "at_most"),
    [([1.10, 1.10], 2), ([None, None], 2), ([1.30, 1.10], 2), ([1.10, None], 2), ([None, 1.10], 2)],
    ids=["misses twice", "cannot twice", "misses by far", "then cannot", "cannot, then misses"],
)
def test_a_copy_is_made_twice_at_most(heavy: Path, tmp_path: Path, weights: list[float | None], at_most: int) -> None:
    """Each takes minutes of a long video, in both passes: what does not fit then is refused."""
    asked: list[tuple[tuple[int, int], int]] = []

    def weigh(_: Source, size: tuple[int, int], bit_rate: int, __: Path) -> int | None:
        asked.append((size, bit_rate))
        part = weights[len(asked) - 1]
        return None if part is None else round(300_000 * part)

    with pytest.raises(BadVideo, match="does not fit into 300000 bytes"):
        fitted(heavy, tmp_path, 300_000, 300, weigh)
    (first, rate), (then, less) = asked
    assert len(asked) == at_most
    assert first == SIZE
    # In the same size with fewer bits, as far as it missed; else in a smaller one.
    near = weights[0] == 1.10
    assert (then == first, less == pytest.approx(rate * 0.98 / 1.10, abs=2)) == (near, near)


async def test_sound_comes_along(fitter: PyAVFitter, heavy: Path, tmp_path: Path) -> None:
    """As AAC, as long as it was, and its weight is counted."""
    loud = write_sound(tmp_path / "loud.mp4", heavy)
    video = (await fitter.fit(loud, tmp_path / "copy.mp4", 120_000)).video
    assert (video.frames, video.bytes <= 120_000) == (FRAMES, True)
    with av.open(str(tmp_path / "copy.mp4")) as container:
        sound = container.streams.audio[0]
        seconds = sum(frame.samples for frame in container.decode(sound)) / sound.rate
    assert sound.codec_context.name == "aac"
    assert seconds == pytest.approx(1.0, abs=0.1)


async def test_a_light_video_does_not_grow(fitter: PyAVFitter, tmp_path: Path) -> None:
    """A limit far above what the video weighs is no reason to make it heavier."""
    light = write(tmp_path / "light.mp4", frames=40)
    video = (await fitter.fit(light, tmp_path / "copy.mp4", 10_000_000)).video
    assert video.bytes <= light.stat().st_size * 1.25


async def test_what_is_no_video_is_refused(fitter: PyAVFitter, tmp_path: Path) -> None:
    """The worker's refusal comes over as it is."""
    (tmp_path / "page.mp4").write_bytes(b"<html>502 Bad Gateway</html>" * 50)
    with pytest.raises(BadVideo, match="not an MP4, or a damaged one"):
        await fitter.fit(tmp_path / "page.mp4", tmp_path / "copy.mp4", 10_000)
    assert [path.name for path in tmp_path.iterdir()] == ["page.mp4"]


async def test_a_copy_that_cannot_be_put_in_place_leaves_nothing(
    fitter: PyAVFitter, heavy: Path, tmp_path: Path
) -> None:
    """Where a folder has the copy's name, the half-made file goes again."""
    (tmp_path / "copy.mp4").mkdir()
    with pytest.raises(BadVideo, match="not made smaller: is a directory"):
        await fitter.fit(heavy, tmp_path / "copy.mp4", 100_000)
    assert [path.name for path in tmp_path.iterdir()] == ["copy.mp4"]
