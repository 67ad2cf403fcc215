"""The local channel takes every video as it is, and its memory does not grow with it."""

from pathlib import Path

from tests.heavy_videos import MB
from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, running
from tests.scenario.heavy import Answered, Shelf, digest, opened, peak_of, the_bot
from tests.twins.fal import FalTwin


async def delivered(bot: Bot, fal: FalTwin, made: Path) -> Answered:
    """Have this video made, and fetch it as the page does."""
    fal.video_file = made
    job_id = await bot.accepted(key=made.name)
    (await fal.next_job()).finish()
    job = await bot.until(job_id, final=True)
    assert (job["state"], job["card"]["notices"]) == ("delivered", [])
    return await opened(f"{bot.url}/v1/tweens/{job_id}/video")


async def test_every_weight_is_taken_as_it_is(fal: FalTwin, heavy: Shelf, tmp_path: Path) -> None:
    """9, 11, 60 and 300 MB: the bytes that fal made. Nothing is left under way once they are in their place."""
    async with running(tmp_path, at(fal)) as bot:
        for megabytes in (9, 11, 60):
            assert await delivered(bot, fal, heavy(megabytes)) == whole(heavy(megabytes))
        before = peak_of(the_bot())
        assert await delivered(bot, fal, heavy(300)) == whole(heavy(300))
        assert peak_of(the_bot()) - before < 30 * MB
    assert list((tmp_path / ".tweenbot" / "work").iterdir()) == []


def whole(made: Path) -> Answered:
    """Return what a link to this video gives."""
    return Answered(200, "video/mp4", made.stat().st_size, digest(made))
