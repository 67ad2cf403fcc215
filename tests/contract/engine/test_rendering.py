"""The engine with its true generator: a real video comes out, and the server answers meanwhile."""

import io
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageDraw

from engine.settings import DEFAULT_RENDERER
from tests.contract.engine.running import Caller, EngineProcess, caller, engine


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """An engine with one worker that draws."""
    with engine(tmp_path_factory.mktemp("real") / "data", "--workers", "1", renderer=DEFAULT_RENDERER) as running:
        yield running


@pytest.fixture
async def draw(real: EngineProcess) -> AsyncIterator[Caller]:
    """A caller of the drawing engine."""
    async with caller(real) as opened:
        yield opened


def picture(shift: int) -> bytes:
    """Draw a scene whose parts have moved by some pixels."""
    image = Image.new("RGB", (832, 480), "navy")
    canvas = ImageDraw.Draw(image)
    for step in range(12):
        canvas.rectangle(
            [60 * step + shift, 40 + 20 * step, 60 * step + shift + 45, 90 + 20 * step], fill=(20 * step, 200, 90)
        )
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


async def test_a_real_render_gives_an_mp4_with_the_ordered_frames(draw: Caller, tmp_path: Path) -> None:
    """Uploaded images, 480p: the file decodes to 81 frames of 832 x 480 at 12 frames per second in H.264."""
    urls = [await draw.upload(picture(shift)) for shift in (0, 40)]
    request_id = await draw.submit(
        "the blocks slide", start_image_url=urls[0], end_image_url=urls[1], resolution="480p", frames_per_second=12
    )
    done = await draw.until(request_id, "COMPLETED")
    assert "error" not in done
    assert (await draw.get(request_id, "/status?logs=1"))[1]["logs"][-1]["message"] == "81/81"
    async with draw.session.get((await draw.get(request_id))[1]["video"]["url"]) as response:
        (tmp_path / "video.mp4").write_bytes(await response.read())
    with av.open(tmp_path / "video.mp4") as container:
        video = container.streams.video[0]
        frames = sum(1 for _ in container.decode(video))
        shape = video.width, video.height, video.codec_context.name, video.average_rate
    assert (frames, *shape) == (81, 832, 480, "h264", Fraction(12))


async def test_a_bad_image_is_refused_with_a_sentence(draw: Caller) -> None:
    """Text under an image's name is a 422 on its own field, and the worker lives on."""
    bad = await draw.upload(b"this is not a picture", "frame.png")
    good = await draw.upload(picture(0))
    request_id = await draw.submit("go", start_image_url=good, end_image_url=bad)
    await draw.until(request_id, "COMPLETED")
    code, body = await draw.get(request_id)
    assert (code, body["detail"][0]["loc"]) == (422, ["body", "end_image_url"])


async def test_a_real_render_is_cancelled_soon(draw: Caller) -> None:
    """The generator hears a cancel between frames: the request ends without its video."""
    url = await draw.upload(picture(0))
    request_id = await draw.submit("go", start_image_url=url, end_image_url=url, resolution="720p", num_frames=100)
    async for event in draw.events(request_id):
        if event["logs"]:
            await draw.cancel(request_id)
            break
    done = await draw.until(request_id, "COMPLETED")
    assert done["error_type"] == "client_cancelled"


@pytest.mark.alone
async def test_the_server_answers_quickly_during_a_render(draw: Caller) -> None:
    """While a worker draws the server's answers stay quick: the median under 50 ms on a busy machine."""
    urls = [await draw.upload(picture(shift)) for shift in (0, 40)]
    request_id = await draw.submit("go", start_image_url=urls[0], end_image_url=urls[1], resolution="480p")
    waits = []
    running = True
    while running:
        began = time.perf_counter()
        running = (await draw.get(request_id, "/status"))[1]["status"] != "COMPLETED"
        waits.append(time.perf_counter() - began)
    assert len(waits) > 20
    assert statistics.median(waits) < 0.05
