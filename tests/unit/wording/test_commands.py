"""The words of commands and forms are whole, within the platforms' limits, and unmistakable in every language."""

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator

import pytest

from bot.domain.model import Option
from bot.wording import commands
from bot.wording.commands import DISCORD_LOCALES, KEYS, text, translations
from config import catalogue

OPTIONS = {option.name: option for option in catalogue.load()[catalogue.DEFAULT_ENDPOINT].options}
ALL_KEYS = KEYS | {f"options.{name}.{part}" for name in OPTIONS for part in ("name", "help")}

EVERYWHERE = {"tween.name", "admin.nsfw.name"}
LATIN = {
    "admin.name",
    "admin.ask.usd.name",
    "admin.budget.usd.name",
    "options.prompt.name",
    "options.spoiler.name",
} | EVERYWHERE
SPANISH = {"admin.roles.name"} | LATIN
SAME_TERM = {
    "de": {
        "admin.budget.name",
        "admin.defaults.option.name",
        "admin.moderation.name",
        "form.seed",
        "options.seed.name",
        "options.shift.name",
    }
    | LATIN,
    "es-419": SPANISH,
    "es-ES": SPANISH,
    "fr": {"admin.budget.name", "admin.defaults.option.name"} | LATIN,
    "ja": EVERYWHERE,
}
"""What is called the same in a language as in English."""

TOP = ("tween", "tween-form", "jobs", "usage", "admin")
every_language = pytest.mark.parametrize("locale", [*DISCORD_LOCALES, "en-US"])
every_translation = pytest.mark.parametrize("locale", DISCORD_LOCALES)


def _typed(key: str) -> str:
    """Return a name as everyone may type it: English, or the model's."""
    return text(key) if key in KEYS else key.split(".")[-2]


def _shown(key: str, locale: str) -> str:
    return translations(key).get(locale) or _typed(key)


def _texts(locale: str) -> Iterator[tuple[str, str]]:
    for key in sorted(ALL_KEYS):
        said = translations(key).get(locale) or (text(key) if key in KEYS else None)
        if said is not None:
            yield key, said


def _limit(key: str) -> int:
    """Return the most characters: Discord's commands and modals, and for titles Slack's views, which take fewer."""
    match key.rpartition(".")[2]:
        case "name":
            return 32
        case "help" | "prompt_placeholder":
            return 100
        case "title":
            return 24
        case _:
            return 45


@every_translation
def test_a_language_lacks_nothing_but_terms_that_are_the_same_in_it(locale: str) -> None:
    """Whatever English says is translated, and so is every option of the model; what is left out, is so on purpose."""
    assert {key for key in ALL_KEYS if locale not in translations(key)} == SAME_TERM[locale]


def test_no_language_has_words_for_what_is_not_there() -> None:
    """A key that was renamed in English does not stay behind in another language."""
    assert set().union(*commands._read().values()) == ALL_KEYS


@every_translation
def test_nothing_is_left_in_english(locale: str) -> None:
    """No text was copied and then forgotten: what is the same as in English is not in the file at all."""
    helps = {f"options.{name}.help": option.help for name, option in OPTIONS.items()}
    translated = {key: translations(key)[locale] for key in ALL_KEYS if locale in translations(key)}
    assert [key for key, said in translated.items() if said == (helps.get(key) or _typed(key))] == []


@every_language
def test_every_text_fits_where_it_is_shown(locale: str) -> None:
    """Neither platform refuses a text for its length, and none is blank at an end or written in pieces of letters."""
    unfit = [
        (key, len(said))
        for key, said in _texts(locale)
        if not 1 <= len(said) <= _limit(key) or said != unicodedata.normalize("NFC", said.strip())
    ]
    assert unfit == []


@every_language
def test_every_name_is_one_that_discord_takes(locale: str) -> None:
    """Letters and digits of any script, ``-`` and ``_``, lower case; only the context menu's may have spaces."""
    names = [said for key, said in _texts(locale) if key.endswith(".name") and key != "menu.name"]
    assert len(names) > 40 or locale == "en-US"
    assert [name for name in names if name != name.lower() or not all(_is_letter(sign) for sign in name)] == []


def _is_letter(sign: str) -> bool:
    return sign in "-_" or unicodedata.category(sign)[0] in "LN"


@every_language
def test_no_two_names_of_a_command_can_be_mistaken(locale: str) -> None:
    """Commands, subcommands, and the options of each differ in what is shown, and from what others type in English."""
    names = {key for key in ALL_KEYS if key.endswith(".name")}
    beside = [
        {f"{command}.name" for command in TOP},
        {key for key in names if key.startswith("options.")},
        {key for key in names if re.fullmatch(r"admin\.\w+\.name", key)},
        *(
            {key for key in names if re.fullmatch(rf"admin\.{subcommand}\.\w+\.name", key)}
            for subcommand in ("limits", "budget", "ask", "roles", "channels", "defaults", "nsfw")
        ),
    ]
    assert set().union(*beside) == names - {"menu.name"}
    for keys in beside:
        claimed = [name for key in keys for name in {_shown(key, locale), _typed(key)}]
        assert sorted(claimed) == sorted(set(claimed))


@every_translation
@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_what_a_models_option_costs_or_takes_is_the_same_in_every_language(locale: str, option: Option) -> None:
    """The numbers and the values that the English help names are in the translation too."""
    words = re.findall(r"\d+(?:[.,]\d+)?p?|\w+", option.help)
    named = {word for word in words if word[0].isdigit() or word in option.choices}
    assert {
        word for word in named if word not in _decimal(translations(f"options.{option.name}.help")[locale])
    } == set()


def _decimal(said: str) -> str:
    return re.sub(r"(?<=\d),(?=\d)", ".", said)


def test_spain_differs_by_an_accent_alone() -> None:
    """A Spanish text that is changed is changed for both regions."""
    for key in sorted(ALL_KEYS - SPANISH):
        spanish = translations(key)
        assert spanish["es-ES"] == spanish["es-419"].replace("video", "vídeo").replace("Video", "Vídeo")


def test_nobody_is_addressed() -> None:
    """Help has neither of the German words for you nor Japanese polite endings, as Discord's own has none."""
    german = " ".join(said for _, said in _texts("de"))
    assert re.findall(r"\b(?:[Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich|Sie|Ihr\w*|Ihnen)\b", german) == []
    assert [said for _, said in _texts("ja") if re.search(r"です|ます|ください|。", said)] == []


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("de", "aufträge"),
        ("de-DE", "aufträge"),
        ("es-ES", "trabajos"),
        ("es-419", "trabajos"),
        ("es-LA", "trabajos"),
        ("fr", "tâches"),
        ("fr-CA", "tâches"),
        ("ja-JP", "ジョブ"),
        ("en-US", "jobs"),
        ("en-GB", "jobs"),
        ("pt-BR", "jobs"),
        ("", "jobs"),
        (None, "jobs"),
    ],
)
def test_a_locale_is_understood_as_either_platform_writes_it(locale: str | None, name: str) -> None:
    """Discord's codes and Slack's give the same language, and a language that is not here gives English."""
    assert text("jobs.name", locale) == name


def test_a_term_that_a_language_lacks_is_english() -> None:
    """The fallback works key by key, not language by language."""
    assert (text("admin.nsfw.name", "ja"), text("admin.nsfw.help", "de")[:8]) == ("nsfw", "Erlauben")


def test_what_spain_writes_differently_goes_before() -> None:
    """The region's own file is asked first, and the language's for the rest."""
    assert (text("continue.title", "es-ES"), text("continue.title", "es-419")) == (
        "Continuar el vídeo",
        "Continuar el video",
    )
    assert text("continue.end", "es-ES") == text("continue.end", "es-419") == "Nueva última imagen"


def test_translations_come_by_discords_codes() -> None:
    """They are what a command's localizations hold: every language but English, and only those that have the key."""
    assert translations("options.seed.name") == {
        "es-419": "semilla",
        "es-ES": "semilla",
        "fr": "graine",
        "ja": "シード値",
    }
    assert translations("options.of_another_model.help") == {}


@pytest.mark.parametrize("locale", ["de", "en-US", None])
def test_a_key_that_is_nowhere_is_a_fault(locale: str | None) -> None:
    """A misspelt key is found by the first test that shows it, instead of showing users a key."""
    with pytest.raises(KeyError, match=r"jobs\.nmae"):
        text("jobs.nmae", locale)


def test_a_misspelt_name_of_the_module_is_none() -> None:
    """Only the keys are read late; nothing else of the module comes out of nowhere."""
    with pytest.raises(AttributeError, match="KEYZ"):
        getattr(commands, "KEYZ")  # noqa: B009  # mypy refuses the name that this asks for


def test_an_import_reads_nothing() -> None:
    """The files are read when a word is first asked for, and then once."""
    told = (
        "from bot.wording import commands as c; read = lambda: c._read.cache_info().misses; before = read();"
        "c.text('jobs.name', 'de'); c.translations('jobs.help'); c.KEYS; print(before, read())"
    )
    assert subprocess.run([sys.executable, "-c", told], check=True, capture_output=True).stdout.split() == [b"0", b"1"]
