"""The app's Home tab: how to begin, my jobs, my budget, and how to have it all deleted."""

import asyncio

from tests.scenario.slack.office import PROMPT, Office
from tests.twins.slack import View
from tests.twins.slack_interactions import PATIENCE


async def _refreshed(office: Office, home: View) -> View:
    """Press *Refresh*; return the tab as it is drawn then."""
    await office.ann.click(home, "Refresh")
    return await office.slack.until(lambda: office.ann.home if office.ann.home is not home else None)


async def test_what_it_shows(office: Office) -> None:
    """It is drawn when it is opened, and again on *Refresh*; it is one person's own."""
    async with office.bot({"TWEENBOT_BUDGET_PER_USER": "5"}):
        home = await office.ann.open_home()
        assert "`/tween` opens a form" in home.all_text
        assert "You have no jobs yet" in home.all_text
        assert "You: $0.00 of $5.00, $5.00 left" in home.all_text
        assert home.buttons == ["New video", "Refresh"]
        card = await office.tween(Resolution="480p")
        video = await office.finished()
        await office.until(card, "Done")
        now = await _refreshed(office, home)
        assert PROMPT in now.all_text
        assert f"<{video.files[0].permalink}|Go to the video>" in now.all_text
        assert "You: $0.20 of $5.00" in now.all_text
        assert PROMPT not in (await office.acme.user("bea").open_home()).all_text


async def test_a_new_video_from_there(office: Office) -> None:
    """Its card and its video come in the direct messages with the bot."""
    async with office.bot():
        home = await office.ann.open_home()
        form = await (await office.ann.click(home, "New video")).modal()
        await office.ann.submit(form, {"start": office.start, "end": office.end, "prompt": PROMPT})
        video = await office.finished(office.ann.dm)
    assert (video.pings, office.videos.by_bot) == ({office.ann.id}, [])


async def test_delete_my_data(office: Office) -> None:
    """What has ended is deleted at once, what runs when it ends; the messages stay, and their buttons say why not."""
    async with office.bot():
        done = await office.tween(Resolution="480p")
        await office.finished()
        await office.until(done, "Done")
        running = await office.tween("a second one", Resolution="480p")
        job = await office.fal.next_job()
        home = await office.ann.open_home()
        assert PROMPT in home.all_text
        await office.ann.click(home, "Delete my data")
        home = await office.slack.until(
            lambda: office.ann.home if office.ann.home and PROMPT not in office.ann.home.all_text else None
        )
        job.finish()
        await office.until(running, "Done")
        # It is deleted right after its last word.
        async with asyncio.timeout(PATIENCE):
            while "You have no jobs yet" not in home.all_text:
                home = await _refreshed(office, home)
        await office.ann.click(done, "Recipe")
        await office.slack.until(lambda: any("no longer stored" in m.text for m in office.videos.messages))
    assert len([m for m in office.videos.by_bot if m.files]) == 2
