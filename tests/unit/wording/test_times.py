"""Times as users read them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import Expected
from bot.wording.card import expected
from bot.wording.units import span

_SECONDS = {"s": 1, "min": 60, "h": 3600}


def _read(text: str) -> int:
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+) (s|min|h)", text))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (12.4, 14.2, "12 s to 15 s"),
        (103, 171.5, "1 min 40 s to 3 min"),
        (119.9, 541, "1 min 50 s to 9 min 10 s"),
        (599, 601, "9 min 50 s to 11 min"),
        (3599, 7300, "59 min to 2 h 02 min"),
        (50_000, 90_000, "13 h 50 min to 25 h"),
        (60, 60, "1 min"),
        (0.2, 1.2, "up to 2 s"),
    ],
)
def test_a_span_is_rounded_and_short(low: float, high: float, said: str) -> None:
    """As people say it; the longer it is, the coarser."""
    assert span(low, high) == said


@given(st.floats(0.001, 2.6e6), st.floats(1, 100))
def test_what_lay_in_a_span_still_does(low: float, times: float) -> None:
    """The low end is never rounded up, nor the high end down: what is shown holds as often as what is known."""
    high = min(low * times, 2.6e6)
    first, _, last = span(low, high).replace("up to", "0 s to").partition(" to ")
    assert _read(first) <= low <= high <= _read(last or first)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (None, "no history yet"),
        (Expected(100, 180, 37), "1 min 40 s to 3 min, judging by the last 37 videos"),
        (Expected(120, 540, 4), "2 min to 9 min, from only 4 videos"),
        (Expected(30, 120, 1), "30 s to 2 min, from only 1 video"),
    ],
)
def test_what_is_expected_is_told_with_where_it_comes_from(known: Expected | None, said: str) -> None:
    """From how many jobs; and that there are few, or none."""
    assert expected(known) == said
