"""The page by keyboard alone, and in two tabs."""

from tests.browser.chromium import FRAMES, drive
from tests.scenario.bot import Bot


async def test_everything_goes_by_keyboard_alone(bot: Bot) -> None:
    """The order is that of the page, the focus is seen; dialogs hold it, close on Escape, and give it back."""
    seen = await drive("keyboardAlone", bot, prompt="dusk falls", **FRAMES)
    way = seen["way"]
    assert way[0] == "Skip to the videos"
    stops = [next(at for at, name in enumerate(way) if name.startswith(stop)) for stop in ("First", "Last", "What")]
    assert sorted(stops) == stops
    assert seen["seen"]
    assert seen["afterCancel"]
    assert all(seen["inside"])
    assert (seen["back"], seen["kept"], seen["afterDelete"]) == ("recipe", ["delete", 1], "feed-title")


async def test_two_tabs_agree(bot: Bot) -> None:
    """What one sends, cancels or deletes, the other shows."""
    seen = await drive("twoTabs", bot, prompt="dusk falls", **FRAMES)
    assert seen["told"] == ["Nothing was charged."] * 2
    assert seen["empty"] == [True, True]
