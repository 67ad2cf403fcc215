"""The contract with Discord refuses commands and autocomplete results that break a rule."""

from typing import Any

import pytest

from tests.twins import discord_contract
from tests.twins.discord_contract import problems

pytestmark = pytest.mark.skipif(not discord_contract.is_available(), reason=discord_contract.WHY_SKIPPED)

Json = dict[str, Any]


def option(kind: int = 3, name: str = "prompt", **more: object) -> Json:
    return {"type": kind, "name": name, "description": "What happens", **more}


def command(*options: Json, **more: object) -> Json:
    return {"name": "tween", "description": "A video", "options": list(options), **more}


def refused(method: str, path: str, body: object) -> str:
    """Return the one sentence about a body, without its request."""
    (sentence,) = problems(method, path, {}, body)
    return sentence.partition("}: ")[2] if "}: " in sentence else sentence.split(": ", 1)[1]


CHOICES = [{"name": str(n), "value": str(n)} for n in range(26)]
SUBCOMMAND = option(1, "show")
CALLED = [
    (command(name="Tween"), "name: 'Tween' is not of lower-case letters"),
    (command(name="two words"), "name: 'two words' is not of lower-case letters"),
    (command(name="x" * 33), "name: "),
    (command(name_localizations={"de": "Zwischen"}), "name_localizations.de: 'Zwischen' is not of lower-case"),
    (command(name_localizations={"de-DE": "zwischen"}), "name_localizations: 'de-DE' is not one of"),
    (command(description_localizations={"xx": "x"}), "description_localizations: 'xx' is not one of"),
    (command(description=""), "description: a chat input command needs one"),
    (command(description="x" * 101), "description: "),
    (command(type=3), "description: a context menu has none"),
    (command(option(), type=3, description=""), "options: only a chat input command has them"),
    (command(colour=1), "colour: a key that Discord does not know"),
    (command(option(), option(name="first", required=True)), "options: a required option after an optional one"),
    (command(option(), option()), "options: two are named 'prompt'"),
    (command(option(name="Prompt")), "options[0].name: 'Prompt' is not of lower-case letters"),
    (command(option(description="")), "options[0].description: '' "),
    (command(option(choices=CHOICES)), "options[0].choices: "),
    (command(option(choices=[{"name": "x" * 101, "value": "x"}])), "options[0].choices[0].name: "),
    (command(option(choices=[{"name": "x", "value": "x" * 101}])), "options[0].choices[0].value: over 100"),
    (command(option(choices=CHOICES[:1], autocomplete=True)), "choices and autocomplete exclude each other"),
    (command(option(min_length=9, max_length=8)), "options[0]: min_length is over max_length"),
    (command(option(4, min_value=9, max_value=8)), "options[0]: min_value is over max_value"),
    (command(option(12)), "options[0]: type 12 is none of"),
    (command(option(11, choices=[])), "options[0]: choices: a key that Discord does not know"),
    (command(SUBCOMMAND, option()), "options: subcommands stand beside other options"),
    (command(option(2, "show")), "options[0]: a group without subcommands"),
    (command({**SUBCOMMAND, "options": [SUBCOMMAND]}), "options[0].options[0]: type 1 is none of"),
    (
        command(*(option(name=f"o{n}", choices=[{"name": "x" * 100, "value": "x" * 100}] * 2) for n in range(20))),
        "characters in names, descriptions and values, where a command may have 8000",
    ),
]


@pytest.mark.parametrize(("body", "told"), CALLED, ids=[told[:60] for _, told in CALLED])
def test_a_command_that_breaks_a_rule_is_told(body: Json, told: str) -> None:
    """Alone, and among those of a guild."""
    assert told in refused("POST", "/applications/1/commands", body)
    assert told in refused("PUT", "/applications/1/guilds/2/commands", [body])


def test_commands_that_do_not_stand_together_are_told() -> None:
    """Two of one name and kind, or more context menus than there may be."""
    assert refused("PUT", "/applications/1/commands", [command(), command()]) == "two commands are named 'tween'"
    menus = [{"name": f"Use {n}", "type": 3} for n in range(16)]
    assert refused("PUT", "/applications/1/commands", menus) == "16 commands of type 3"


@pytest.mark.parametrize(
    ("name", "is_right"),
    [("größe", True), ("サイズ", True), ("ขนาด", True), ("d'un", True), ("Größe", False), ("a!", False)],
)
def test_a_name_may_be_in_any_script(name: str, is_right: bool) -> None:  # noqa: FBT001 - a table's column
    """Letters and digits of every script, with Thai and Devanagari vowel signs, and no upper case."""
    found = problems("POST", "/applications/1/commands", {}, command(name_localizations={"ja": name}))
    assert (found == []) is is_right


def test_of_localized_texts_the_longest_alone_counts() -> None:
    """Thirty long localizations do not make a command too long."""
    texts = dict.fromkeys(("de", "fr", "it", "ja", "ko"), "x" * 100)
    options = [option(name=f"o{n}", description_localizations=texts) for n in range(25)]
    assert problems("POST", "/applications/1/commands", {}, command(*options)) == []


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (CHOICES, "data.choices: "),
        ([{"name": "", "value": "x"}], "data.choices[0].name: '' "),
        ([{"name": "x" * 101, "value": "x"}], "data.choices[0].name: "),
        ([{"name": "x", "value": "x" * 101}], "data.choices[0].value: over 100 characters"),
        ([{"name": "x", "value": "x", "description": "x"}], "description: a key that Discord does not know"),
    ],
)
def test_autocomplete_results_that_break_a_rule_are_told(choices: list[Json], told: str) -> None:
    """At most 25, with names of 1 to 100 characters and values of at most 100."""
    assert told in refused("POST", "/interactions/1/token/callback", {"type": 8, "data": {"choices": choices}})
