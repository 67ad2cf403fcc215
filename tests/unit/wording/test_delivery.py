"""What is said of a video to those who do not see it, and of the way it came."""

from dataclasses import replace

import pytest

from bot.domain.job import Delivery, Job
from bot.domain.media import Video
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.wording.delivery import described, linked, told
from config import catalogue

VIDEO = Video(832, 480, 81, 5.06, 58_000_000)
UNTIL = 1_798_243_200.0
"""26 December 2026, UTC."""


def a_job(prompt: str, start: str = "dusk.png", end: str = "night.png") -> Job:
    """Return a job of this prompt, between images of these names."""
    command = Command("e1", Author("test", "ann"), ImageRef(start, "a"), ImageRef(end, "b"), prompt, {})
    return accept(command, catalogue.load()[catalogue.DEFAULT_ENDPOINT], now=0.0)


def test_who_does_not_see_it_reads_what_happens_and_between_what() -> None:
    """One line, whatever lines the prompt has; no second full stop."""
    assert described(a_job("dusk turns\nto night."), 1000) == "Video: dusk turns to night. From dusk.png to night.png."


def test_a_video_that_was_turned_round_begins_with_the_last_image() -> None:
    """As it was sent, not as it was given."""
    job = a_job("day breaks")
    turned = replace(job, request=replace(job.request, swapped=True))
    assert described(turned, 1000).endswith("From night.png to dusk.png.")


@pytest.mark.parametrize("most", [400, 1000, 1024])
def test_it_fits_however_long_prompt_and_names_are(most: int) -> None:
    """The prompt gives way to the names, and a name that is a novel is cut too."""
    text = described(a_job("rain " * 500, "a" * 300 + ".png", "b" * 300 + ".png"), most)
    assert len(text) <= most
    assert "…. From aaa" in text
    assert " to bbb" in text


@pytest.mark.parametrize(
    ("delivery", "says"),
    [
        (None, None),
        (Delivery("as it is", 58_000_000), None),
        (Delivery("copy", 9_800_000, 0.9), "Made smaller for this channel: 9.8 MB of 58.0 MB."),
        (
            Delivery("copy", 9_800_000, 0.9, "k", UNTIL),
            "Made smaller for this channel: 9.8 MB of 58.0 MB. The original is behind a link until 26 December.",
        ),
        (
            Delivery("link", 58_000_000, None, "k", UNTIL),
            "This channel does not take it as a file (58.0 MB): it came by a link, until 26 December.",
        ),
    ],
)
def test_the_card_says_how_it_came(delivery: Delivery | None, says: str | None) -> None:
    """Nothing where nothing was done to it."""
    assert told(delivery, VIDEO) == says


def test_a_message_leads_to_the_video_or_to_its_original() -> None:
    """With its weight, and for how long."""
    address = "https://bot.example/v/k.mp4"
    assert linked("copy", 58_000_000, address, UNTIL) == f"The original, 58.0 MB: {address}, until 26 December"
    assert linked("link", 58_000_000, address, UNTIL) == f"The video, 58.0 MB: {address}, until 26 December"
