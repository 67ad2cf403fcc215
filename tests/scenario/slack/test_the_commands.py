"""The words of ``/tween``: jobs, usage, help and admin."""

from collections.abc import Mapping

from tests.scenario.slack.office import PROMPT, Office
from tests.scenario.slack.said import told
from tests.twins.slack import User, View
from tests.twins.slack_forms import Entry


async def test_jobs_usage_and_help(office: Office) -> None:
    """They answer to one person alone: the jobs with the way to their videos, the month's money, and how to begin."""
    async with office.bot({"TWEENBOT_BUDGET_PER_USER": "5"}):
        await office.ann.slash(office.videos, "/tween", "jobs")
        assert "You have no jobs yet" in await told(office, office.ann, office.videos)
        card = await office.tween(Resolution="480p", Seed="7")
        video = await office.finished()
        await office.until(card, "Done")
        await office.tween("a second one")
        await office.fal.next_job()
        await office.ann.slash(office.videos, "/tween", "jobs")
        jobs = await told(office, office.ann, office.videos, 2)
        assert jobs.index("Under way") < jobs.index("a second one") < jobs.index("Recent") < jobs.index(PROMPT)
        assert f"done · $0.20 · seed 7 · <{video.files[0].permalink}|Go to the video>" in jobs
        await office.ann.slash(office.videos, "/tween", " Usage ")
        usage = await told(office, office.ann, office.videos, 3)
        assert "You: $0.60 of $5.00, $4.40 left" in usage
        await office.ann.slash(office.videos, "/tween", "help")
        assert "`/tween` opens a form" in await told(office, office.ann, office.videos, 4)
        bea = office.acme.user("bea")
        await bea.slash(office.videos, "/tween", "jobs")
        assert "You have no jobs yet" in await told(office, bea, office.videos)


async def test_admin_is_for_admins(office: Office) -> None:
    """Anybody else is told so."""
    async with office.bot():
        did = await office.ann.slash(office.videos, "/tween", "admin")
        assert await told(office, office.ann, office.videos) == "Only admins of this workspace can do that."
        assert did.view is None


async def _set(office: Office, boss: User, **entries: Entry) -> View:
    """Have an admin fill the form in and send it; return it."""
    form = await (await boss.slash(office.videos, "/tween", "admin")).modal()
    await boss.submit(form, entries)
    return form


async def _refused(office: Office, **entries: Entry) -> str:
    """Have Ann send a form that the bot does not take; return what stands under its prompt."""
    form = await office.form(office.ann, office.videos)
    await office.ann.submit(form, {"start": office.start, "end": office.end, **entries})
    await office.ann.close(form)
    return form.errors["prompt"]


async def _taken(office: Office) -> Mapping[str, object]:
    """Have Ann send a form as it opens; return what fal is sent."""
    form = await office.form(office.ann, office.videos)
    await office.ann.submit(form, {"start": office.start, "end": office.end})
    assert form.errors == {}
    arguments: Mapping[str, object] = (await office.fal.next_job()).arguments
    return arguments


async def test_what_admins_set_holds_from_the_next_command_on(office: Office) -> None:
    """Channels, budgets, limits and defaults; what was set is in the form the next time, and can be taken back."""
    boss, stage = office.acme.user("max", admin=True), office.acme.channel("stage")
    async with office.bot():
        form = await _set(office, boss, channels=[stage.id])
        assert (form.errors, boss.modal) == ({}, None)
        refusal = await _refused(office)
        assert "The admins of this server allow videos in other channels only." in refusal
        await office.asked(office.ann, stage, Resolution="480p")
        await office.fal.next_job()
        await _set(office, boss, channels=[], budget_everyone="0.45", defaults="resolution = 480p\nseed = 9")
        job = await _taken(office)
        assert (job["resolution"], job["seed"]) == ("480p", 9)
        assert "Your budget of $0.45" in await _refused(office)
        form = await (await boss.slash(office.videos, "/tween", "admin")).modal()
        holds = {b["block_id"]: b["element"].get("initial_value") for b in form.blocks}
        assert (holds["budget_everyone"], holds["defaults"]) == ("0.45", "resolution = 480p\nseed = 9")
        await boss.submit(
            form, {"budget_everyone": "", "budget_server": "0.65", "defaults": "", "waiting_per_author": "1"}
        )
        assert "This server's budget of $0.65" in await _refused(office)
    assert len(office.fal.jobs) == 2


async def test_wrong_values_stand_at_their_fields(office: Office) -> None:
    """And then nothing is stored, not even what was right."""
    boss = office.acme.user("max", admin=True)
    async with office.bot():
        form = await _set(office, boss, running="1", defaults="num_frames = 500\nshft = 4")
        assert list(form.errors) == ["defaults"]
        assert "num_frames is 500, but must be from 81 to 100: use 100." in form.errors["defaults"]
        assert "shft is no option of this model" in form.errors["defaults"]
        assert boss.modal is form
        again = await (await boss.slash(office.videos, "/tween", "admin")).modal()
        assert [b["element"].get("initial_value") for b in again.blocks if b["block_id"] == "running"] == [None]
        again.values["budget_server"] = {"value": {"type": "number_input", "value": "many"}}
        await boss.submit(again, {"defaults": "enable_safety_checker = false"})
        assert sorted(again.errors) == ["budget_server", "defaults"]
        assert again.errors["budget_server"] == (
            "The budget of the server: “many” is no sum of money: give US dollars, such as 5."
        )
