"""A preview shows what the video will show of both frames, in a picture that no chat has to scroll past."""

import asyncio
import io
import random
import threading
from collections.abc import Iterator

import pytest
from PIL import Image

from adapters.media.preview import HEAVIEST, PillowPreviews, corners, panel_for
from bot.domain.errors import BadImage, ImageFault, Which
from bot.domain.media import Frame

SIZES = {"wide": (1280, 720), "tall": (720, 1280), "square": (960, 960), "ribbon": (1248, 416)}
KEPT = {"start": (40, 150, 60), "end": (180, 60, 150)}
CUT = (250, 20, 20)


@pytest.fixture
def previews() -> Iterator[PillowPreviews]:
    previews = PillowPreviews()
    yield previews
    previews.close()


def framed(which: Which, image: Image.Image, form: str = "PNG") -> Frame:
    buffer = io.BytesIO()
    image.save(buffer, form)
    return Frame(which, buffer.getvalue(), f"image/{form.lower()}", *image.size)


def bordered(which: Which, size: tuple[int, int], longer: tuple[int, int]) -> Frame:
    """Return a frame in one colour, in the shape of ``size``, and longer on both ends by what is to be cut off."""
    image = Image.new("RGB", (size[0] + 2 * longer[0], size[1] + 2 * longer[1]), CUT)
    image.paste(KEPT[which], (*longer, longer[0] + size[0], longer[1] + size[1]))
    return framed(which, image)


def shown(picture: Image.Image, size: tuple[int, int]) -> list[Image.Image]:
    """Return what lies in the two panels, without the 16 pixels that JPEG mixes with what is around them."""
    (width, height), edge = panel_for(size), 16
    return [
        picture.crop((x + edge, y + edge, x + width - edge, y + height - edge)) for x, y in corners(panel_for(size))
    ]


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("longer", [(200, 0), (0, 200), (0, 0)])
async def test_both_frames_are_shown_as_the_video_crops_them(
    previews: PillowPreviews, shape: str, longer: tuple[int, int]
) -> None:
    """What covers the video is there to its last line, the start on the left; what hangs over is gone."""
    size = SIZES[shape]
    data = await previews.draw(bordered("start", size, longer), bordered("end", size, longer), size)
    with Image.open(io.BytesIO(data)) as picture:
        panels = shown(picture.convert("RGB"), size)
    for panel, colour in zip(panels, KEPT.values(), strict=True):
        for level, expected in zip(panel.split(), colour, strict=True):
            assert level.getextrema() == pytest.approx((expected, expected), abs=6)


@pytest.mark.parametrize("size", [*SIZES.values(), (16, 4096), (4096, 16)])
async def test_a_preview_is_light_and_never_tall(previews: PillowPreviews, size: tuple[int, int]) -> None:
    """A JPEG of 1200 pixels by 520 at most and 250 kB at most, even where the frames are noise."""
    noise = Image.frombytes("RGB", (900, 900), random.Random(1).randbytes(3 * 900 * 900))
    data = await previews.draw(framed("start", noise), framed("end", noise, "JPEG"), size)
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.width, picture.height <= 520) == ("JPEG", 1200, True)
    assert len(data) <= HEAVIEST


async def test_the_smallest_frames_that_are_taken_are_drawn(previews: PillowPreviews) -> None:
    """A frame has 16 pixels a side at least, and is enlarged as the model enlarges it."""
    tiny, flat = Image.new("RGB", (16, 16), KEPT["start"]), Image.new("RGB", (2560, 16), KEPT["end"])
    data = await previews.draw(framed("start", tiny), framed("end", flat), (720, 1280))
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (1200, 520)


@pytest.mark.parametrize("which", ["start", "end"])
@pytest.mark.parametrize("cut", [0, 20, 400])
async def test_a_frame_that_does_not_decode_is_named(previews: PillowPreviews, which: Which, cut: int) -> None:
    """The refusal says which of the two it is."""
    whole = {name: bordered(name, (320, 180), (0, 0)) for name in ("start", "end")}
    whole[which] = Frame(which, whole[which].data[:cut], "image/png", 320, 180)
    with pytest.raises(BadImage) as caught:
        await previews.draw(whole["start"], whole["end"], (1280, 720))
    assert (caught.value.which, caught.value.fault) == (which, ImageFault.DAMAGED)


async def test_drawing_has_a_deadline() -> None:
    """A card does not wait for its picture for ever."""
    previews = PillowPreviews(deadline=0.05)
    hold = threading.Event()
    held = asyncio.get_running_loop().run_in_executor(previews._aside._executor, hold.wait, 10)
    try:
        with pytest.raises(BadImage, match=r"not drawn within 0\.05 s"):
            await previews.draw(bordered("start", (32, 32), (0, 0)), bordered("end", (32, 32), (0, 0)), (32, 32))
    finally:
        hold.set()
    assert await held
    previews.close()
