"""One order from bytes to MP4, in a process of its own: intake, plan, draw, encode.

At most a handful of frames exist at any time: each is drawn, handed to the encoder and forgotten. The wish to cancel is
looked at between the steps of planning and after every frame; whatever ends the work, no half file stays.
"""

from collections.abc import Callable, Iterator

import cv2

from engine.generator.arrays import Array
from engine.generator.canvas import canvas_for
from engine.generator.easing import times
from engine.generator.encode import Encoder
from engine.generator.field import Mixer
from engine.generator.intake import decode, open_picture
from engine.generator.order import Cancelled, Order, Rendered
from engine.generator.pixels import CELL, Painter, from_rgb
from engine.generator.plan import make_plan

_THREADS = 2  # of OpenCV a worker; x264 has two of its own


def render(order: Order, report: Callable[[int, int], None], cancelled: Callable[[], bool]) -> Rendered:
    """Render the order to `order.output`; call `report(done, total)` after every frame.

    Raises BadImage for a picture that cannot be used and Cancelled soon after `cancelled()` turns true. Pixels depend
    on the order alone; the MP4's bytes may differ between machines.
    """

    def checkpoint() -> None:
        if cancelled():
            raise Cancelled

    cv2.setNumThreads(_THREADS)
    checkpoint()
    start, end = pictures(order)
    checkpoint()
    height, width = start.shape[:2]
    try:
        with Encoder(order.part, (width, height), order.frames_per_second, order.num_frames) as encoder:
            for done, frame in enumerate(frames(start, end, order, checkpoint), 1):
                encoder.write(frame)
                report(done, order.num_frames)
        checkpoint()
        order.part.replace(order.output)
    finally:
        order.part.unlink(missing_ok=True)
    return Rendered(width, height, order.num_frames, order.num_frames / order.frames_per_second)


def pictures(order: Order) -> tuple[Array, Array]:
    """Give both pictures as the video shows them, RGB uint8 of one size."""
    first = open_picture(order.start, "start")
    canvas = canvas_for(order.resolution, order.aspect_ratio, first.size)
    start = decode(first, canvas)
    del first
    return start, decode(open_picture(order.end, "end"), canvas)


def frames(start: Array, end: Array, order: Order, checkpoint: Callable[[], None]) -> Iterator[Array]:
    """Draw the frames one by one, packed NV12; the first and the last are the pictures themselves."""
    a, b = from_rgb(start), from_rgb(end)
    plan = make_plan(start, end, order.prompt, order.seed, checkpoint)
    height, width = a.luma.shape
    mixer, painter = Mixer(plan, width, height, CELL), Painter(a, b, plan.light)
    yield a.packed()
    for t in times(order.num_frames)[1:-1]:
        checkpoint()
        yield painter.frame(mixer.at(t)).packed()
    yield b.packed()
