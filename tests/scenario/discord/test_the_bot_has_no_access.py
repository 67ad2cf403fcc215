"""Channels that the bot may not write in, though its commands can be given there."""

import asyncio

import pytest

from tests.scenario.discord.studio import Studio, answer
from tests.twins.discord import Answer, Channel, HoldAnswer
from tests.twins.discord_values import (
    ATTACH_FILES,
    ORDINARY,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    VIEW_CHANNEL,
)

NAMED = {
    "View Channel": VIEW_CHANNEL,
    "Send Messages": SEND_MESSAGES,
    "Attach Files": ATTACH_FILES,
    "Read Message History": READ_MESSAGE_HISTORY,
}


async def test_what_it_lacks_is_said_before_anything_is_billed(studio: Studio) -> None:
    """By the permission's name; the card and the video then go to the author's direct messages, and nothing else."""
    async with studio.bot():
        for name, permission in NAMED.items():
            channel = studio.guild.channel(name.lower(), bot_permissions=ORDINARY & ~permission)
            await _goes_to_direct_messages(studio, channel, name)
        threads = studio.guild.channel("no threads", bot_permissions=ORDINARY & ~SEND_MESSAGES_IN_THREADS)
        await _goes_to_direct_messages(studio, threads.thread("night"), "Send Messages in Threads")


async def _goes_to_direct_messages(studio: Studio, channel: Channel, lacks: str) -> None:
    billed, person = len(studio.fal.jobs), studio.somebody(f"who asks in {channel.name}")
    staged = asyncio.Event()
    studio.discord.script("cdn", HoldAnswer(staged), HoldAnswer(staged))
    asked = await studio.asked(person, channel, resolution="480p")
    assert asked.ephemeral
    assert f"lacks {lacks} in this channel" in asked.text
    card = await person.dm.next_message()
    assert f"https://discord.com/channels/@me/{person.dm.id}/{card.id}" in asked.text
    assert len(studio.fal.jobs) == billed
    staged.set()
    video = await studio.finished(person.dm)
    await studio.until(card, "Done")
    assert video.reference is card
    assert video.attachment.data == studio.fal.video
    assert channel.messages == []


async def test_where_the_threads_alone_are_open(studio: Studio) -> None:
    """In a thread it takes another permission than in its channel, and the bot looks at the right one."""
    channel = studio.guild.channel("threads alone", bot_permissions=ORDINARY & ~SEND_MESSAGES)
    night = channel.thread("night")
    async with studio.bot():
        card = await studio.asked(studio.ann, night, resolution="480p")
        video = await studio.finished(night)
        await studio.until(card, "Done")
    assert night.messages == [card, video]


async def test_with_no_way_in_nothing_is_taken(studio: Studio) -> None:
    """Direct messages are closed too: refused with the permissions named; nothing is stored, sent or billed."""
    closed = studio.guild.channel("closed", bot_permissions=ORDINARY & ~(SEND_MESSAGES | ATTACH_FILES))
    studio.ann.dms_open = False
    async with studio.bot():
        refusal = await studio.refused(studio.ann, closed)
        assert "lacks Send Messages and Attach Files here" in refusal
        assert "Nothing was taken or charged." in refusal
        assert "You have no jobs yet" in await answer(await studio.ann.slash(closed, "jobs"))
    assert studio.fal.seen == []
    assert studio.ann.dm.messages == closed.messages == []


async def test_a_permission_is_lost_while_the_job_runs(studio: Studio) -> None:
    """What was paid for goes to its author, and so does the card; the one in the channel says so."""
    async with studio.bot():
        left = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        studio.room.bot_permissions = ORDINARY & ~SEND_MESSAGES
        job.finish()
        await _done_in_direct_messages(studio)
    assert left.text == "The bot may not post here any more: this job went on in its author's direct messages."
    assert len(studio.fal.jobs) == 1


@pytest.mark.parametrize("place", ["channel", "thread", "locked thread"])
async def test_its_channel_is_gone_before_the_job_is_done(studio: Studio, place: str) -> None:
    """What was paid for goes to its author, with a card that says it is done."""
    room = studio.guild.channel("short-lived")
    room = room if place == "channel" else room.thread("night")
    async with studio.bot():
        await studio.asked(studio.ann, room, resolution="480p")
        job = await studio.fal.next_job()
        if place == "locked thread":
            studio.discord.script("message_create", Answer(403, 160005, "Thread is locked"))
        else:
            room.remove()
        job.finish()
        await _done_in_direct_messages(studio)


async def test_its_channel_is_deleted_while_the_bot_is_away(studio: Studio) -> None:
    """Whichever process ends the job."""
    async with studio.bot():
        await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
    studio.room.remove()
    job.finish()
    async with studio.bot():
        await _done_in_direct_messages(studio)


async def _done_in_direct_messages(studio: Studio) -> None:
    first, second = [await studio.ann.dm.next_message() for _ in range(2)]
    # Whichever comes first: the card, which is made of components alone, or the video.
    card, video = (first, second) if first.is_v2 else (second, first)
    await studio.until(card, "Done")
    assert (video.attachment.data, video.pings) == (studio.fal.video, [studio.ann])
    assert studio.ann.dm.messages == [first, second]


async def test_neither_its_channel_nor_its_author_can_be_written_to(studio: Studio) -> None:
    """Direct messages are closed too: it is kept for the operator, and the job ends."""
    async with studio.bot():
        await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        studio.ann.dms_open = False
        studio.room.remove()
        job.finish()
        listed = ""
        while "no video" not in listed:
            listed = await answer(await studio.ann.slash(studio.guild.channel("other"), "jobs"))
        (kept,) = studio.folder.rglob("work/*.mp4")
    assert kept.read_bytes() == studio.fal.video
    assert studio.ann.dm.messages == []
