"""A video that is covered until somebody clicks it."""

from tests.scenario.discord.studio import PROMPT, Studio
from tests.scenario.heavy import alt


async def test_a_spoiler_stays_one(studio: Studio) -> None:
    """The video is covered, and so is the one that is made of its card; its words and its bytes are as ever."""
    async with studio.bot():
        card = await studio.tween(resolution="480p", spoiler=True)
        video = await studio.finished()
        await studio.until(card, "Done")
        swapped = await (await studio.ann.click(card, "Swap")).shown()
        assert await studio.room.next_message() is swapped
        again = await studio.finished()
        await studio.until(swapped, "Done")
        plain = await studio.tween(resolution="480p")
        bare = await studio.finished()
        await studio.until(plain, "Done")
    assert [each.attachment.spoiler for each in (video, again, bare)] == [True, True, False]
    assert video.attachment.data == studio.fal.video
    assert video.attachment.description == alt(PROMPT)
