"""Drawn pictures and orders for the generator's tests."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from bench.generator_scenes import Pose, Scene, landscape, seen
from engine.generator import Order

Picture: TypeAlias = npt.NDArray[Any]
Ordering: TypeAlias = Callable[..., Order]


def encoded(picture: Picture | Image.Image, kind: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401 - Pillow's own
    """Give an image file's bytes."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture(scope="session")
def land() -> Picture:
    """A drawn landscape, 1100 x 700."""
    return landscape(1, 1100, 700)


@pytest.fixture(scope="session")
def other_land() -> Picture:
    """A landscape that has nothing in common with the first."""
    return np.ascontiguousarray(landscape(23, 1100, 700)[:, ::-1])


@pytest.fixture(scope="session")
def zoom(land: Picture) -> Scene:
    """A steady zoom with a small turn."""
    start, end = Pose(560, 400, 840), Pose(590, 390, 620, 5)

    def at(t: float, width: int, height: int) -> Picture:
        return seen(land, start.towards(end, t), width, height)

    return Scene("zoom", "camera", at)


@pytest.fixture
def order(tmp_path: Path) -> Ordering:
    """Give a function that makes an order of two pictures (arrays or file bytes), everything else defaulted."""

    def make(start: Picture | bytes, end: Picture | bytes, **changes: Any) -> Order:  # noqa: ANN401 - any field
        fields: dict[str, Any] = {
            "prompt": "",
            "num_frames": 5,
            "frames_per_second": 16,
            "resolution": "480p",
            "aspect_ratio": "auto",
            "seed": 1,
            "output": tmp_path / "video.mp4",
        }
        start, end = (one if isinstance(one, bytes) else encoded(one) for one in (start, end))
        return Order(start=start, end=end, **(fields | changes))

    return make
