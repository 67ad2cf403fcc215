"""The form of ``/tween``: made from the model's declaration, patient with mistakes, and one job however often sent."""

import pytest

from tests.scenario.slack.office import Office
from tests.twins import slack_forms
from tests.twins.slack import View
from tests.twins.slack_errors import NotOffered
from tests.twins.slack_forms import Entry

BASIC = ["Resolution", "Aspect ratio", "Number of frames", "Frames per second", "Seed"]
ALL = [*BASIC, "Not in the video", "Denoising steps", "Guidance scale", "Noise shift", "Acceleration"]
LAST = ["Images of another shape", "Before it is made", "When it is done"]
FIRST = ["First image", "Last image", "What happens in between"]


def labels(form: View) -> list[str]:
    """Return the labels of a form's fields, in order."""
    return [str(block["label"]["text"]) for block in form.blocks if block["type"] == "input"]


def held(form: View, name: str) -> object:
    """Return the text that a field holds already."""
    return next(block["element"].get("initial_value") for block in form.blocks if block["block_id"] == name)


def _number(text: str) -> dict[str, dict[str, str]]:
    return {"value": {"type": "number_input", "value": text}}


async def test_its_fields_are_the_models(office: Office) -> None:
    """First what changes the picture most, with the model's own limits; the rest unfolds, and keeps what is there."""
    async with office.bot():
        form = await office.form(office.ann, office.videos, "a door opens")
        assert labels(form) == [*FIRST, *BASIC, "When it is done"]
        assert held(form, "prompt") == "a door opens"
        elements = {block["block_id"]: block["element"] for block in form.blocks if block["type"] == "input"}
        frames = elements["num_frames"]
        assert (frames["min_value"], frames["max_value"], frames["is_decimal_allowed"]) == ("81", "100", False)
        assert [each["value"] for each in elements["resolution"]["options"]] == ["480p", "720p"]
        with pytest.raises(NotOffered, match="from 81 to 100"):
            await office.ann.submit(form, {"start": office.start, "end": office.end, "Number of frames": "500"})

        entries: dict[str, Entry] = {"start": office.start, "end": office.end, "prompt": "a gate", "Seed": "7"}
        form.values = slack_forms.fill_in(form, entries, office.ann)
        await office.ann.click(form, "More options")
        await office.slack.until(lambda: "Noise shift" in labels(form))
        assert labels(form) == [*FIRST, *ALL, "Prompt expansion", *LAST]
        assert form.buttons == []
        submitted = await office.ann.submit(form, {"Noise shift": "4.5", "Prompt expansion": "true"})
        assert (submitted.failed, form.errors) == (None, {})
        job = await office.fal.next_job()
    sent = job.arguments
    assert (sent["prompt"], sent["seed"], sent["shift"]) == ("a gate", 7, 4.5)
    assert (sent["enable_prompt_expansion"], sent["num_frames"], sent["enable_safety_checker"]) == (True, 81, True)
    assert len(office.fal.uploads) == 2


async def test_a_mistake_stands_at_its_field(office: Office) -> None:
    """What is wrong is said there, with the rule and the mend, all at once; the form stays open, with what it held."""
    async with office.bot():
        form = await office.form(office.ann, office.videos, "")
        await office.ann.submit(form, {"start": office.start, "end": office.end, "prompt": "   "})
        assert form.errors == {"prompt": "prompt is empty: say in a sentence what happens between the two images."}
        assert office.ann.modal is form
        # Slack's client keeps to the limits of a field; whatever else sends a form need not.
        form.values |= {"num_frames": _number("500"), "seed": _number("x")}
        await office.ann.submit(form)
        assert form.errors == {
            "prompt": "prompt is empty: say in a sentence what happens between the two images.",
            "num_frames": "num_frames is 500, but must be from 81 to 100: use 100.",
            "seed": "seed is “x”, which is not a whole number: give a whole number, such as 81.",
        }
        submitted = await office.ann.submit(form, {"prompt": "a door opens", "Number of frames": "90", "Seed": "5"})
        assert (submitted.failed, form.errors) == (None, {})
        job = await office.fal.next_job()
    assert (job.arguments["num_frames"], job.arguments["seed"], len(office.fal.uploads)) == (90, 5, 2)


async def test_a_refusal_stands_under_the_prompt(office: Office) -> None:
    """A budget that is spent, a queue that is full: said in the form, which stays as it is; then nothing is stored."""
    limits = {"TWEENBOT_BUDGET_PER_USER": "0.30", "TWEENBOT_MAX_RUNNING_PER_USER": "1"}
    async with office.bot(limits):
        form = await office.form(office.ann, office.videos)
        await office.ann.submit(form, {"start": office.start, "end": office.end})
        assert "Your budget of $0.30 a month has $0.30 left, and this costs $0.40." in form.errors["prompt"]
        assert list(form.errors) == ["prompt"]
        submitted = await office.ann.submit(form, {"Resolution": "480p"})
        assert (submitted.failed, form.errors) == (None, {})
        assert office.ann.views == []
        await office.fal.next_job()
        again = await office.form(office.ann, office.videos)
        await office.ann.submit(again, {"start": office.start, "end": office.end, "Resolution": "480p"})
        assert "$0.10 left" in again.errors["prompt"]
    assert len(office.fal.jobs) == 1


async def test_a_queue_that_is_full(office: Office) -> None:
    """Whoever has as many jobs waiting as may wait is told so in the form."""
    async with office.bot({"TWEENBOT_MAX_RUNNING_PER_USER": "1", "TWEENBOT_MAX_WAITING_PER_USER": "1"}):
        await office.tween()
        await office.fal.next_job()
        await office.tween()
        form = await office.form(office.ann, office.videos)
        await office.ann.submit(form, {"start": office.start, "end": office.end})
        assert form.errors == {
            "prompt": "You have 1 job waiting already, which is the limit. "
            "Nothing was taken or charged; send it again in a while. "
            "One that waits for a Go counts too: answer it, or cancel it."
        }
        assert office.ann.modal is form


async def test_in_the_readers_language(office: Office) -> None:
    """Whose Slack is German gets German labels, also when the form unfolds; others get English."""
    greta = office.acme.user("greta", "de-DE")
    async with office.bot():
        form = await office.form(greta, office.videos, "")
        assert labels(form)[:2] == ["Erstes Bild", "Letztes Bild"]
        assert "Seitenverhältnis" in labels(form)
        await greta.click(form, "Weitere Optionen")
        await office.slack.until(lambda: "Verschiebung des Rauschens" in labels(form))
        assert "Bilder pro Sekunde" in labels(form)
        assert labels(await office.form(office.ann, office.videos))[:2] == FIRST[:2]


async def test_sent_twice_it_is_one_job(office: Office) -> None:
    """A form that is submitted again, for its first answer was lost, is the job that it was."""
    async with office.bot():
        form = await office.form(office.ann, office.videos)
        await office.ann.submit(form, {"start": office.start, "end": office.end, "Resolution": "480p"})
        office.ann.views.append(form)
        submitted = await office.ann.submit(form)
        assert (submitted.failed, form.errors) == (None, {})
        video = await office.finished()
        await office.slack.settled()
    assert len(office.fal.jobs) == 1
    assert [m for m in office.videos.by_bot if m is not video] == [office.videos.by_bot[0]]


async def test_a_form_that_was_open_over_a_restart(office: Office) -> None:
    """It is taken by the next process, whose memory holds nothing of it."""
    async with office.bot():
        form = await office.form(office.ann, office.videos, "kept")
        form.values = slack_forms.fill_in(form, {"start": office.start, "end": office.end}, office.ann)
        await office.ann.click(form, "More options")
        await office.slack.until(lambda: "Noise shift" in labels(form))
    async with office.bot():
        await office.ann.submit(form, {"Noise shift": "6"})
        job = await office.fal.next_job()
    assert (job.arguments["prompt"], job.arguments["shift"]) == ("kept", 6.0)


async def test_the_video_in_the_channel_too(office: Office) -> None:
    """Where that is ticked, the channel gets a line with the way to the video, which pings nobody."""
    async with office.bot():
        form = await office.form(office.ann, office.videos)
        images = {"start": office.start, "end": office.end}
        await office.ann.submit(form, {**images, "Resolution": "480p", "When it is done": ["1"]})
        video = await office.finished()
        line = await office.slack.until(lambda: next((m for m in office.videos.by_bot if m.broadcast), None))
    assert (line.text, line.pings) == (f"A new video: {video.files[0].permalink}", set())
    assert line.thread_ts == video.thread_ts == office.videos.by_bot[0].ts
