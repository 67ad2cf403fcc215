"""Files that are no images, or too many bytes: each is named with its mend, and nobody is billed."""

from bot.domain.card import Action
from tests import bad_images
from tests.scenario.chat.chat import END, START, Card, Chat, Image

FREE_OF_FRAMES = [Action.RECIPE, Action.DELETE]
"""What may be done with a job whose images were never usable."""


async def refused(chat: Chat, start: Image, end: Image, *words: str) -> Card:
    """Ask with these files, which must be refused in these words."""
    card = await chat.ask(images=(start, end))
    await chat.until(card, "No video", *words)
    assert list(card.actions) == FREE_OF_FRAMES
    return card


async def test_every_wrong_file_is_named_with_its_mend(chat: Chat) -> None:
    """Two at once are both named; a right one beside a wrong one is not; the name's ending is believed by nobody."""
    heavy = Image("heavy.png", START.data + bytes(300_000))
    lying, cut = Image("night.png", bad_images.TEXT), Image("cut.png", bad_images.cut(START.data))
    async with chat.bot(TWEENBOT_MAX_IMAGE_BYTES="200000"):
        card = await refused(chat, cut, lying, "first image is damaged", "last image is not an image", "attach a JPEG")
        assert "save it again" in card.text
        card = await refused(chat, START, lying, "last image is not an image", "whatever its name says")
        assert "first image" not in card.text
        card = await refused(chat, heavy, END, "first image is too big a file", "save it smaller")
        assert "last image" not in card.text
        await refused(
            chat, Image("no.png", b""), Image("a.heic", bad_images.HEIC), "is an empty file", "save it as JPEG"
        )
        assert "charged" not in card.text
    assert [seen.kind for seen in chat.fal.seen if seen.kind in ("upload", "initiate", "submit")] == []
    assert chat.videos() == []
