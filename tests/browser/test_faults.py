"""What is wrong stands at the field that it belongs to, in the words that every platform uses."""

from tests.browser.chromium import FRAMES, drive
from tests.scenario.bot import Bot


async def test_a_bad_file_is_told_at_its_drop_zone(bot: Bot) -> None:
    """At once, or once the bot has opened it; the other zone says nothing, and what was sent is there to be mended."""
    seen = await drive("badFile", bot, prompt="dusk falls", end=FRAMES["end"])
    assert seen["empty"] == {
        "said": "The first image is an empty file: attach it again.",
        "isVisible": True,
        "isWrong": True,
        "isTied": True,
    }
    assert (seen["focus"], seen["jobs"]) == ("start", 0)
    nothing = {"said": "", "isVisible": False, "isWrong": False, "isTied": True}
    assert nothing == seen["cleared"] == seen["other"]
    assert seen["letter"]["said"].startswith("The first image is not an image (a text file)")
    assert (seen["letter"]["isVisible"], seen["letter"]["isWrong"], seen["prompt"]) == (True, True, "dusk falls")


async def test_wrong_fields_are_told_where_they_stand(bot: Bot) -> None:
    """An option while it is typed, all of them when it is sent; options that are folded away come into sight."""
    seen = await drive("badFields", bot, **FRAMES)
    frames = {
        "said": "num_frames is 200, but must be from 81 to 100: use 100.",
        "isVisible": True,
        "isWrong": True,
        "isTied": True,
    }
    assert frames == seen["live"] == seen["frames"]
    assert seen["prompt"]["said"].startswith("prompt is empty")
    assert seen["scale"]["said"].startswith("guide_scale is “much”, which is not a number")
    assert all(seen[field][is_so] for field in ("prompt", "scale") for is_so in ("isVisible", "isWrong", "isTied"))
    assert seen["jobs"] == 0
