"""Log lines come once, whichever of fal's two ways of telling them is at work."""

from collections.abc import Sequence

from adapters.fal.status import Statuses
from bot.domain.progress import InProgress


def _log(number: int) -> dict[str, str]:
    return {"message": f"{number}/9", "timestamp": f"2026-01-01T00:00:{number:02d}Z"}


def _lines(statuses: Statuses, numbers: Sequence[int]) -> list[str]:
    status = {"status": "IN_PROGRESS", "logs": [_log(number) for number in numbers]}
    updates = list(statuses.updates(status))
    return [line for update in updates if isinstance(update, InProgress) for line in update.lines]


def test_deltas_of_one_stream_add_up() -> None:
    """Within a stream every line is new."""
    statuses = Statuses()
    assert [_lines(statuses, numbers) for numbers in ([1, 2], [3], [], [4])] == [["1/9", "2/9"], ["3/9"], [], ["4/9"]]


def test_a_whole_list_is_cut_down_to_what_is_new() -> None:
    """A status call, and a stream that starts over, bring everything since the first line."""
    statuses = Statuses()
    _lines(statuses, [1, 2])
    _lines(statuses, [3])
    statuses.reopened()
    assert _lines(statuses, [1, 2, 3, 4]) == ["4/9"]
    statuses.reopened()
    assert _lines(statuses, [1, 2, 3, 4]) == []


def test_a_new_stream_that_brings_only_new_lines_loses_none() -> None:
    """A list that does not begin with the job's first line is taken as it is."""
    statuses = Statuses()
    _lines(statuses, [1, 2])
    statuses.reopened()
    assert _lines(statuses, [3]) == ["3/9"]
    assert _lines(statuses, [4]) == ["4/9"]


def test_a_line_that_says_the_same_again_is_a_new_line() -> None:
    """Only the first status after a new start can be a repetition."""
    statuses = Statuses()
    assert [_lines(statuses, [1]), _lines(statuses, [1])] == [["1/9"], ["1/9"]]
