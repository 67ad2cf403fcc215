"""The engine meets the same awkward, broken and hostile files as the bot does, and each has the same fate."""

import resource
from collections.abc import Callable

import pytest

from engine.generator import BadImage, Order
from engine.generator.render import pictures
from tests.bad_images import IMAGES, plain

MORE_THAN_THE_BOT = {"floats.tiff"}
"""Refused by the bot, read by the engine."""
HANDLED = [name for name, sample in IMAGES.items() if sample.fate == "handled"] + sorted(MORE_THAN_THE_BOT)
REFUSED = [name for name in IMAGES if name not in HANDLED]
MAX_GROWTH = 100 * 1024  # KiB; a bomb would take gigabytes


@pytest.mark.parametrize("name", HANDLED)
def test_an_awkward_image_becomes_a_picture(name: str, order: Callable[..., Order]) -> None:
    """It fills the canvas like any other."""
    start, end = pictures(order(IMAGES[name].make(), plain(size=(640, 360)), num_frames=81))
    assert start.shape == end.shape
    assert start.dtype == "uint8"


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_image_is_refused_at_once(name: str, order: Callable[..., Order]) -> None:
    """In a sentence with a mend, and without taking memory for what the file claims to hold."""
    file = IMAGES[name].make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadImage) as refused:
        pictures(order(plain(size=(640, 360)), file, num_frames=81))
    assert refused.value.which == "end"
    assert refused.value.message.count(".") >= 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_GROWTH
