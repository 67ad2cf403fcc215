"""Two presses at once: what can happen once happens once, and what can happen twice says so."""

import asyncio
from pathlib import Path

from bot.domain.card import Action
from tests.scenario.chat.a_lost_answer import an_hour_passes, lose_an_answer
from tests.scenario.chat.chat import Card, Chat, delivered


async def twice(chat: Chat, card: Card, action: Action) -> None:
    """Press a button twice at once."""
    await asyncio.gather(*(chat.press(card, action) for _ in range(2)))


async def test_cancel_and_delete_twice(chat: Chat) -> None:
    """One request to stop, one deletion, and both presses are told the truth."""
    async with chat.bot():
        card = await chat.ask()
        job = await chat.fal.next_job()
        await chat.until(card, "Next in the queue")
        await twice(chat, card, Action.CANCEL)
        said = [await chat.told(), await chat.told()]
        assert any("Asked to stop" in each for each in said), said
        assert all("Asked to stop" in each or "not to be had" in each for each in said), said
        await chat.until(card, "Cancelled", "Nothing was charged.")
        assert job.cancels == 1

        await twice(chat, card, Action.DELETE)
        said = [await chat.told(), await chat.told()]
        assert any("Deleted" in each for each in said), said
        assert all("Deleted" in each or "no longer stored" in each for each in said), said
        assert not card.is_there


async def test_again_twice(chat: Chat) -> None:
    """Two presses are two jobs, each with its card and its video."""
    async with chat.bot():
        card, _ = await delivered(chat)
        await twice(chat, card, Action.RERUN)
        cards = [await chat.next_card(), await chat.next_card()]
        for _ in cards:
            (await chat.fal.next_job()).finish()
        videos = [await chat.video(), await chat.video()]
        assert {video.card in cards for video in videos} == {True}
        assert videos[0].card != videos[1].card
    assert len(chat.fal.jobs) == 3


async def test_send_again_twice(chat: Chat, tmp_path: Path) -> None:
    """An unclear job is sent again once."""
    async with chat.bot():
        card, _ = await lose_an_answer(chat)
    an_hour_passes(tmp_path)
    async with chat.bot():
        await chat.until(card, "Unclear")
        await twice(chat, card, Action.SEND_AGAIN)
        said = [await chat.told(), await chat.told()]
        assert all("Sent again" in each for each in said), said
        again = await chat.next_card()
        (await chat.fal.next_job()).finish()
        assert (await chat.video()).card == again
        await chat.until(again, "Done")
    assert len(chat.fal.jobs) == 2
