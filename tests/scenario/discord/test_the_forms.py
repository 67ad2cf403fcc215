"""The same by a form: with two uploads, from a message's menu, and from a card's buttons."""

import io

from PIL import Image

from tests.scenario.discord.studio import PROMPT, Studio, answer
from tests.twins.discord import Interaction, Message, Modal
from tests.twins.discord_modals import Answer

SAYS = "What happens in between"


async def _card(studio: Studio, submitted: Interaction) -> Message:
    """Return the card that a form is answered with."""
    card = await submitted.shown()
    assert await studio.room.next_message() is card
    return card


def _field(modal: Modal, label: str) -> object:
    """Return what a text field holds."""
    (field,) = (field for name, field in modal.fields if name == label)
    return field.get("value")


async def test_two_uploads(studio: Studio) -> None:
    """The form takes both images, the prompt and the two options that change the picture most."""
    async with studio.bot():
        modal = await (await studio.ann.slash(studio.room, "tween-form")).modal()
        assert modal.labels == ["First image", "Last image", SAYS, "Resolution", "Aspect ratio"]
        answers: dict[str, Answer] = {
            "First image": studio.start,
            "Last image": studio.end,
            SAYS: PROMPT,
            "Resolution": "480p",
        }
        card = await _card(studio, await studio.ann.submit(modal, answers))
        video = await studio.finished()
        await studio.until(card, "Done")
    (job,) = studio.fal.jobs
    assert (job.arguments["prompt"], job.arguments["resolution"]) == (PROMPT, "480p")
    assert video.reference is card
    assert len(studio.fal.uploads) == 2


async def test_the_menu_of_a_message(studio: Studio) -> None:
    """Two images or more: the first two; one: the form asks for the last; none: that is said."""
    bea = studio.somebody("Bea")
    three = await bea.post(studio.room, "look", files=[studio.start, studio.end, studio.end])
    one, none = await bea.post(studio.room, files=[studio.start]), await bea.post(studio.room, "no picture")
    async with studio.bot():
        modal = await (await studio.ann.menu(three, "Tween these images")).modal()
        assert modal.labels == [SAYS, "Resolution", "Aspect ratio", "Other options"]
        await _card(studio, await studio.ann.submit(modal, {SAYS: "by two", "Other options": "seed = 7\nshift: 4.5"}))
        job = await studio.fal.next_job()
        assert (job.arguments["prompt"], job.arguments["seed"], job.arguments["shift"]) == ("by two", 7, 4.5)
        modal = await (await studio.ann.menu(one, "Tween these images")).modal()
        assert modal.labels == ["Last image", SAYS, "Resolution", "Aspect ratio", "Other options"]
        await _card(studio, await studio.ann.submit(modal, {"Last image": studio.end, SAYS: "by one"}))
        assert (await studio.fal.next_job()).arguments["prompt"] == "by one"
        assert "no image" in await answer(await studio.ann.menu(none, "Tween these images"))
    assert len(studio.fal.jobs) == 2


async def test_edit_and_continue(studio: Studio) -> None:
    """Edit holds what the job was asked for; Continue begins where the video ends. Both are jobs of whoever presses."""
    bea = studio.somebody("Bea")
    async with studio.bot():
        card = await studio.tween(resolution="480p", seed=7)
        await studio.finished()
        await studio.until(card, "Done")
        modal = await (await bea.click(card, "Edit")).modal()
        assert (_field(modal, SAYS), _field(modal, "Other options")) == (PROMPT, "seed = 7")
        edited = await _card(studio, await bea.submit(modal, {SAYS: "dawn breaks"}))
        assert bea.mention in edited.text
        arguments = (await studio.fal.next_job()).arguments
        assert (arguments["prompt"], arguments["seed"], arguments["resolution"]) == ("dawn breaks", 7, "480p")
        modal = await (await bea.click(card, "Continue")).modal()
        assert modal.labels[0] == "New last image"
        assert not _field(modal, "Other options")
        await _card(studio, await bea.submit(modal, {"New last image": studio.end, SAYS: "and on"}))
        arguments = (await studio.fal.next_job()).arguments
    first = studio.fal.uploads[str(arguments["start_image_url"]).rpartition("/")[2]]
    # The video that fal's twin serves is of 96 x 64 pixels and ends in gray.
    with Image.open(io.BytesIO(first)) as frame:
        assert frame.size == (96, 64)
        darkest, lightest = frame.convert("L").getextrema()
        assert float(str(lightest)) - float(str(darkest)) <= 4


async def test_a_form_that_was_open_over_a_restart(studio: Studio) -> None:
    """It is taken by the next process, whose memory holds nothing of it."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        await studio.finished()
        await studio.until(card, "Done")
        new = await (await studio.ann.slash(studio.room, "tween-form")).modal()
        edit = await (await studio.ann.click(card, "Edit")).modal()
    async with studio.bot():
        await _card(studio, await studio.ann.submit(new, {"start": studio.start, "end": studio.end, SAYS: "new"}))
        await _card(studio, await studio.ann.submit(edit, {SAYS: "edited"}))
        prompts = {(await studio.fal.next_job()).arguments["prompt"] for _ in range(2)}
    assert prompts == {"new", "edited"}


async def test_what_was_typed_is_given_back(studio: Studio) -> None:
    """Each line that cannot be taken is named with its rule and its mend; what was typed is there to be copied.

    What has no room in the message is in a file of it.
    """
    images = await studio.ann.post(studio.room, files=[studio.start, studio.end])
    prompt = "dusk falls, `softly`, " * 85
    async with studio.bot():
        modal = await (await studio.ann.menu(images, "Tween these images")).modal()
        lines = "num_frames 100\nshft = 4"
        refusal = await answer(await studio.ann.submit(modal, {SAYS: prompt, "Other options": lines}))
        assert "“num_frames 100”" in refusal
        assert "such as num_frames = 100" in refusal
        assert f"What you had typed:\n```\n{prompt.strip()}\n```\n```\n{lines}\n```" in refusal
        lines = "num_frames = 500\nshft = 4"
        refusal = await answer(await studio.ann.submit(modal, {SAYS: prompt, "Other options": lines}))
        assert "num_frames is 500, but must be from 81 to 100: use 100." in refusal
        assert "shft is no option of this model: did you mean shift?" in refusal
        assert f"```\n{prompt.strip()}\n```" in refusal
        nonsense = "\n".join(["x"] * 1500)
        refused = await (await studio.ann.submit(modal, {SAYS: prompt, "Other options": nonsense})).shown()
        assert f"```\n{prompt.strip()}\n```" in refused.text
        assert refused.attachment.data.decode() == f"{prompt.strip()}\n\n{nonsense}"
    assert studio.fal.seen == []
