"""One process listens to Discord, another one carries the jobs; a Postgres database is all that they share."""

import asyncio
import signal

from tests.scenario.bot import running
from tests.scenario.discord.studio import Studio
from tests.twins.discord import HoldAnswer


def _env(studio: Studio, postgres: str, role: str) -> dict[str, str]:
    """Return the environment of a process whose disk is its own."""
    return studio.env | {"TWEENBOT_DATABASE_URL": postgres, "TWEENBOT_DATA_DIR": str(studio.folder / role)}


async def test_the_worker_carries_what_the_gateway_takes(studio: Studio, postgres: str) -> None:
    """Images come over by the store; the card is one message, which the worker edits with the bot's token."""
    async with (
        running(studio.folder, _env(studio, postgres, "worker"), "--role", "worker"),
        studio.bot(_env(studio, postgres, "gateway"), "--role", "gateway"),
    ):
        card = await studio.tween(resolution="480p")
        video = await studio.finished()
        await studio.until(card, "Done")
        second = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        await studio.until(second, "Next in the queue")
        await studio.ann.click(second, "Cancel")
        await studio.until(second, "Cancelled")
    assert studio.room.messages == [card, video, second]
    assert video.reference is card
    assert job.cancels == 1
    assert studio.discord.requests("original_edit") == []
    assert {seen.auth for seen in studio.discord.requests("message_edit")} == {"bot"}
    assert len(card.attachments) == 3


async def test_the_gateway_is_killed_right_after_it_has_answered(studio: Studio, postgres: str) -> None:
    """It knew neither its answer's message nor any image: the card stays one and can be ended; nothing is billed."""
    never = asyncio.Event()
    studio.discord.script("cdn", HoldAnswer(never), HoldAnswer(never))
    studio.discord.script("callback", HoldAnswer(never))
    async with running(studio.folder, _env(studio, postgres, "worker"), "--role", "worker"):
        async with studio.bot(_env(studio, postgres, "gateway"), "--role", "gateway") as gateway:
            card = await studio.tween(resolution="480p")
            await studio.discord.until(lambda: len(studio.discord.requests("cdn")) == 2)
            gateway.process.interrupt(signal.SIGKILL)
            await gateway.process.end()
        never.set()
        await studio.until(card, "Preparing the images")
        async with studio.bot(_env(studio, postgres, "gateway"), "--role", "gateway"):
            await studio.ann.click(card, "Cancel")
            await studio.until(card, "Cancelled", "Nothing was charged.")
    assert studio.fal.seen == []
    assert studio.room.messages == [card]
