"""Sharing a video takes membership: the bot sees to it before anything is spent, and finds a way where it is lost."""

import pytest

from bot.domain.card import Action
from tests.scenario.slack.office import Office, has_video
from tests.scenario.slack.said import told
from tests.twins.slack import Message
from tests.twins.slack_places import Channel

INVITE = "/invite @Tweenbot"


async def test_a_public_channel(office: Office) -> None:
    """It goes in by itself, before the form is sent."""
    lobby = office.acme.channel("lobby", bot_in=False)
    async with office.bot():
        form = await office.form(office.ann, lobby)
        await office.slack.until(lambda: lobby.bot_in)
        await office.ann.submit(form, {"start": office.start, "end": office.end})
        video = await office.finished(lobby)
    assert video.thread_ts == lobby.by_bot[0].ts


@pytest.mark.parametrize("kind", ["private", "archived", "of two people"])
async def test_where_it_cannot_get_in(office: Office, kind: str) -> None:
    """The form gives way to the one line that mends it; invited, it serves there. Nobody is invited to two people."""
    place = _closed(office, kind)
    mend = "between others" if kind == "of two people" else INVITE
    async with office.bot():
        form = await office.form(office.ann, place)
        await office.slack.until(lambda: mend in form.all_text)
        assert (INVITE in form.all_text) == (kind != "of two people")
        assert form.content.get("submit") is None
        assert [block["type"] for block in form.blocks] == ["section"]
        if kind == "private":
            office.ann.invite_bot(place)
            video = await _made(office, place)
            assert has_video(video)
    assert place.bot_in == (kind != "of two people")
    assert office.fal.counts["submit"] == (kind == "private")


def _closed(office: Office, kind: str) -> Channel:
    if kind == "of two people":
        return office.acme.conversation(office.ann, office.acme.user("bea"))
    place = office.acme.channel("backstage", private=kind == "private", bot_in=kind == "archived")
    place.archived = kind == "archived"
    return place


async def _made(office: Office, place: Channel) -> Message:
    await office.asked(office.ann, place)
    return await office.finished(place)


async def test_removed_while_a_job_runs(office: Office) -> None:
    """What was paid for goes to its author's direct messages: the video, and a card that says it is done."""
    backstage = office.acme.channel("backstage", private=True)
    async with office.bot():
        card = await office.asked(office.ann, backstage)
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
        backstage.bot_in = False
        job.finish()
        video = await office.video(office.ann.dm)
        done = await office.slack.until(
            lambda: next((m for m in office.ann.dm.by_bot if m is not video and "Done" in m.all_text), None)
        )
        assert (video.pings, video.files[0].data) == ({office.ann.id}, office.fal.video)
        assert "Go to the video" in done.buttons
        await office.ann.click(done, "Recipe")
        assert "prompt: " in await told(office, office.ann, office.ann.dm)
        await office.ann.click(card, "Cancel")
        assert "as it stands now" in await told(office, office.ann, backstage)
    assert [m for m in backstage.by_bot if has_video(m)] == []


@pytest.mark.parametrize("archived", [True, False])
async def test_a_restart_after_it_was_removed(office: Office, archived: bool) -> None:  # noqa: FBT001  # a case
    """Whichever process ends the job, the video finds its author, once."""
    async with office.bot():
        card = await office.tween(Resolution="480p")
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
    office.videos.archived, office.videos.bot_in = archived, archived
    job.finish()
    async with office.bot():
        video = await office.video(office.ann.dm)
        await office.slack.until(lambda: any("Done" in m.all_text for m in office.ann.dm.by_bot))
    assert [m for m in office.ann.dm.by_bot if has_video(m)] == [video]


async def test_a_button_where_it_is_not_any_more(office: Office) -> None:
    """*Again* makes no job whose video could not be posted: it goes back into a public channel, or says how to."""
    backstage = office.acme.channel("backstage", private=True)
    async with office.bot():
        card = await office.asked(office.ann, backstage)
        await office.finished(backstage)
        await office.until(card, "Done")
        backstage.bot_in = False
        await office.ann.click(card, f"tween_{Action.RERUN.value}")
        assert INVITE in await told(office, office.ann, backstage)
        public = await office.tween()
        await office.finished()
        await office.until(public, "Done")
        office.videos.bot_in = False
        await office.ann.click(public, f"tween_{Action.RERUN.value}")
        await office.fal.next_job()
        assert office.videos.bot_in
    assert len(office.fal.jobs) == 3


async def test_a_card_that_somebody_deleted(office: Office) -> None:
    """The video stands in the channel itself, then: nothing that was paid for is lost."""
    async with office.bot():
        card = await office.tween()
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
        card.deleted = True
        job.finish()
        video = await office.video()
    assert (video.thread_ts, video.pings) == (None, {office.ann.id})
