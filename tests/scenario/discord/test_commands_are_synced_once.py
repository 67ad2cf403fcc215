"""Discord takes 200 new commands a day: it is told of them when they have changed, and only then."""

import sqlite3
from contextlib import closing

from tests.scenario.bot import running
from tests.scenario.discord.studio import Studio
from tests.twins.discord_replies import Answer


async def test_a_second_start_tells_of_nothing(studio: Studio) -> None:
    """Unless the commands are others than those that were taken last, or somebody else has taken some away."""
    async with studio.bot():
        assert studio.discord.syncs == 1
    async with studio.bot():
        assert studio.discord.syncs == 1
    _have_other_commands_noted(studio)
    async with studio.bot():
        assert studio.discord.syncs == 2
    studio.discord.commands.pop()
    async with studio.bot():
        assert studio.discord.syncs == 3


async def test_they_are_there_in_other_languages(studio: Studio) -> None:
    """Names and help, of commands and of their options; where they are for, and who sees which."""
    async with studio.bot():
        commands = {each["name"]: each for each in studio.discord.commands}
    assert set(commands) == {"tween", "tween-form", "jobs", "usage", "tween-admin", "Tween these images"}
    languages = {"de", "es-ES", "es-419", "fr", "ja"}
    for command in commands.values():
        assert set(command.get("description_localizations") or {}) == (languages if command["type"] == 1 else set())
        admins = command["name"] == "tween-admin"
        assert command["contexts"] == ([0] if admins else [0, 1, 2])
        assert command["integration_types"] == ([0] if admins else [0, 1])
        assert command["default_member_permissions"] == ("32" if admins else None)
    options = {each["name"]: each for each in commands["tween"]["options"]}
    assert list(options)[:3] == ["start", "end", "prompt"]
    assert set(options["num_frames"]["description_localizations"]) == languages
    assert (options["num_frames"]["min_value"], options["num_frames"]["max_value"]) == (81, 100)
    assert [each["value"] for each in options["resolution"]["choices"]] == ["480p", "720p"]
    assert {name for name, each in options.items() if each.get("autocomplete")} == {"prompt", "seed"}


async def test_a_bot_whose_commands_are_not_taken_works_on(studio: Studio) -> None:
    """Those that Discord knows serve, and the next start tells of them once more."""
    async with studio.bot():
        pass
    _have_other_commands_noted(studio)
    studio.discord.script("commands_put", Answer(403, 20012))
    async with running(studio.folder, studio.env) as bot:
        await bot.process.error("commands_not_synced")
        await studio.discord.until_online()
        card = await studio.tween(resolution="480p")
        await studio.finished()
        await studio.until(card, "Done")
    assert studio.discord.syncs == 1
    async with studio.bot():
        assert studio.discord.syncs == 2


def _have_other_commands_noted(studio: Studio) -> None:
    with closing(sqlite3.connect(studio.folder / ".tweenbot" / "tweenbot.sqlite")) as store, store:
        changed = store.execute("UPDATE notes SET value = 'other' WHERE name LIKE 'discord commands %'")
        assert changed.rowcount == 1
