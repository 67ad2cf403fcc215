"""What somebody has running, has had made and has spent, and the way out of it."""

import asyncio

from tests.scenario.discord.studio import Studio, answer
from tests.scenario.tweenbot import PATIENCE


async def test_my_jobs_and_my_money(studio: Studio) -> None:
    """Those under way and the recent ones, with links to their messages; nobody sees another's."""
    bea = studio.somebody("Bea")
    async with studio.bot({"TWEENBOT_BUDGET_PER_USER": "1"}):
        card = await studio.tween("dusk falls", resolution="480p", seed=7)
        video = await studio.finished()
        await studio.until(card, "Done")
        second = await studio.tween("the door opens", resolution="480p")
        await studio.fal.next_job()
        await studio.until(second, "Next in the queue")
        listed = await answer(await studio.ann.slash(studio.room, "jobs"))
        running, recent = listed.split("### Recent")
        assert "### Under way" in running
        assert "the door opens" in running
        assert "rendering" in running
        assert f"[card]({_link(studio, second.id)})" in running
        assert "dusk falls" in recent
        assert "done · $0.20 · seed 7" in recent
        assert f"[card]({_link(studio, card.id)})" in recent
        assert f"[video]({_link(studio, video.id)})" in recent
        assert card.buttons[-1].url == _link(studio, video.id)
        assert "You have no jobs yet" in await answer(await bea.slash(studio.room, "jobs"))
        usage = await answer(await studio.ann.slash(studio.room, "usage"))
        assert "You: $0.40 of $1.00, $0.60 left" in usage
        assert "renews on 1 " in usage


def _link(studio: Studio, message: int) -> str:
    return f"https://discord.com/channels/{studio.guild.id}/{studio.room.id}/{message}"


async def test_delete_my_data(studio: Studio) -> None:
    """It asks once more; then nothing is listed, what is under way goes with its end, and the month's money stays."""
    async with studio.bot({"TWEENBOT_BUDGET_PER_USER": "1"}):
        card = await studio.tween("dusk falls", resolution="480p")
        await studio.finished()
        await studio.until(card, "Done")
        going = await studio.tween("the door opens", resolution="480p")
        job = await studio.fal.next_job()
        jobs = await (await studio.ann.slash(studio.room, "jobs")).shown()
        sure = await (await studio.ann.click(jobs, "Delete my data")).shown()
        assert "Delete all that is stored of your jobs?" in sure.text
        assert "dusk falls" in await answer(await studio.ann.slash(studio.room, "jobs"))
        said = await answer(await studio.ann.click(sure, "Yes, delete it"))
        assert said == "Deleted 1 job. 1 under way will be deleted when they end."
        assert "dusk falls" not in await answer(await studio.ann.slash(studio.room, "jobs"))
        job.finish()
        await studio.room.next_message()
        await studio.until(going, "Done")
        async with asyncio.timeout(PATIENCE):
            # It goes once its last card is shown.
            while "You have no jobs yet" not in await answer(await studio.ann.slash(studio.room, "jobs")):
                continue
        assert "You: $0.40 of $1.00" in await answer(await studio.ann.slash(studio.room, "usage"))
        assert "no longer stored" in await answer(await studio.ann.click(card, "Recipe"))
