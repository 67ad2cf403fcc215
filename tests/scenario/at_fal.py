"""What the scenarios at fal need beside the twin: a real video to give, and the environment that points at it."""

from pathlib import Path

import av
import numpy as np

from tests.twins.fal import FalTwin


def small_video(path: Path) -> bytes:
    """Return an H.264 MP4 of 81 gray frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=16)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for level in range(81):
            picture = np.full((64, 96, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path.read_bytes()


def at(fal: FalTwin, key: str | None = None) -> dict[str, str]:
    """Return the environment that points at the twin."""
    return {"TWEENBOT_FAL_URL": fal.url, "FAL_KEY": key or fal.key}
