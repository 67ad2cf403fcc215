"""The way it should go: two images and a sentence, a card that tells how far it is, and the video in the room."""

from bot.domain.card import Action
from bot.flow.card import REMIXES
from tests.scenario.chat.chat import ANN, END, PROMPT, START, Chat
from tests.scenario.heavy import alt


async def test_two_images_become_a_video(chat: Chat) -> None:
    """The card shows both images and follows the job; one message with the video belongs to it and pings its author."""
    async with chat.bot():
        card = await chat.ask(resolution="480p", seed=7)
        job = await chat.fal.next_job()
        assert {name: job.arguments[name] for name in ("prompt", "resolution", "seed")} == {
            "prompt": PROMPT,
            "resolution": "480p",
            "seed": 7,
        }
        await chat.until(card, "Next in the queue")
        assert list(card.actions) == [Action.CANCEL]
        job.progress("12/30")
        await chat.until(card, "Step 12/30", "40 %", "$0.20")
        job.finish()
        video = await chat.video()
        await chat.until(card, "Done", "$0.20", "Seed 7")
        assert card.shows_frames
        assert set(card.actions) == {*REMIXES, Action.CONTINUE, Action.RECIPE, Action.DELETE}
    assert (video.data, video.alt, video.pings, video.card) == (
        chat.fal.video,
        alt(PROMPT, START.name, END.name),
        (ANN,),
        card,
    )
    assert len(chat.videos()) == len(chat.fal.jobs) == 1
