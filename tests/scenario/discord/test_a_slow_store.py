"""The store keeps everybody waiting: Discord's three seconds are kept all the same, and what was asked comes later."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.scenario.discord.studio import Studio, answer
from tests.twins.discord import Deferred, Interaction, Message, Person
from tests.twins.discord_options import Value

COMMANDS: tuple[tuple[str, dict[str, Value], str], ...] = (
    ("jobs", {}, "no jobs yet"),
    ("usage", {}, "spent or reserved"),
    ("tween-admin show", {}, "Rules of this server"),
    ("tween-admin limits", {"running": 2}, "2 running at the same time"),
    ("tween-admin budget", {"usd": 5.0}, "the server $5.00 a month"),
    ("tween-admin ask", {"usd": 0.3}, "jobs above $0.30"),
    ("tween-admin nsfw", {"allowed": True}, "may be turned off"),
    ("tween-admin audit", {}, "What was decided here"),
)


@contextmanager
def busy(studio: Studio) -> Iterator[None]:
    """Keep the store's one place for transactions: whoever wants to read or to write waits until the context ends."""
    file = studio.folder / ".tweenbot" / "tweenbot.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def _click(studio: Studio, card: Message, button: str) -> Interaction:
    """Press a button of a card while the store does not answer; return what was acknowledged."""
    with busy(studio):
        pressed = await studio.ann.click(card, button)
        assert isinstance(await pressed.response(), Deferred)
    return pressed


async def test_buttons_of_a_job_that_asks(studio: Studio) -> None:
    """A change and a *Go* are acknowledged at once, and have their effect once the store answers."""
    async with studio.bot():
        card = await studio.tween(ask_first=True, resolution="480p")
        await studio.until(card, "Make this video?")
        before = [each.data for each in card.attachments]
        await _click(studio, card, "Swap")
        await studio.discord.until(lambda: [each.data for each in card.attachments] != before and card.button("Go"))
        await _click(studio, card, "Go")
        await studio.fal.next_job()


async def test_buttons_of_a_job_that_is_under_way_or_over(studio: Studio) -> None:
    """*Cancel*, *Recipe* and *Delete* say what came of them to whoever pressed, and to nobody else."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        await studio.fal.next_job()
        cancelled = await _click(studio, card, "Cancel")
        (told,) = await studio.discord.until(lambda: cancelled.followups)
        assert told.ephemeral
        assert "Asked to stop" in told.text
        await studio.until(card, "Cancelled")
        assert "num_frames" in await answer(await _click(studio, card, "Recipe"))
        assert "Deleted" in await answer(await _click(studio, card, "Delete"))
    assert card.deleted


async def test_commands_that_ask_the_store(studio: Studio) -> None:
    """Those for one pair of eyes, an admin's form and *Delete my data* included."""
    boss = studio.somebody("Max", manages=True)
    async with studio.bot():
        for command, options, said in COMMANDS:
            assert said in await _asked(studio, boss, command, options)
        form = await (await boss.slash(studio.room, "tween-admin moderation")).modal()
        with busy(studio):
            submitted = await boss.submit(form, {"Forbidden words": "gore"})
            assert isinstance(await submitted.response(), Deferred)
        assert "gore" in await answer(submitted)


async def _asked(studio: Studio, person: Person, command: str, options: dict[str, Value]) -> str:
    with busy(studio):
        asked = await person.slash(studio.room, command, **options)
        assert isinstance(await asked.response(), Deferred)
    return await answer(asked)
