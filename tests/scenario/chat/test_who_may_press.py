"""Whose button it is: what stops or deletes is the author's; what makes a new job is for everyone, on their account."""

from bot.domain.card import Action
from tests.scenario.chat.chat import ANN, BOB, Chat

BUDGET = "0.30"
"""US dollars: one video at 480p, and not a second one."""


async def test_another_members_press(chat: Chat) -> None:
    """Bob can neither cancel nor delete Ann's job, and is told who can; his *Again* is his job, paid by his budget."""
    async with chat.bot(TWEENBOT_BUDGET_PER_USER=BUDGET):
        card = await chat.ask(resolution="480p")
        job = await chat.fal.next_job()
        await chat.until(card, "Next in the queue")
        await chat.press(card, Action.CANCEL, by=BOB)
        assert "Only" in (said := await chat.told(BOB))
        assert "Cancel" in said
        job.finish()
        assert (await chat.video()).pings == (ANN,)
        await chat.until(card, "Done")
        assert job.cancels == 0

        await chat.press(card, Action.DELETE, by=BOB)
        assert "Only" in (said := await chat.told(BOB))
        assert "Delete" in said
        assert card.is_there

        await chat.press(card, Action.RERUN, by=ANN)
        assert "Your budget of $0.30 a month has $0.10 left, and this costs $0.20" in await chat.told(ANN)
        await chat.press(card, Action.RERUN, by=BOB)
        his = await chat.next_card()
        (await chat.fal.next_job()).finish()
        video = await chat.video()
        assert (video.pings, video.card) == ((BOB,), his)
        await chat.until(his, "Done")
        await chat.press(his, Action.DELETE, by=ANN)
        assert "Only" in await chat.told(ANN)
        await chat.press(his, Action.RERUN, by=BOB)
        assert "Your budget of $0.30" in await chat.told(BOB)
    assert len(chat.fal.jobs) == 2
