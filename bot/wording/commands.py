"""The names and help texts of commands, and the words of forms, in the reader's language.

One TOML file a language, in ``locales``. ``en`` is the source and stands in, key by key, for what another language
lacks: a term that is the same there is left out of it. What regions write differently lies in a file of its own and
goes before the language's (``es-ES`` before ``es``).

The keys of commands, options and subcommands end in ``.name`` and ``.help``. The options of a model are declared in
English by ``config/models``, so of ``options.<name>.*`` only translations are here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

SOURCE = "en"
DISCORD_LOCALES = ("de", "es-419", "es-ES", "fr", "ja")
"""Discord's codes of the languages that are here, without English, which is what everyone else sees.

Source: Discord's API reference, Locales.
"""

KEYS: frozenset[str]
"""The keys that have a text in every locale; read when first asked for."""


def text(key: str, locale: str | None = None) -> str:
    """Return the text in a locale's language, or in English where that lacks it.

    ``locale`` is as Discord (``de``, ``es-419``) or Slack (``de-DE``, ``es-LA``) gives it; None and a language that is
    not here are English. Raises KeyError where English lacks the key too, as it does a model option's.
    """
    translated = _translated(locale or SOURCE)
    return translated[key] if key in translated else _read()[SOURCE][key]


def translations(key: str) -> Mapping[str, str]:
    """Return the text by Discord's locale codes, for ``name_localizations`` and ``description_localizations``.

    Without English and the languages that lack the key; empty for a key that none has.
    """
    by_locale = {locale: _translated(locale) for locale in DISCORD_LOCALES}
    return {locale: texts[key] for locale, texts in by_locale.items() if key in texts}


def _translated(locale: str) -> Mapping[str, str]:
    language = locale.partition("-")[0]
    return _read().get(language, {}) | _read().get(locale, {})


@cache
def _read() -> Mapping[str, dict[str, str]]:
    folder = files(__package__) / "locales"
    named = {file.name.removesuffix(".toml"): file for file in folder.iterdir() if file.name.endswith(".toml")}
    return {name: dict(_flat(tomllib.loads(file.read_text("utf-8")))) for name, file in named.items()}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield f"{prefix}{name}", value
        else:
            yield from _flat(value, f"{prefix}{name}.")


if not TYPE_CHECKING:  # a type checker that sees it would let every misspelt name of this module pass

    def __getattr__(name: str) -> object:
        if name == "KEYS":
            return frozenset(_read()[SOURCE])
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
