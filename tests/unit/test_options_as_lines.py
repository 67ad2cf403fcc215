"""Options that are typed as lines of text: read as their author meant them, or refused line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadRequest
from bot.domain.model import Model, Value
from bot.domain.option_lines import lines_of, read_lines
from bot.wording.refusals import explain
from config import catalogue

WAN: Model = catalogue.load()[catalogue.DEFAULT_ENDPOINT]


def test_each_line_sets_one_option_by_its_own_type() -> None:
    """Empty lines and blanks do not matter, and a colon does as well as an equals sign."""
    text = "num_frames = 90\n\n  shift: 4.5 \nresolution=480p\nenable_prompt_expansion = TRUE\nnegative_prompt = a = b"
    assert read_lines(text, WAN) == {
        "num_frames": 90,
        "shift": 4.5,
        "resolution": "480p",
        "enable_prompt_expansion": True,
        "negative_prompt": "a = b",
    }


def test_an_option_without_a_value_is_one_that_was_not_set() -> None:
    """Whoever deletes a value means the default."""
    assert read_lines("num_frames =", WAN) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("90", "options is “90”, which is not an option with its value: give"),
        ("num_frames = 500", "num_frames is 500, but must be from 81 to 100: use 100."),
        ("num_frams = 90", "num_frams is no option of this model"),
        ("enable_safety_checker = false", "enable_safety_checker is no option of this model"),
    ],
)
def test_a_line_that_means_nothing_is_refused(text: str, says: str) -> None:
    """Field, rule and mend, as everywhere."""
    with pytest.raises(BadRequest) as caught:
        read_lines(text, WAN)
    assert says in explain(caught.value)


def test_every_bad_line_is_told_at_once() -> None:
    """Nobody mends one line to hear of the next."""
    with pytest.raises(BadRequest) as caught:
        read_lines("num_frames = 500\nresolution = 8k\nshift = 5", WAN)
    assert [fault.field for fault in caught.value.faults] == ["num_frames", "resolution"]


@given(
    st.fixed_dictionaries(
        {
            "num_frames": st.integers(81, 100),
            "seed": st.integers(-(2**53), 2**53),
            "shift": st.floats(-1e6, 1e6, allow_nan=False),
            "enable_prompt_expansion": st.booleans(),
            "resolution": st.sampled_from(["480p", "720p"]),
        }
    )
)
def test_what_is_written_is_read_again_as_it_was(options: dict[str, Value]) -> None:
    """A form that is opened with a job's options and sent as it is asks for the same."""
    assert read_lines(lines_of(options), WAN) == options
