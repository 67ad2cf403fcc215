"""An image of another shape is shown whole in the video's, and what surrounds it takes nothing away from it."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from adapters.media.borders import bordered
from adapters.media.frames import PillowFrames
from bot.domain.media import Frame
from tests.bad_images import COLOURS, noise, quarters, saved, scene

WIDE, TALL, SQUARE = (320, 180), (180, 320), (240, 240)


def frame_of(image: Image.Image, kind: str = "PNG") -> Frame:
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    return Frame("start", saved(image, kind, **options), f"image/{kind.lower()}", *image.size)


def opened(frame: Frame) -> Image.Image:
    with Image.open(io.BytesIO(frame.data)) as image:
        image.load()
        assert image.size == frame.size
        return image


def inside(image: Image.Image, given: tuple[int, int]) -> tuple[Image.Image, list[Image.Image]]:
    """Return the part where an image of this size must be, and the borders around it."""
    scale = min(image.width / given[0], image.height / given[1])
    width, height = round(given[0] * scale), round(given[1] * scale)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    borders = [
        *((image.crop((0, 0, left, height)), image.crop((left + width, 0, image.width, height))) if left else ()),
        *((image.crop((0, 0, width, top)), image.crop((0, top + height, width, image.height))) if top else ()),
    ]
    return image.crop((left, top, left + width, top + height)), borders


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    ("given", "size"), [(WIDE, TALL), (TALL, WIDE), (SQUARE, WIDE), (SQUARE, TALL), (WIDE, SQUARE), ((900, 900), WIDE)]
)
def test_the_whole_image_is_in_the_middle(given: tuple[int, int], size: tuple[int, int], kind: str) -> None:
    """In exactly the video's size, with all its corners, as the kind of file that it was; its edges stay sharp."""
    frame = bordered(frame_of(scene(given), kind), size)
    assert (frame.size, frame.content_type, frame.which) == (size, f"image/{kind.lower()}", "start")
    middle, borders = inside(opened(frame), given)
    wanted = scene(given).resize(middle.size, Image.Resampling.LANCZOS)
    assert max(ImageStat.Stat(ImageChops.difference(middle, wanted)).mean) < 2
    assert quarters(middle) == [pytest.approx(colour, abs=6) for colour in COLOURS]
    assert len(borders) == 2


def test_a_drawing_that_fits_keeps_every_pixel() -> None:
    """Nothing is scaled and nothing is lost where the image has one side of the video already."""
    fine = noise((180, 180))
    middle, _ = inside(opened(bordered(frame_of(fine), WIDE)), fine.size)
    assert middle.tobytes() == fine.tobytes()


@pytest.mark.parametrize("given", [WIDE, (321, 180), (640, 360), (319, 180)])
def test_an_image_of_the_videos_shape_is_left_alone(given: tuple[int, int]) -> None:
    """A border of a pixel would be seen as a fault, and a copy would lose something."""
    frame = frame_of(scene(given))
    assert bordered(frame, WIDE) is frame


def test_a_wide_image_is_left_alone_in_the_models_own_wide_size() -> None:
    """832 x 480 is not quite 16:9: the model crops a fortieth of it, where borders would be a line above and below."""
    frame = frame_of(scene((320, 180)))
    assert bordered(frame, (832, 480)) is frame


@pytest.mark.parametrize(("given", "size"), [(TALL, WIDE), (WIDE, TALL)])
def test_the_borders_are_soft_and_darker_than_the_image(given: tuple[int, int], size: tuple[int, int]) -> None:
    """They have the image's colours, none of its shapes, and do not draw the eye: no step between two pixels."""
    _, borders = inside(opened(bordered(frame_of(scene(given)), size)), given)
    for border in borders:
        shifted = ImageChops.offset(border, 1, 1).crop((1, 1, *border.size))
        steps = ImageChops.difference(border.crop((1, 1, *border.size)), shifted)
        assert max(steps.tobytes()) <= 6
        means, bright = ImageStat.Stat(border).mean, ImageStat.Stat(scene(given)).mean
        assert sum(means) < 0.9 * sum(bright)


def test_noise_has_calm_borders() -> None:
    """The wildest image is surrounded by nearly one colour."""
    _, borders = inside(opened(bordered(frame_of(noise((180, 180))), WIDE)), (180, 180))
    assert all(max(ImageStat.Stat(border).stddev) < 6 for border in borders)


def test_a_flat_colour_has_borders_of_that_colour() -> None:
    """A darker shade of it, without a pattern."""
    _, borders = inside(opened(bordered(frame_of(Image.new("RGB", SQUARE, (200, 100, 50))), WIDE)), SQUARE)
    for border in borders:
        assert border.getcolors() == [(border.width * border.height, (144, 72, 36))]


@pytest.mark.parametrize("given", [(16, 2560), (2560, 16), (16, 16)])
def test_no_shape_is_too_far_from_the_videos(given: tuple[int, int]) -> None:
    """A strip is a line in the middle, a tiny image a large one."""
    assert opened(bordered(frame_of(scene(given)), (1280, 720))).size == (1280, 720)


async def test_it_is_done_beside_the_event_loop(frames: PillowFrames) -> None:
    """The port's way to it gives the same."""
    frame = frame_of(scene(SQUARE))
    assert await frames.bordered(frame, WIDE) == bordered(frame, WIDE)
