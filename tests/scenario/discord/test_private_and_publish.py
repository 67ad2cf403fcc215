"""A video for one pair of eyes, until its author shows it to everyone."""

import asyncio

import pytest

from tests.scenario.discord.studio import PROMPT, Studio, answer
from tests.scenario.heavy import alt
from tests.twins.discord import Message
from tests.twins.discord_replies import Answer
from tests.twins.fal_jobs import TwinJob


async def _made_privately(studio: Studio, **options: bool) -> Message:
    """Return the private video."""
    asked = await studio.ann.slash(
        studio.room,
        "tween",
        start=studio.start,
        end=studio.end,
        prompt=PROMPT,
        private=True,
        resolution="480p",
        **options,
    )
    card = await asked.shown()
    assert card.ephemeral
    (await studio.fal.next_job()).finish()
    await studio.until(card, "Done")
    assert card.button("Delete") is None
    (video,) = asked.followups
    return video


async def test_it_is_published_once_for_all(studio: Studio) -> None:
    """Two clicks at once, and a delivery that is repeated: one message, hidden as the private one, with its words."""
    async with studio.bot():
        video = await _made_privately(studio, spoiler=True)
        assert video.ephemeral
        assert video.attachment.spoiler
        assert studio.room.messages == []
        clicks = await asyncio.gather(*(studio.ann.click(video, "Publish") for _ in range(2)))
        studio.discord.redeliver(clicks[0])
        public = await studio.room.next_message()
        await studio.discord.until(lambda: video.buttons == [])
        (late,) = (click for click in clicks if click.message is not video)
        assert "not to be had" in await answer(late)
    assert studio.room.messages == [public]
    assert public.attachment.data == studio.fal.video
    assert (public.attachment.spoiler, public.attachment.description) == (True, alt(PROMPT))
    assert studio.ann.mention in public.text
    assert public.pings == []


async def test_what_could_not_be_published_can_be_tried_again(studio: Studio) -> None:
    """The file did not come: that is said, and the button is there again."""
    async with studio.bot():
        video = await _made_privately(studio)
        studio.discord.script("cdn", Answer(500))
        click = await studio.ann.click(video, "Publish")
        (told,) = await studio.discord.until(lambda: click.followups)
        assert "could not be published" in told.text
        assert told.ephemeral
        await studio.discord.until(lambda: video.button("Publish"))
        await studio.ann.click(video, "Publish")
        public = await studio.room.next_message()
    assert studio.room.messages == [public]


@pytest.mark.parametrize("restart", [True, False])
async def test_it_goes_on_in_direct_messages(studio: Studio, restart: bool) -> None:  # noqa: FBT001  # a case
    """Nobody can edit what only one person sees once the token is lost: in a restart, or at the end of its life."""
    async with studio.bot() as bot:
        card = await studio.asked(studio.ann, studio.room, private=True, resolution="480p")
        job = await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        if restart:
            bot.process.interrupt()
            await bot.process.end()
        else:
            studio.discord.pass_time(20 * 60)
            await _goes_on(studio, job)
    if restart:
        async with studio.bot():
            await _goes_on(studio, job)
    assert studio.room.messages == []
    assert len(studio.fal.jobs) == 1


async def _goes_on(studio: Studio, job: TwinJob) -> None:
    job.finish()
    first, second = [await studio.ann.dm.next_message() for _ in range(2)]
    # Whichever comes first: the card, which is made of components alone, or the video.
    card, video = (first, second) if first.is_v2 else (second, first)
    await studio.until(card, "Done")
    assert video.attachment.data == studio.fal.video
    assert len(studio.ann.dm.messages) == 2


async def test_publish_works_after_a_restart(studio: Studio) -> None:
    """All that it needs hangs on the message that is clicked."""
    async with studio.bot():
        video = await _made_privately(studio)
    async with studio.bot():
        await studio.ann.click(video, "Publish")
        public = await studio.room.next_message()
        await studio.discord.until(lambda: video.buttons == [])
    assert public.attachment.data == studio.fal.video
