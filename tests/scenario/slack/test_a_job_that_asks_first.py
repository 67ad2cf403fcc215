"""What asks first on Slack: its buttons, its picture, the form, and the ways back to its card."""

from collections.abc import Mapping

from tests.scenario.slack.office import PROMPT, Office
from tests.scenario.slack.said import told
from tests.twins import slack_forms
from tests.twins.slack import Message
from tests.twins.slack_forms import Entry

ASKS: Mapping[str, Entry] = {"ask_first": ["1"], "Resolution": "480p"}


async def asked(office: Office, **entries: Entry) -> Message:
    """Have Ann ask by the form, with all options unfolded, for a video that asks first; return the card."""
    form = await office.form(office.ann, office.videos)
    await office.ann.click(form, "More options")
    await office.slack.until(lambda: form.buttons == [])
    filled: dict[str, Entry] = {"start": office.start, "end": office.end, "prompt": PROMPT}
    before = len(office.videos.by_bot)
    await office.ann.submit(form, {**filled, **ASKS, **entries})
    assert form.errors == {}
    return await office.slack.until(
        lambda: office.videos.by_bot[before] if len(office.videos.by_bot) > before else None
    )


def pictures(card: Message) -> list[str]:
    """Return the ids of the files that a card shows."""
    return [block["slack_file"]["id"] for block in card.blocks if block["type"] == "image"]


def kept(office: Office) -> list[str]:
    """Return the ids of the bot's own pictures that are there still."""
    return [file.id for file in office.acme.files if file.name == "frames.jpg" and not file.deleted]


async def test_its_buttons(office: Office) -> None:
    """*Go* is first and green, the shapes are a row, *Cancel* is last and red; nobody is notified of any edit."""
    async with office.bot():
        card = await asked(office)
        await office.until(card, "Make this video?")
        rows = [block["elements"] for block in card.blocks if block["type"] == "actions"]
        names = [[button["text"]["text"] for button in row] for row in rows]
        assert names[0][:2] == ["Go", "Swap"]
        assert set(names[1]) <= {"16:9", "9:16", "1:1"}
        assert names[2:] == [["Cancel"]]
        assert (rows[0][0]["style"], rows[-1][-1]["style"]) == ("primary", "danger")
        assert card.pings == set()
        assert office.fal.seen == []


async def test_a_new_picture_takes_the_place_of_the_old_one(office: Office) -> None:
    """*Swap* leaves one file of the bot's in the workspace, and *Go* uploads none."""
    async with office.bot():
        card = await asked(office)
        await office.until(card, "Make this video?")
        await office.slack.until(lambda: pictures(card))
        before = pictures(card)
        await office.ann.click(card, "Swap")
        await office.slack.until(lambda: pictures(card) not in ([], before) and "Go" in card.buttons)
        await office.slack.until(lambda: kept(office) == pictures(card))
        after = pictures(card)
        await office.ann.click(card, "Go")
        await office.finished()
        await office.until(card, "Done")
        assert pictures(card) == kept(office) == after


async def test_a_picture_that_slack_has_not_seen_yet(office: Office) -> None:
    """No edit follows by itself on a card that asks, so it is shown once more when the picture is ready."""
    office.slack.shares.delay = None
    async with office.bot():
        card = await asked(office)
        await office.until(card, "Make this video?")
        await office.slack.until(lambda: "Go" in card.buttons)
        assert pictures(card) == []
        office.slack.shares.now()
        await office.slack.until(lambda: pictures(card))
        assert "Go" in card.buttons


async def test_the_ways_back_to_it(office: Office) -> None:
    """``/tween jobs`` and the Home tab say what it waits for, and lead to its card."""
    async with office.bot():
        card = await asked(office)
        await office.until(card, "Make this video?")
        await office.ann.slash(office.videos, "/tween", "jobs")
        line = "waits for your Go · <"
        jobs = await told(office, office.ann, office.videos)
        link = f"archives/{office.videos.id}/p{card.ts.replace('.', '')}"
        assert line in jobs
        assert f"{link}|Go to the card>" in jobs
        home = await office.ann.open_home()
        assert line in home.all_text
        assert f"{link}|Go to the card>" in home.all_text


async def test_the_form_keeps_the_fit(office: Office) -> None:
    """*Edit* of a job with blurred borders has them, also where the field is folded away, and may take them away."""
    async with office.bot():
        card = await asked(office, fit="blur")
        await office.until(card, "Make this video?")
        assert "Crop instead" in card.buttons
        await office.ann.click(card, "Cancel")
        await office.until(card, "Cancelled")
        form = await (await office.ann.click(card, "Edit")).modal()
        assert "fit" not in {block["block_id"] for block in form.blocks}
        await office.ann.submit(form, {"prompt": "as it was"})
        again = await office.slack.until(lambda: office.videos.by_bot[1] if len(office.videos.by_bot) > 1 else None)
        (await office.fal.next_job()).finish()
        await office.until(again, "Done")
        await office.ann.click(again, "Recipe")
        await office.slack.until(lambda: any("fit: blurred borders" in m.all_text for m in office.videos.messages))

        form = await (await office.ann.click(card, "Edit")).modal()
        form.values = slack_forms.fill_in(form, {"prompt": PROMPT}, office.ann)
        await office.ann.click(form, "More options")
        await office.slack.until(lambda: form.buttons == [])
        (chosen,) = (b["element"]["initial_option"]["value"] for b in form.blocks if b["block_id"] == "fit")
        assert chosen == "blur"
        before = len(office.videos.by_bot)
        await office.ann.submit(form, {"fit": "crop", "ask_first": ["1"]})
        cropped = await office.slack.until(lambda: next(iter(office.videos.by_bot[before:]), None))
        await office.until(cropped, "Make this video?")
        assert "Crop instead" not in cropped.buttons
