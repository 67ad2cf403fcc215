"""The bot is stopped when the video is there and its card does not say so yet: the next process says it."""

import signal

from tests.scenario.discord.studio import Studio
from tests.twins.discord import Answer


async def test_the_last_card_is_shown_by_the_next_process(studio: Studio) -> None:
    """Edits fail when the bot ends; the gateway goes first, and takes nothing along that the last card needs."""
    async with studio.bot() as bot:
        card = await studio.tween()
        job = await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        studio.discord.script("original_edit", *[Answer(500)] * 3)
        job.finish()
        await studio.discord.until(lambda: len(studio.room.messages) == 2)
        bot.process.interrupt(signal.SIGTERM)
        ended = await bot.process.end()
        assert "Traceback" not in ended.err, ended.err
        assert "Done" not in card.text
    async with studio.bot():
        await studio.until(card, "Done")
    assert len(studio.room.messages) == 2
