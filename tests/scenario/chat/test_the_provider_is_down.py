"""fal goes away: before it has taken a job, while one runs, or right when it takes it. Nobody pays twice."""

from pathlib import Path

from bot.domain.card import Action
from tests.scenario.chat.a_lost_answer import an_hour_passes, lose_an_answer
from tests.scenario.chat.chat import Chat
from tests.twins.replies import Answer

FULL = Answer(429, {"detail": "Queue is full"}, {"Retry-After": "1"})


async def test_a_job_waits_for_a_provider_that_is_away(chat: Chat) -> None:
    """It is tried again until it is taken; while it runs, an outage is outlasted; there is one request."""
    async with chat.bot():
        chat.fal.script("token", Answer(503))
        chat.fal.script("submit", FULL)
        card = await chat.ask()
        job = await chat.fal.next_job()
        assert len(chat.fal.requests("submit")) == 2
        job.progress("12/30")
        await chat.until(card, "Step 12/30")
        port = int(chat.fal.url.rpartition(":")[2])
        await chat.fal.close()
        job.finish()
        await chat.fal.start(port)
        video = await chat.video()
        await chat.until(card, "Done")
    assert video.data == chat.fal.video
    assert len(chat.fal.jobs) == 1


async def test_a_lost_answer_is_looked_for_and_sent_again_by_its_author_alone(chat: Chat, tmp_path: Path) -> None:
    """One that fal's history tells of goes on by itself; of another its author is asked, and may send it again."""
    async with chat.bot():
        found, known = await lose_an_answer(chat, "found")
        given_up, _ = await lose_an_answer(chat, "given up")
    an_hour_passes(tmp_path)
    chat.fal.known[known.id] = known
    async with chat.bot():
        known.finish()
        assert (await chat.video()).card == found
        await chat.until(given_up, "Unclear", "may have been charged", "was not sent again")
        assert list(given_up.actions) == [Action.LOOK_AGAIN, Action.SEND_AGAIN]
        assert len(chat.fal.jobs) == 2
        await chat.press(given_up, Action.SEND_AGAIN)
        assert "Sent again" in await chat.told()
        second = await chat.fal.next_job()
        assert second.arguments["prompt"] == "given up"
        second.finish()
        again = await chat.next_card()
        assert (await chat.video()).card == again
        await chat.until(again, "Done")
    assert len(chat.fal.jobs) == 3
