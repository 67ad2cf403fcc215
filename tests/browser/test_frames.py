"""How images come into the composer, how they lie there, and what moves."""

from tests.browser.chromium import FRAMES, drive
from tests.scenario.bot import Bot

EMPTY = "Drop, paste or choose"


async def test_images_come_by_drop_and_by_paste(bot: Bot) -> None:
    """One goes to the zone that it hits, else to the first that is empty; two together are the first and the last."""
    seen = await drive("droppedAndPasted", bot)
    dropped, pasted, both, at_zone = seen["seen"]
    assert dropped == [EMPTY, "one.svg"]
    assert pasted == ["two.svg", "one.svg"]
    assert both == ["three.svg", "four.svg"]
    assert at_zone == ["three.svg", "five.svg"]
    assert (seen["removed"], seen["focus"]) == ([EMPTY, "five.svg"], "start")


async def test_a_link_that_is_pasted_is_an_image(bot: Bot) -> None:
    """The bot fetches it, and says what is wrong with it by its zone; the browser asks nobody."""
    seen = await drive("pastedLinks", bot, link="http://127.0.0.3/night.png?key=a")
    assert seen["taken"] == [False, False, True, False]
    assert seen["lies"] == [EMPTY, "night.png (no preview here)"]
    assert (seen["shown"], seen["strangers"]) == (0, [])
    assert "leads to an address that is not public" in seen["fault"]


async def test_the_preview_is_cropped_as_the_video_will_be(bot: Bot) -> None:
    """The frame in it has the shape of the size that the bot quotes; the image is there whole, whatever that is."""
    seen = await drive("cropped", bot, start=FRAMES["start"])
    for shape, ratio in (("1:1", 1), ("9:16", 9 / 16), ("16:9", 16 / 9)):
        assert abs(seen[shape]["ratio"] / ratio - 1) < 0.04
        assert abs(seen[shape]["whole"] - 16 / 9) < 0.03


async def test_nothing_moves_where_motion_is_unwelcome(bot: Bot) -> None:
    """A video that is there waits to be started."""
    job = await bot.accepted(prompt="dusk falls")
    await bot.until(job, final=True)
    seen = await drive("still", bot, before="dusk falls")
    assert seen["waits"]
