"""Words that must not stand in a prompt: whole words, in capitals or not, and in some of their disguises.

What is seen through: letters in other shapes (NFKC), characters without width, marks on Latin letters that make no
letter with them or are stacked (three and more: Vietnamese has two), points for vowels that Arabic and Hebrew leave out
at will, and digits for letters (``h3ll0``). What is not: letters with an accent (``é``), letters of other alphabets
that look alike, and words with gaps in them; whoever needs more has a pattern, or a check of their own. In scripts that
write no gaps between words, and of emoji, one is found anywhere in a text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_MARKS = "".join(each for each in map(chr, range(0x300, 0x1F000)) if unicodedata.category(each)[0] == "M")
_WORD = re.compile(rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*")
"""A vowel of Devanagari is a mark, and no gap."""
_CROWD = re.compile(rf"([{_MARKS}]{{30}})[{_MARKS}]+")
"""More than any text has on a letter (UAX 15, "Stream-Safe Text Format"): sorting n of them takes n * n steps."""
_ON_LETTERS = (
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_LOOSE, _STACKED = re.compile(f"{_ON_LETTERS}+"), re.compile(f"{_ON_LETTERS}{{3,}}")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0"
    r"\U000e0000-\U000e0fff]"
)
"""Controls, and what Unicode has as Default_Ignorable_Code_Point beside format characters (Cf)."""
_GAPLESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEET = tuple(
    str.maketrans({"0": "o", "1": one, "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}) for one in "il"
)
_IN_WORD = re.compile(r"[@$](?=[^\W_])|(?<=[^\W_])[@$]")


def plain(text: str) -> str:
    """Return a text in one shape of each letter, without what has no width."""
    seen = _UNSEEN.sub("", "".join(each for each in text if unicodedata.category(each) != "Cf"))
    apart = unicodedata.normalize("NFKD", _CROWD.sub(r"\1", seen))
    shaped = unicodedata.normalize("NFKC", _STACKED.sub("", apart))
    return _LOOSE.sub("", unicodedata.normalize("NFKC", shaped.casefold())).strip()


class WordList:
    """Words, and groups of words, to look for."""

    def __init__(self, words: Iterable[str]) -> None:
        self._inside: list[str] = []
        self._groups: set[tuple[str, ...]] = set()
        for word in map(plain, words):
            group = tuple(_WORD.findall(word))
            if _GAPLESS.search(word) or (word and not group):
                self._inside.append(word)
            elif group:
                self._groups.add(group)
        self._lengths = sorted({len(group) for group in self._groups})

    def stands_in(self, prompt: str) -> bool:
        """Whether one of them does."""
        text = plain(prompt)
        if any(word in text for word in self._inside):
            return True
        return any(group in self._groups for reading in _readings(text) for group in _groups(reading, self._lengths))


def _readings(text: str) -> Iterator[list[str]]:
    """Yield a text's words, as they are written, and as they read with digits and signs for letters."""
    yield _WORD.findall(text)
    for table in _LEET:
        signs = _IN_WORD.sub(lambda match: match[0].translate(_LEET[0]), text)
        # A number is a number.
        yield [each if each.isdigit() else each.translate(table) for each in _WORD.findall(signs)]


def _groups(words: list[str], lengths: list[int]) -> Iterator[tuple[str, ...]]:
    for length in lengths:
        for at in range(len(words) - length + 1):
            yield tuple(words[at : at + length])


@lru_cache(256)
def word_list(words: tuple[str, ...]) -> WordList:
    """Return the list of these words; those of the servers that are busy are kept."""
    return WordList(words)
