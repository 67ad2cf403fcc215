"""The sockets of Socket Mode end now and then; jobs do not notice, and commands find the next one."""

from typing import Literal

import pytest

from tests.scenario.slack.office import Office

REFRESH: Literal["refresh_requested"] = "refresh_requested"


@pytest.mark.parametrize("reason", [None, REFRESH], ids=["a cable that is pulled", "a refresh that Slack asks for"])
async def test_in_the_middle_of_a_job(office: Office, reason: Literal["refresh_requested"] | None) -> None:
    """The card and the video go on meanwhile; a mention that came in between is taken by the next socket, once."""
    office.slack.deliveries.pauses = (1.0,) * 60
    async with office.bot():
        card = await office.tween(Resolution="480p")
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
        before = office.slack.sockets.ever
        await office.slack.sockets.drop(reason)
        await office.slack.until(lambda: not office.slack.sockets.open)
        asked = await office.ann.mention(office.videos, "meanwhile", [office.start, office.end])
        job.finish()
        await office.until(card, "Done")
        await office.slack.until(lambda: office.slack.sockets.ever > before and office.slack.sockets.open)
        assert (await office.fal.next_job()).arguments["prompt"] == "meanwhile"
        form = await office.form(office.ann, office.videos)
        assert "First image" in form.all_text
        await office.slack.settled()
    assert len(office.fal.jobs) == 2
    assert [m.thread_ts for m in office.videos.by_bot if m.thread_ts == asked.ts] == [asked.ts]
