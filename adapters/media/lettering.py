"""Text on pictures with the font that Pillow brings along, so that no file of the machine decides how it looks."""

import unicodedata
from functools import cache

from PIL import ImageFont

BRIGHT, DIM, FAINT = (236, 237, 240), (168, 172, 181), (122, 126, 136)

ELLIPSIS = "…"
_MISSING = "\ufffe"
"""A code point that no font may draw (the Unicode standard, 23.7): what it shows is the font's box for "missing"."""
_MARK = "·"
"""Stands for a run of characters that the font has not."""
_PLAIN = str.maketrans(
    {
        "\u2013": "-",  # dashes
        "\u2014": "-",
        "\u2018": "'",  # quotation marks
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00d7": "x",  # the sign of multiplication
        "ß": "ss",
    }
)


class Lettering:
    """Pillow's own font, Aileron, at a size in pixels."""

    def __init__(self, size: int) -> None:
        self.font = _font(size)

    def width(self, text: str) -> float:
        """Return how long the text is, in pixels."""
        return self.font.getlength(text)

    def draws(self, character: str) -> bool:
        """Whether the font has this character; emoji and most scripts it has not."""
        mask = self.font.getmask(character)
        missing = self.font.getmask(_MISSING)
        return (mask.size, bytes(mask)) != (missing.size, bytes(missing))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def legible(text: str, lettering: Lettering) -> str:
    """Return the text in one line of characters that the font has.

    A run of others becomes one mark, so that a caption in another script says that something stands there.
    """
    out: list[str] = []
    for character in " ".join(text.split()).translate(_PLAIN):
        plain = character if lettering.draws(character) else unicodedata.normalize("NFKD", character)[0]
        if plain.isprintable() and lettering.draws(plain):
            out.append(plain)
        elif out[-1:] != [_MARK] and not _joins(character):
            out.append(_MARK)
    return "".join(out)


def _joins(character: str) -> bool:
    """Whether it only joins, accents or colours its neighbours (joiners, combining marks, skin tones)."""
    return unicodedata.category(character) in ("Mn", "Me", "Cf", "Sk")


def elided(text: str, lettering: Lettering, room: float) -> str:
    """Return the text, cut at a word with an ellipsis where it is longer than ``room`` pixels."""
    line = legible(text[:500], lettering)
    if lettering.width(line) <= room and len(text) <= 500:
        return line
    while line and lettering.width(line + ELLIPSIS) > room:
        line = line[:-1]
    word = line.rsplit(" ", 1)[0]
    return (word if len(word) > len(line) * 2 // 3 else line).rstrip(" ,.;:") + ELLIPSIS
