r"""Regular expressions that admins write, matched in linear time by RE2: no pattern makes others wait.

RE2 knows no look-around and no backreferences, which is what makes others slow. What is left are programs that are
large: 200 characters can unfold to tens of thousands of instructions, each of which may be walked at each character
of a prompt. So a program has a bound, too; ``\pL``, the largest thing that a usual pattern holds, has 1,200.
"""

from functools import lru_cache
from typing import Protocol

import re2  # type: ignore[import-untyped]  # google-re2 has no types

from bot.wording import moderation as words

LARGEST = 2500
"""Instructions of a program."""
_MEMORY = 1024 * 1024
_KEPT = 256
"""Each takes up to half a megabyte, when prompts are written to make it."""


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> object | None:
        """Look for it in a text."""
        ...


def broken(pattern: str) -> str | None:
    """Say why a pattern cannot be used; None where it can."""
    compiled = compiled_or_why(pattern)
    return compiled if isinstance(compiled, str) else None


@lru_cache(_KEPT)
def compiled_or_why(pattern: str) -> Pattern | str:
    """Return the pattern, compiled, or why that cannot be."""
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    try:
        # Its own cache keeps only a few.
        compiled = re2._Regexp(pattern, options)  # noqa: SLF001
    except re2.error as error:
        return _why(error)
    except UnicodeEncodeError:
        return words.NO_TEXT
    if compiled.programsize > LARGEST:
        return words.TOO_LARGE
    found: Pattern = compiled
    return found


def _why(error: Exception) -> str:
    told = error.args[0] if error.args else ""
    text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    return words.TOO_LARGE if "too large" in text else words.no_pattern(text)
