"""The card: one message, edited on change, quiet, and never without its blocks."""

import asyncio
import itertools

from tests.scenario.slack.office import PROMPT, Office
from tests.twins.fal_jobs import TwinJob
from tests.twins.replies import HoldAnswer, LoseAnswer
from tests.twins.slack import Message


def kinds(blocks: list[dict[str, object]]) -> list[object]:
    """Return the kinds of blocks, in order."""
    return [block["type"] for block in blocks]


def picture(card: Message) -> str:
    """Return the id of the file that a card shows; empty where it shows none."""
    shown = [block["slack_file"]["id"] for block in card.blocks if block["type"] == "image"]
    return "".join(shown)


async def test_one_message_from_the_first_word_to_the_last(office: Office) -> None:
    """It is edited on change only, with text and blocks; nobody is notified but its author, once, by the video."""
    async with office.bot():
        card = await office.tween(Resolution="480p")
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
        assert card.buttons == ["Cancel"]
        job.progress("12/30")
        await office.until(card, "Step 12/30", "40 %", "▰▰▰▰▰▰▱")
        edits = len(card.edits)
        for _ in range(5):
            job.progress("12/30")
        video = await _finish(office, job)
        await office.until(card, "Done")
    assert len(card.edits) <= edits + 3
    assert all(edit.text and kinds(edit.blocks)[:1] == ["section"] for edit in card.edits)
    shown = [(edit.text, edit.blocks) for edit in card.edits]
    assert all(before != after for before, after in itertools.pairwise(shown))
    assert (card.pings, video.pings) == (set(), {office.ann.id})
    assert office.videos.by_bot == [card, video]
    assert kinds(card.blocks) == ["section", "image", "section", "context", "actions"]
    assert card.buttons == ["Go to the video", "Again", "Edit", "Swap", "Continue", "Recipe", "Delete"]
    (watch,) = (e for b in card.blocks if b["type"] == "actions" for e in b["elements"] if "url" in e)
    assert watch["url"] == video.files[0].permalink
    assert card.text.startswith("Done: Made in ")
    assert f"<@{office.ann.id}>" in card.all_text
    assert f">{PROMPT}" in card.all_text


async def test_a_picture_that_slack_has_not_seen_yet(office: Office) -> None:
    """The card goes on without it, and shows it with the first edit after Slack is ready."""
    office.slack.shares.delay = None
    async with office.bot():
        card = await office.tween()
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
        assert picture(card) == ""
        job.progress("3/30")
        await office.until(card, "Step 3/30")
        assert picture(card) == ""
        office.slack.shares.now()
        job.progress("9/30")
        await office.until(card, "Step 9/30")
        assert picture(card)
        (file,) = (each for each in office.acme.files if each.id == picture(card))
        assert file.shares == []
        assert file.alt_text == "The first and the last frame, as they are cropped"
    assert ("chat.update", "invalid_blocks") in office.slack.refused


async def test_the_picture_after_a_restart(office: Office) -> None:
    """Whoever carries the job later knows it by its id: it is drawn and uploaded once."""
    async with office.bot():
        card = await office.tween()
        job = await office.fal.next_job()
        await office.slack.until(lambda: picture(card))
        await office.until(card, "Next in the queue")
    shown = picture(card)
    async with office.bot():
        job.progress("9/30")
        await office.until(card, "Step 9/30")
        await _finish(office, job)
        await office.until(card, "Done")
    assert picture(card) == shown
    assert [file.name for file in office.acme.files if file.owner is None and "jpg" in file.name] == ["frames.jpg"]


async def test_a_picture_that_was_deleted(office: Office) -> None:
    """Somebody deletes the file: the card says what it says without it."""
    async with office.bot():
        card = await office.tween()
        job = await office.fal.next_job()
        await office.slack.until(lambda: picture(card))
        (file,) = (each for each in office.acme.files if each.id == picture(card))
        file.deleted = True
        await _finish(office, job)
        await office.until(card, "Done")
    assert picture(card) == ""


async def test_a_card_whose_answer_is_late(office: Office) -> None:
    """The job does not wait for it, and whoever carries it edits that same message."""
    late = asyncio.Event()
    hold = HoldAnswer(late)
    office.slack.script("chat.postMessage", hold)
    async with office.bot():
        card = await office.tween()
        await hold.reached.wait()
        late.set()
        video = await office.finished()
        await office.until(card, "Done")
    assert office.videos.by_bot == [card, video]


async def test_an_edit_whose_answer_is_lost(office: Office) -> None:
    """The next one says what is true then."""
    async with office.bot():
        card = await office.tween()
        job = await office.fal.next_job()
        await office.until(card, "Next in the queue")
        office.slack.script("chat.update", LoseAnswer(), LoseAnswer())
        job.progress("9/30")
        await office.until(card, "Step 9/30")
        await _finish(office, job)
        await office.until(card, "Done")
    assert len(office.videos.by_bot) == 2


async def _finish(office: Office, job: TwinJob) -> Message:
    job.finish()
    return await office.video()
