"""Jobs on the page: sent, followed, cancelled, over reloads and restarts, and made of earlier ones."""

import io
import signal
from pathlib import Path

import aiohttp
from PIL import Image, ImageChops, ImageStat

from tests.browser.chromium import FRAMES, drive, driving, tools
from tests.scenario.bot import Bot, free_port, running

PROMPT = "dusk turns to night"


async def test_from_an_empty_page_to_a_playing_video(bot: Bot) -> None:
    """The empty page says what it is; the frames lie in the shape that was quoted; the video starts by itself.

    A screen reader hears of it when it is sent and for each state, and of no step. How long it takes is not known
    before, and from this one video after.
    """
    seen = await drive("first", bot, prompt=PROMPT, **FRAMES)
    assert seen["isEmpty"]
    assert "between two images" in seen["empty"]
    assert seen["quote"].startswith("Free")
    assert seen["expected"] == "Expected: no history yet"
    assert "5.1 s · 832 × 480" in seen["quote"]  # noqa: RUF001  # as it is set
    assert abs(seen["ratio"] - 832 / 480) < 0.03
    assert seen["during"].startswith("Step ")
    video = seen["video"]
    assert video["flags"] == {"muted": True, "loop": True, "controls": True, "playsInline": True}
    assert (832, f"Video: {PROMPT}") == (video["videoWidth"], video["ariaLabel"])
    assert video["poster"].endswith("/poster")
    said = [each for each in seen["said"] if PROMPT in each]
    assert [f"Sent: {PROMPT}", f"Rendering: {PROMPT}", f"Done: {PROMPT}"] == said


async def test_a_job_is_cancelled(bot: Bot) -> None:
    """The card says what came of it, has no progress bar any more, and keeps the focus."""
    seen = await drive("cancelled", bot, prompt=PROMPT, **FRAMES)
    assert (seen["status"], seen["bars"], seen["focus"]) == ("Nothing was charged.", 0, True)


async def test_a_reload_in_the_middle_loses_nothing(bot: Bot) -> None:
    """The card is there again and goes on to its video; what stood in the composer stands there still."""
    seen = await drive("reloaded", bot, prompt=PROMPT, draft="and then it dawns", **FRAMES)
    assert seen["kept"] == {"prompt": "and then it dawns", "seed": "7", "resolution": "720p"}
    assert seen["state"] in ("Rendering", "Done")
    assert (seen["cards"], seen["video"]["videoWidth"]) == (1, 1280)


async def test_a_restart_of_the_bot_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """A page that stays open says that the bot is away, comes back by itself, and shows the video."""
    tools()
    port = free_port()
    async with running(tmp_path, {}, port=port) as bot, driving("restarted", bot, prompt=PROMPT, **FRAMES) as page:
        await page.reached("rendering")
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
        page.go_on()
        await page.reached("away")
        async with running(tmp_path, {}, port=port):
            page.go_on()
            seen = await page.seen()
    assert "goes on by itself" in seen["notice"]
    assert (seen["after"], seen["isTheSamePage"], seen["cards"], seen["video"]["videoWidth"]) == ("", True, 1, 1280)


async def test_a_video_is_continued_from_its_last_frame(bot: Bot) -> None:
    """The composer has that frame as the first image; the new job is made of it."""
    before = await bot.accepted(prompt="until dusk")
    await bot.until(before, final=True)
    seen = await drive("continued", bot, before="until dusk", prompt=PROMPT, end=FRAMES["end"])
    assert ("prompt", f"/v1/tweens/{before}/last") == (seen["focus"], seen["from"])
    last, start = await _picture(bot, f"{before}/last"), await _picture(bot, f"{seen['id']}/start")
    assert last.size == start.size
    assert max(ImageStat.Stat(ImageChops.difference(last, start)).mean) < 3


async def test_frames_of_earlier_jobs_come_into_the_composer(bot: Bot) -> None:
    """Edit brings both, swap has them change places, and the picker offers last frames."""
    before = await bot.accepted(prompt="until dusk")
    await bot.until(before, final=True)
    seen = await drive("reused", bot, before="until dusk")
    start, end, last = (f"/v1/tweens/{before}/{name}" for name in ("start", "end", "last"))
    assert ("until dusk", {"start": start, "end": end}) == (seen["prompt"], seen["edited"])
    assert ({"start": end, "end": start}, last) == (seen["swapped"], seen["picked"])


async def _picture(bot: Bot, path: str) -> Image.Image:
    async with aiohttp.ClientSession() as http, http.get(f"{bot.url}/v1/tweens/{path}") as answer:
        assert answer.status == 200
        return Image.open(io.BytesIO(await answer.read())).convert("RGB")
