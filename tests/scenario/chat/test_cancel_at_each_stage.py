"""*Cancel*, at each stage of a job's way: it stops what can be stopped, and the card tells the truth about the bill."""

from bot.domain.card import Action
from tests.scenario.chat.chat import Card, Chat
from tests.twins.fal_jobs import CANCELLED
from tests.twins.replies import Answer

TOO_LATE = Answer(400, {"status": "ALREADY_COMPLETED"})


async def cancel(chat: Chat, card: Card, *words: str) -> None:
    """Press the button, and wait for what the card says of it."""
    await chat.press(card, Action.CANCEL)
    assert "Asked to stop" in await chat.told()
    await chat.until(card, *words)


async def test_cancel_at_each_stage(chat: Chat) -> None:
    """Waiting and in the queue it is free; where it may have run it may cost; where it is too late the video comes."""
    fal = chat.fal
    async with chat.bot(TWEENBOT_MAX_RUNNING_PER_USER="1"):
        queued, waiting = await chat.ask("queued"), await chat.ask("waiting")
        await chat.until(queued, "Next in the queue")
        await cancel(chat, waiting, "Cancelled", "Nothing was charged.")
        job = await fal.next_job()
        await cancel(chat, queued, "Cancelled", "Nothing was charged.")
        assert job.cancels == 1

        stopped = await chat.ask("stopped")
        job = await fal.next_job()
        job.progress("1/30")
        await chat.until(stopped, "Step 1/30")
        await cancel(chat, stopped, "Asked to stop; waiting for the provider's answer.")
        assert list(stopped.actions) == []
        job.finish(CANCELLED)
        await chat.until(stopped, "Cancelled", "It may have been running already, so it may have been charged.")

        late = await chat.ask("late")
        job = await fal.next_job()
        job.progress("29/30")
        await chat.until(late, "Step 29/30")
        fal.script("cancel", TOO_LATE)
        await cancel(chat, late, "Too late to stop it", "the video comes anyway")
        job.finish()
        assert (await chat.video()).card == late
        await chat.until(late, "Done", "$0.20")
    assert [job.arguments["prompt"] for job in fal.jobs] == ["queued", "stopped", "late"]
    assert len(chat.videos()) == 1
