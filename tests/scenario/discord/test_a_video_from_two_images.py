"""The way it should go: two images and a sentence, a card that tells how far it is, and the video in the channel."""

from tests.scenario.discord.studio import PROMPT, Studio
from tests.scenario.heavy import alt


async def test_two_images_become_a_video_in_the_channel(studio: Studio) -> None:
    """The card is the answer and follows the job; the video is one message that replies to it and pings its author."""
    async with studio.bot():
        card = await studio.tween(resolution="480p", seed=7)
        job = await studio.fal.next_job()
        assert job.arguments["prompt"] == PROMPT
        await studio.until(card, "Next in the queue")
        job.progress("12/30")
        await studio.until(card, "Step 12/30", "40 %", "$0.20")
        job.finish()
        video = await studio.room.next_message()
        await studio.until(card, "Done")
    assert video.reference is card
    assert video.pings == [studio.ann]
    assert [each.data for each in video.attachments] == [studio.fal.video]
    assert video.attachments[0].description == alt(PROMPT)
    assert len(studio.room.messages) == 2
    assert len(studio.fal.jobs) == 1
