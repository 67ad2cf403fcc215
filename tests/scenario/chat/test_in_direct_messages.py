"""The bot serves a person alone as it does in a room."""

from bot.domain.card import Action
from tests.scenario.chat.chat import ANN, DIRECT, Chat


async def test_a_video_in_direct_messages(chat: Chat) -> None:
    """Card, video and buttons are there, before and after a restart, and nothing of it is in any room."""
    async with chat.bot():
        card = await chat.ask(room=DIRECT)
        job = await chat.fal.next_job()
        await chat.until(card, "Next in the queue")
    async with chat.bot():
        job.finish()
        video = await chat.video(room=DIRECT)
        await chat.until(card, "Done")
        assert (video.data, video.card, video.pings) == (chat.fal.video, card, (ANN,))
        await chat.press(card, Action.RERUN)
        again = await chat.next_card(room=DIRECT)
        (await chat.fal.next_job()).finish()
        assert (await chat.video(room=DIRECT)).card == again
    assert chat.videos() == []
    assert len(chat.fal.jobs) == 2
