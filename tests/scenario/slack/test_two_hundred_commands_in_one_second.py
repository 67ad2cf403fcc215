"""Everybody comes at once: each is answered in time, and each gets one video.

Slack's own limits are off: they take 100 forms and 50 edits of a workspace in a minute, and have a situation of their
own.
"""

import asyncio
import time

import pytest

from tests.scenario.slack.office import Office, has_video
from tests.twins.slack import Message
from tests.twins.slack_forms import Entry

COMMANDS, ROOMS = 200, 50
MANY = {"TWEENBOT_MAX_RUNNING": "200", "TWEENBOT_MAX_RUNNING_PER_SERVER": "200", "TWEENBOT_MAX_RUNNING_PER_USER": "20"}


@pytest.mark.alone
async def test_two_hundred_commands_in_one_second(office: Office) -> None:
    """Within three seconds each form is acknowledged; in the end there are 200 requests and 200 videos."""
    office.fal.seconds = 1.0
    office.slack.limits.on = False
    people = [office.acme.user(f"member{number}") for number in range(COMMANDS)]
    rooms = [office.acme.channel(f"room{number}") for number in range(ROOMS)]
    images: dict[str, Entry] = {"start": office.start, "end": office.end}
    async with office.bot(MANY):
        forms = [
            (person, await office.form(person, rooms[number % ROOMS], f"number {number}"))
            for number, person in enumerate(people)
        ]
        began = time.monotonic()
        submitting = [asyncio.create_task(person.submit(form, images)) for person, form in forms]
        assert time.monotonic() - began < 1
        submitted = await asyncio.gather(*submitting)
        # What was not acknowledged within three seconds has failed.
        assert {each.failed for each in submitted} == {None}
        videos = await office.slack.until(lambda: _videos(office) if len(_videos(office)) == COMMANDS else None, 120)
        cards = [message for room in rooms for message in room.by_bot if not has_video(message)]
        await office.slack.until(lambda: all("Done" in card.all_text for card in cards), 120)
        await office.slack.settled()
    assert len(cards) == len(videos) == COMMANDS
    assert {video.thread_ts for video in videos} == {card.ts for card in cards}
    assert len({job.arguments["prompt"] for job in office.fal.jobs}) == len(office.fal.jobs) == COMMANDS


def _videos(office: Office) -> list[Message]:
    return [message for room in office.acme.channels for message in room.by_bot if has_video(message)]
