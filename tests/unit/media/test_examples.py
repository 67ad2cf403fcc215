"""The example frames in docs/examples are what their script draws, and what a newcomer's first job needs."""

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from adapters.media.frames import PillowFrames

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
NAMES = ("first.png", "last.png")


async def test_the_script_draws_the_example_frames(tmp_path: Path) -> None:
    """Drawn anew they are the same, but for the rounding of another processor."""
    process = await asyncio.create_subprocess_exec(sys.executable, EXAMPLES / "draw.py", tmp_path)
    async with asyncio.timeout(120):
        assert await process.wait() == 0
    for name in NAMES:
        with Image.open(tmp_path / name) as drawn, Image.open(EXAMPLES / name) as kept:
            difference = ImageStat.Stat(ImageChops.difference(drawn, kept))
        assert max(difference.mean) < 0.05
    assert sorted(path.name for path in tmp_path.iterdir()) == list(NAMES)


async def test_the_example_frames_pass_the_door_unchanged(frames: PillowFrames) -> None:
    """Both are small files of 1280 x 720 without metadata, whose pixels reach the provider as they are."""
    for name in NAMES:
        data = (EXAMPLES / name).read_bytes()
        frame = await frames.prepare("start", data)
        assert (frame.size, frame.content_type, len(data) < 600_000) == ((1280, 720), "image/png", True)
        with Image.open(EXAMPLES / name) as kept, Image.open(io.BytesIO(frame.data)) as sent:
            assert kept.tobytes() == sent.tobytes()
