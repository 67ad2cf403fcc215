"""What those who manage a server decide about what may be made there, and at which price a job asks first."""

import pytest

from tests.scenario.discord.studio import Studio, answer
from tests.twins.discord import Modal, Person
from tests.twins.discord_modals import Answer

WORDS, PATTERNS, CHECK = "Forbidden words", "Forbidden patterns", "Address of the check"


async def _form(boss: Person, studio: Studio) -> Modal:
    return await (await boss.slash(studio.room, "tween-admin moderation")).modal()


async def _set(boss: Person, studio: Studio, **answers: Answer) -> str:
    """Fill the form in, and return what it is answered with: the rules as they are then, or why not."""
    form = await _form(boss, studio)
    given = {{"words": WORDS, "patterns": PATTERNS, "check_url": CHECK}[name]: said for name, said in answers.items()}
    return await answer(await boss.submit(form, given))


async def _rules(boss: Person, studio: Studio) -> str:
    return await answer(await boss.slash(studio.room, "tween-admin show"))


async def test_words_and_patterns(studio: Studio) -> None:
    """Set one a line, shown, in the form again the next time, and they hold from the next command on."""
    boss = studio.somebody("Max", manages=True)
    async with studio.bot():
        assert "**Forbidden words:** none" in await _rules(boss, studio)
        form = await _form(boss, studio)
        assert (form.title, form.labels) == ("What may be made", [WORDS, PATTERNS, CHECK])
        rules = await _set(boss, studio, words=" gore \n\nblood and guts\ngore", patterns=r"\bwar\w*")
        assert "**Forbidden words:** 2: `gore, blood and guts`" in rules
        assert r"**Forbidden patterns:** 1: `\bwar\w*`" in rules
        for prompt in ("all GORE", "two warriors"):
            assert "do not allow this prompt" in await studio.refused(studio.ann, studio.room, prompt)
        held = {name: field.get("value") for name, field in (await _form(boss, studio)).fields}
        assert (held[WORDS], held[PATTERNS]) == ("gore\nblood and guts", r"\bwar\w*")
        assert "**Forbidden words:** none" in await _set(boss, studio, words="", patterns="")
        await studio.asked(studio.ann, studio.room, "two warriors", resolution="480p")
        await studio.fal.next_job()
    assert len(studio.fal.jobs) == 1


async def test_the_check_of_every_job(studio: Studio) -> None:
    """An https address, of which the rules show no path; it can be taken off."""
    boss = studio.somebody("Max", manages=True)
    async with studio.bot():
        rules = await _set(boss, studio, check_url=" https://check.example.org/tween?key=secret ")
        assert "**Check of every job:** `https://check.example.org/…`" in rules
        assert "secret" not in rules
        assert "**Check of every job:** none" in await _set(boss, studio, check_url="")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (
            {"words": "\n".join(map(str, range(201)))},
            "Forbidden words: 201 on the list, but at most 200: take some off.",
        ),
        ({"words": "x" * 101}, "is over 100 characters: shorten it."),
        ({"patterns": "a+\n(b"}, "Forbidden patterns: “(b” is no pattern that can be used ("),
        ({"check_url": "http://check.example.org"}, "is no https address: give one, such as https\u200b"),
        ({"check_url": "https://127.0.0.1:1@x/"}, "is no https address"),
        ({"check_url": "https://check.example.org:444/"}, "is never asked: its link has a port that is not taken"),
        ({"check_url": "https://10.1.2.3/"}, "is never asked: its link leads to an address that is not public"),
    ],
)
async def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    studio: Studio, answers: dict[str, Answer], said: str
) -> None:
    """The field, the rule and the mend; what was typed is given back, and nothing of it holds or is a deed."""
    boss = studio.somebody("Max", manages=True)
    async with studio.bot():
        await _set(boss, studio, words="gore")
        refusal = await _set(boss, studio, **({"words": "", "patterns": "", "check_url": ""} | answers))
        assert said.replace("https\u200b", "https:\u200b//") in refusal
        rules = await _rules(boss, studio)
        assert "**Forbidden words:** 1: `gore`" in rules
        assert "**Forbidden patterns:** none" in rules
        log = await answer(await boss.slash(studio.room, "tween-admin audit"))
        assert log.count("set the rules") == 1


async def test_the_price_above_which_a_job_asks(studio: Studio) -> None:
    """The server's own goes before the operator's; 0 is every job; without one the operator's holds."""
    boss = studio.somebody("Max", manages=True)

    async def ask(**options: float | bool) -> str:
        return await answer(await boss.slash(studio.room, "tween-admin ask", **options))

    async with studio.bot({"TWEENBOT_ASK_OVER": "0.30"}):
        assert "**Asks first:** jobs above $0.30 (as the bot's operator has it)" in await _rules(boss, studio)
        assert "**Asks first:** jobs above $5.00\n" in await ask(usd=5.0)
        assert "**Asks first:** every job\n" in await ask(usd=0.0)
        for options in ({}, {"usd": 1.0, "clear": True}):
            assert "Give a sum in US dollars (0: every job asks), or clear: True" in await ask(**options)
        assert "**Asks first:** jobs above $0.30 (as" in await ask(clear=True)


async def test_who_may_not_manage_the_server_any_more_sets_nothing(studio: Studio) -> None:
    """The form was open while the permission was taken back."""
    boss, other = studio.somebody("Max", manages=True), studio.somebody("Mia", manages=True)
    async with studio.bot():
        form = await _form(boss, studio)
        studio.guild.join(boss, manages=False)
        said = await answer(await boss.submit(form, {WORDS: "gore"}))
        assert said == "Only members who may manage this server can do that."
        assert "**Forbidden words:** none" in await _rules(other, studio)
