"""Which commands Discord takes, and how people find the choices in them."""

from typing import Any

import aiohttp
import pytest

from tests.twins.discord import CannotDo, Channel, DiscordTwin, File, Person

Json = dict[str, Any]
WORD: Json = {"type": 3, "name": "word", "description": "x"}


def command(*options: Json, **others: object) -> Json:
    """A slash command."""
    return {"name": "tween", "description": "x", "options": list(options), **others}


async def put(twin: DiscordTwin, *commands: Json) -> tuple[int, Any]:
    """Overwrite the commands, and return the status and the answer."""
    url = f"{twin.url}/api/v10/applications/{twin.bot.id}/commands"
    headers = {"Authorization": f"Bot {twin.token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.put(url, json=list(commands)) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (command(name="Tween"), "lower case"),
        (command(name="two words"), "lower case"),
        (command(name="x" * 33), "between 1 and 32"),
        (command(description="x" * 101), "between 1 and 100"),
        (command(*[WORD | {"name": f"w{n}"} for n in range(26)]), "25 or fewer"),
        (command(WORD, WORD), "must be unique"),
        (command(WORD, WORD | {"name": "other", "required": True}), "before non-required"),
        (command(WORD | {"choices": [{"name": "a", "value": "x" * 101}]}), "too long"),
        (command(WORD | {"choices": [{"name": "a", "value": 1}]}), "not of the option's type"),
        (command(WORD | {"choices": [{"name": "a", "value": "a"}], "autocomplete": True}), "not for autocomplete"),
        (command(WORD | {"min_value": 1}), "is for numbers"),
        (command(WORD | {"type": 4, "max_value": 2**53 + 1}), "2^53"),
        (command(WORD, {"type": 1, "name": "sub", "description": "x"}), "beside options"),
        (command(name_localizations={"xx": "tween"}), "unknown locales"),
        (command(name_localizations={"de": "Zwischen"}), "lower case"),
        (command(contexts=[3]), "must be some of"),
        (command(description="x", type=3), "context menu"),
    ],
)
async def test_a_command_over_the_limits_is_refused(wrong: Json, why: str) -> None:
    """400/50035, and nothing is overwritten."""
    async with DiscordTwin(limits=False) as twin:
        status, answer = await put(twin, wrong)
        assert (status, answer["code"], twin.commands, twin.syncs) == (400, 50035, [], 0)
        assert why in str(twin.forgive())


async def test_all_texts_of_a_command_count_together() -> None:
    """8,000 characters in all; of translations only the longest counts."""
    choices = [{"name": "n" * 100, "value": f"{n:03}" + "v" * 97} for n in range(25)]
    long = WORD | {"description": "d" * 100, "choices": choices}
    async with DiscordTwin(limits=False) as twin:
        status, _ = await put(twin, command(long | {"description_localizations": {"de": "e" * 100}}))
        assert status == 200
        status, _ = await put(twin, command(long, long | {"name": "other"}))
        assert status == 400
        assert "8000 at most" in str(twin.forgive())


async def test_names_may_be_of_any_script() -> None:
    """Letters of all scripts, and the vowel signs of two."""
    names = {"de": "überblenden", "hi": "चित्र", "th": "ภาพที่", "ja": "中割り"}
    async with DiscordTwin(limits=False) as twin:
        assert (await put(twin, command(name_localizations=names)))[0] == 200


async def test_a_command_keeps_its_id() -> None:
    """Overwriting changes what changed."""
    async with DiscordTwin(limits=False) as twin:
        _, first = await put(twin, command())
        _, second = await put(twin, command(description="new"), command(name="other"))
        assert [entry["id"] == first[0]["id"] for entry in second] == [True, False]
        assert (twin.syncs, [entry["description"] for entry in twin.commands]) == (2, ["new", "x"])


async def test_people_choose_by_name_or_value() -> None:
    """What is not offered cannot be chosen; what is sent is the value."""
    shape = WORD | {"name": "shape", "choices": [{"name": "Wide", "value": "16:9"}, {"name": "Tall", "value": "9:16"}]}
    async with DiscordTwin(limits=False) as twin:
        await put(twin, command(shape, WORD | {"min_length": 2, "max_length": 3}))
        guild, ann = twin.guild("Studio"), twin.user("Ann")
        guild.join(ann)
        room = guild.channel("films")
        sent = [await ann.slash(room, "tween", shape=shape) for shape in ("Tall", "16:9")]
        assert [each.data["options"][0]["value"] for each in sent] == ["9:16", "16:9"]
        for options in ({"shape": "Round"}, {"word": "x"}, {"word": "xxxx"}):
            with pytest.raises(CannotDo):
                await ann.slash(room, "tween", **options)


async def test_a_command_is_found_where_it_belongs() -> None:
    """Contexts, installations, age restriction, and administrators' commands."""
    async with DiscordTwin(limits=False) as twin:
        await put(
            twin,
            command(name="here", contexts=[0], integration_types=[0]),
            command(name="anywhere", integration_types=[1]),
            command(name="bold", nsfw=True),
            command(name="closed", default_member_permissions=0),
        )
        guild, ann, bob = twin.guild("Studio"), twin.user("Ann"), twin.user("Bob", user_installed=True)
        for person in (ann, bob):
            guild.join(person)
        room, bar = guild.channel("films"), guild.channel("bar", age_restricted=True)
        found = {
            (person.name, name, channel is bar): await finds(person, channel, name)
            for person in (ann, bob)
            for name in ("here", "anywhere", "bold", "closed")
            for channel in (room, bar)
        }
        assert {key for key, value in found.items() if value} == {
            *((name, "here", place) for name in ("Ann", "Bob") for place in (False, True)),
            *(("Bob", "anywhere", place) for place in (False, True)),
            *((name, "bold", True) for name in ("Ann", "Bob")),
        }
        assert not await finds(ann, ann.dm, "here")


async def finds(person: Person, channel: Channel, name: str) -> bool:
    """Whether somebody can use a command in a place."""
    try:
        await person.slash(channel, name)
    except CannotDo:
        return False
    return True


async def test_a_files_claimed_type_is_only_a_claim() -> None:
    """The client says what a file's ending says, whatever is in it."""
    async with DiscordTwin(limits=False) as twin:
        await put(twin, command({"type": 11, "name": "start", "description": "x"}))
        guild, ann = twin.guild("Studio"), twin.user("Ann")
        guild.join(ann)
        room = guild.channel("films")
        for file, claimed in ((File("a.png", b"GIF8"), "image/png"), (File("a", b"", "image/x"), "image/x")):
            sent = await ann.slash(room, "tween", start=file)
            (attachment,) = sent.data["resolved"]["attachments"].values()
            assert attachment["content_type"] == claimed
