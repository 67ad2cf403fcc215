"""Slack's rate limits: nothing is lost to them, and they are kept rather than run into."""

from tests.scenario.slack.office import Office, has_video
from tests.twins.slack_replies import RateLimited

JOBS = 10
SECONDS = 90.0


async def test_what_was_limited_is_sent_later(office: Office) -> None:
    """The card, its edits and the video wait as long as they are asked to; of many changes the newest is shown."""
    office.slack.script("chat.postMessage", RateLimited(1))
    office.slack.script("files.getUploadURLExternal", RateLimited(1))
    async with office.bot():
        card = await office.tween(Resolution="480p")
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
        assert "image" in [block["type"] for block in card.blocks]
        before = len(card.edits)
        office.slack.script("chat.update", RateLimited(1), RateLimited(1))
        for step in range(1, 31):
            job.progress(f"{step}/30")
        await office.until(card, "Step 30/30")
        job.finish()
        video = await office.video()
        await office.until(card, "Done")
    assert office.slack.too_many == 4
    assert office.videos.by_bot == [card, video]
    assert len(card.edits) - before < 8


async def test_ten_jobs_in_one_workspace(office: Office) -> None:
    """All at the same time, they stay under what Slack allows: hardly a call is one too many, and every card ends."""
    async with office.bot({"TWEENBOT_MAX_RUNNING_PER_USER": str(JOBS)}):
        cards = [await office.tween(f"number {number}", Resolution="480p") for number in range(JOBS)]
        jobs = [await office.fal.next_job() for _ in range(JOBS)]
        for step in range(1, 30):
            for job in jobs:
                job.progress(f"{step}/30")
        for job in jobs:
            job.finish()
        await office.slack.until(lambda: all("Done" in card.all_text for card in cards), SECONDS)
    videos = [message for message in office.videos.by_bot if has_video(message)]
    assert {video.thread_ts for video in videos} == {card.ts for card in cards}
    assert (len(videos), len(office.videos.by_bot)) == (JOBS, 2 * JOBS)
    assert office.slack.too_many <= 5
