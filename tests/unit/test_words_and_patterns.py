"""Words and patterns of a server's admins against prompts, in their disguises and in bounded time."""

import time

import pytest

from adapters.moderation.patterns import broken, compiled_or_why
from adapters.moderation.words import WordList

LIST = WordList(
    [
        "hell",
        "Bad Word",
        "Straße",
        "leet5peak",
        "1984",
        "血",
        "c++",
        "ﬁre",
        "naïve",
        "   ",
        "🙂",
        "गाली",
        "كلب",
        "มีด",
        "lồn",
    ]
)


@pytest.mark.parametrize(
    "prompt",
    [
        "what the hell", "HELL!", "(hell)", "go to hell.", "the \uff48\uff45\uff4c\uff4c", "h\u200bel\u200dl",
        "h\u00adell", "he11", "h3ll", "H3L1", "h\u0336e\u0336l\u0336l\u0336", "a bad word", "BAD   WORD", "bad, word",
        "b4d w0rd", "b@d word",
        "STRASSE", "straße", "leetspeak? leet5peak", "in 1984", "流血的战士", "fire", "FIRE", "nai\u0308ve",
        "NAÏVE", "c", "a 🙂\ufe0f!", "\U0001d421\U0001d41e\U0001d425\U0001d425", "_hell_", "hell's gate", "\u202ehell",
        "h\u20d2e\u20d2ll", "h\u1ab0ell", "h\u1dc4ell", "h\ufe20ell", "h\u0489ell", "h\U000e0100ell", "h\u180bell",
        "h\u115fell", "h\u3164ell", "h\uffa0ell", "h\u17b4ell", "h\bell", "h\x7fell", "h\u0323\u0301\u0302ell",
        "यह गाली है", "كَلْب", "คนถือมีดอยู่",
    ],
)  # fmt: skip
def test_a_word_is_found_in_its_disguises(prompt: str) -> None:
    """In capitals, in other shapes, with invisible or stacked characters, with digits for letters."""
    assert LIST.stands_in(prompt)


@pytest.mark.parametrize(
    "prompt",
    ["hello", "shell", "a bad day, word of honour", "badword", "strasbourg", "1985", "19840", "fired", "naive", "",
     "hell0 there", "10 $ and 7 @ home", "c3po", "7 4 11", "गोल", "एक गली", "lớn", "h\u2800ell"],
)  # fmt: skip
def test_other_words_are_left_alone(prompt: str) -> None:
    """Only whole words count, and a number is a number."""
    assert not LIST.stands_in(prompt)


def test_a_long_prompt_and_a_long_list_take_no_time() -> None:
    """500 words against 64 KiB of the worst that a form takes."""
    words = WordList([f"word{n} of group" for n in range(500)])
    began = time.perf_counter()
    assert not words.stands_in("word1 of grou " * 4600)
    assert time.perf_counter() - began < 1


def test_a_heap_of_marks_takes_no_time() -> None:
    """40,000, as many as a message on Slack holds: to sort them all takes seconds, in which all else stands still."""
    for marks in (
        "\u0323\u0301" * 20_000,
        ("\u0323\u0301" * 15 + "\u200d") * 1300,
        ("\u0323\u0301" * 15 + "\u3164") * 1300,
    ):
        began = time.perf_counter()
        assert LIST.stands_in(f"h{marks}ell")
        assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("pattern", [r"\b(foo|bar)s?\b", r"(?i)\pL+", r"^\s*$", r"https?://\S+", "é|語", "a" * 500])
def test_usual_patterns_can_be_used(pattern: str) -> None:
    """Also one with all letters of the world."""
    assert broken(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(abc", "missing ): (abc"),
        ("a(?=b)", "invalid perl operator: (?="),
        (r"(a)\1", "invalid escape sequence: \\1"),
        ("*", "no argument for repetition operator: *"),
        (r"(.{1,30}){1,30}b", "it is too large: use fewer or smaller repetitions"),
        (r"(?i)(\pL{1,30}){1,30}", "it is too large: use fewer or smaller repetitions"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("\ud800", "it is no text"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(pattern: str, why: str) -> None:
    """When it is set, not when somebody asks for a video."""
    assert broken(pattern) == why


@pytest.mark.parametrize(
    "pattern",
    ["(a*)*b", "(a|a)*$b", "(x+x+)+y", "(a+)+$", "(.*)*(.*)*(.*)*b", "([a-z]+)*[^z]b", r"(\w+\s?)*$!", "([a-z]?){999}b",
     "((a{50}){20})b"],
)  # fmt: skip
def test_no_pattern_takes_long(pattern: str) -> None:
    """What takes a backtracking engine years is done at once: prompts of the length that chat platforms take."""
    compiled = compiled_or_why(pattern)
    assert not isinstance(compiled, str)
    for text in ("a" * 6000, "ab" * 3000, ("aé語🙂x" * 1200)):
        began = time.perf_counter()
        compiled.search(text + "\n!")
        assert time.perf_counter() - began < 1
