"""Whatever a form is about, Slack takes it: its rules for views are the judge."""

import pytest

from adapters.slack.forms import About, Begun, form, image_ref
from adapters.slack.take import Seat
from config import catalogue
from tests.twins.slack_blocks import BlockRules

MODEL = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
SEAT = Seat("T0000000000", "E0000000000", "U0000000000", "C0000000000", "1700000000.000001")
RULES = BlockRules(lambda _: True, frozenset())


@pytest.mark.parametrize("letter", ["a", "é", "夜", "🌆", '"', "\\", "\x01"])
def test_a_form_on_two_images_with_long_names(letter: str) -> None:
    """A file's name has 255 characters at most on most disks, and a title of Slack's as many as its author likes."""
    files = [{"id": f"F{number:010}", "name": letter * 255, "mimetype": "image/png"} for number in (1, 2)]
    files.append({"id": "F0000000003", "title": letter * 5000, "mimetype": "image/png"})
    images = [(image.name, image.locator) for image in (image_ref(SEAT, each) for each in files)]
    for first, last in ((images[0], images[1]), (images[2], images[2])):
        about = About(SEAT, "menu.title", first, last, "slack:T0000000000:V00000000000", more=True)
        view = form(MODEL, about, "ja-JP", "dusk", Begun({})).to_dict()
        RULES.check_view(view)
        assert About.of(view) == about
