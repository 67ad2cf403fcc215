"""What asks first on Discord: on cards that one person sees, over dead tokens, by every form."""

import re

import pytest

from adapters.discord.errors import UNKNOWN_INTERACTION
from tests.scenario.discord.studio import PROMPT, Studio, answer
from tests.twins.discord import Interaction, Message, Modal
from tests.twins.discord_messages import walk
from tests.twins.discord_modals import Answer as Filled
from tests.twins.discord_replies import Answer

SAYS = "What happens in between"
ROW, GREEN, RED = 1, 3, 4
"""Discord's types of components, and of buttons."""
LOOKS = "fit = blur\nask_first = true"


async def asked(studio: Studio, **options: object) -> Message:
    """Have Ann ask for a video that asks first; return the card once it asks."""
    card = await studio.tween(ask_first=True, resolution="480p", **options)  # type: ignore[arg-type]  # the options
    await studio.until(card, "Make this video?")
    return card


def hung(card: Message) -> dict[str, bytes]:
    """Return what hangs on a card."""
    return {each.name: each.data for each in card.attachments}


async def test_its_buttons(studio: Studio) -> None:
    """*Go* comes first and is green, the shapes have a row, *Cancel* has the last one and is red; nobody is pinged."""
    async with studio.bot():
        card = await asked(studio)
        rows = [[each["label"] for each in row["components"]] for row in walk(card.components) if row["type"] == ROW]
        assert rows[0][:2] == ["Go", "Swap"]
        assert set(rows[1]) <= {"16:9", "9:16", "1:1"}
        assert rows[2:] == [["Cancel"]]
        styles = {button.label: button.style for button in card.buttons}
        assert (styles["Go"], styles["Cancel"]) == (GREEN, RED)
        assert card.pings == []
        assert re.search(r"Price \*\*\$0\.20\*\*\nExpected no history yet\nNothing is sent before", card.text)


async def test_new_frames_take_the_place_of_the_old_ones(studio: Studio) -> None:
    """After *Swap* the card has three files, as before, in the new order; after *Go* none is sent a second time."""
    async with studio.bot():
        card = await asked(studio)
        before = hung(card)
        await studio.ann.click(card, "Swap")
        await studio.discord.until(lambda: hung(card).keys() and hung(card) != before and card.button("Go"))
        after = hung(card)
        assert len(card.attachments) == len(before) == 3
        assert [after[name] for name in sorted(after) if "start" in name] == [
            before[name] for name in sorted(before) if "end" in name
        ]
        uploads = len([seen for seen in studio.discord.seen if seen.files])
        await studio.ann.click(card, "Go")
        await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        assert len([seen for seen in studio.discord.seen if seen.files]) == uploads
        assert hung(card) == after


@pytest.mark.parametrize("restart", [True, False])
async def test_what_one_person_sees(studio: Studio, restart: bool) -> None:  # noqa: FBT001  # a case
    """The command's token is dead, or lost in a restart; the press's goes on with the card, and brings the video."""
    async with studio.bot() as bot:
        card = await studio.asked(studio.ann, studio.room, private=True, ask_first=True, resolution="480p")
        await studio.until(card, "Make this video?")
        assert card.ephemeral
        if restart:
            bot.process.interrupt()
            await bot.process.end()
        else:
            studio.discord.pass_time(20 * 60)
            await _goes_on(studio, card)
    if restart:
        async with studio.bot():
            await _goes_on(studio, card)
    assert studio.room.messages == studio.ann.dm.messages == []


async def _goes_on(studio: Studio, card: Message) -> None:
    pressed = await studio.ann.click(card, "Go")
    (await studio.fal.next_job()).finish()
    await studio.until(card, "Done")
    (video,) = pressed.followups
    assert video.ephemeral
    assert video.attachment.data == studio.fal.video
    assert video.button("Publish")


async def test_a_press_that_discord_did_not_hear_of(studio: Studio) -> None:
    """Its author is told that it failed, so nothing has come of it; one that is delivered twice is one press."""
    async with studio.bot():
        card = await asked(studio)
        before = hung(card)
        studio.discord.script("callback", Answer(404, UNKNOWN_INTERACTION))
        failed = await studio.ann.click(card, "Swap")
        await studio.discord.until(lambda: any(seen.status == 404 for seen in studio.discord.requests("callback")))
        assert failed.acknowledged_after is None
        swap = await studio.ann.click(card, "Swap")
        await studio.discord.until(lambda: hung(card) != before and card.button("Go"))
        swapped = hung(card)
        studio.discord.redeliver(swap)
        await studio.ann.click(card, "Go")
        await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        assert hung(card) == swapped


async def test_the_card_outlives_the_token_of_its_command(studio: Studio) -> None:
    """Twenty minutes later a press on a card that all see works as at once."""
    async with studio.bot():
        card = await asked(studio)
        studio.discord.pass_time(20 * 60)
        await studio.ann.click(card, "Go")
        video = await studio.finished()
        await studio.until(card, "Done")
        assert video.reference is card


async def test_my_jobs_lead_to_it(studio: Studio) -> None:
    """``/jobs`` says what it waits for, and where."""
    async with studio.bot():
        card = await asked(studio)
        listed = await answer(await studio.ann.slash(studio.room, "jobs"))
        place = f"https://discord.com/channels/{studio.guild.id}/{studio.room.id}/{card.id}"
        assert f"waits for your Go · [card]({place})" in listed


async def test_by_every_form(studio: Studio) -> None:
    """``/tween-form`` takes both as options, others as lines; *Edit* has the fit of its job, and may take it away."""
    images = await studio.ann.post(studio.room, files=[studio.start, studio.end])
    async with studio.bot():
        form = await (await studio.ann.slash(studio.room, "tween-form", fit="blur", ask_first=True)).modal()
        answers: dict[str, Filled] = {"First image": studio.start, "Last image": studio.end, SAYS: PROMPT}
        card = await _card(studio, await studio.ann.submit(form, answers))
        await studio.until(card, "Make this video?")
        assert card.button("Crop instead")

        menu = await (await studio.ann.menu(images, "Tween these images")).modal()
        refusal = await answer(
            await studio.ann.submit(menu, {SAYS: PROMPT, "Other options": "fit = squeeze\nask_first = maybe"})
        )
        assert "fit is “squeeze”: use crop or blur." in refusal
        assert "ask_first is “maybe”, which is not true or false" in refusal
        menu = await (await studio.ann.menu(images, "Tween these images")).modal()
        card = await _card(studio, await studio.ann.submit(menu, {SAYS: PROMPT, "Other options": LOOKS}))
        await studio.until(card, "Make this video?")
        assert card.button("Crop instead")
        await studio.ann.click(card, "Cancel")
        await studio.until(card, "Cancelled")

        edit = await (await studio.ann.click(card, "Edit")).modal()
        assert _field(edit, "Other options") == "fit = blur"
        await studio.ann.submit(edit, {"Other options": "ask_first = true"})
        edited = await studio.room.next_message()
        await studio.until(edited, "Make this video?")
        assert edited.button("Crop instead") is None
        assert studio.fal.seen == []


async def _card(studio: Studio, submitted: Interaction) -> Message:
    card = await submitted.shown()
    assert await studio.room.next_message() is card
    return card


def _field(modal: Modal, label: str) -> object:
    (field,) = (field for name, field in modal.fields if name == label)
    return field.get("value")
