"""How long a job is expected to take."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.expectation import FIRST, TARGET, WAYS, held, replay
from bench.histories import HISTORIES
from bot.domain.expectation import LASTS_S, NEWEST, Took, Work, expectation, work
from bot.domain.job import Expected
from config import catalogue

NOW = 1_790_000_000.0
HOUR = 3600.0
LARGE, SMALL = Work("720p", 81.0), Work("480p", 81.0)
MODEL = catalogue.load()[catalogue.DEFAULT_ENDPOINT]

_efforts = st.just(()) | st.just(("30",))
_works = st.builds(Work, st.sampled_from(["480p", "720p", ""]), st.floats() | st.just(81.0), _efforts)
_odd = st.recursive(st.none() | st.integers() | st.floats() | st.just(10**400) | st.text(), st.lists)
_moments = st.floats(NOW - 2 * LASTS_S, NOW + LASTS_S) | st.floats()
_histories = st.lists(st.builds(Took, _moments, st.floats(0.01, 1e5) | st.floats(), _works), max_size=80)


def _took(*seconds: float, work: Work = LARGE, since: float = NOW - HOUR) -> list[Took]:
    return [Took(since, each, work) for each in seconds]


def _rounded(found: Expected | None) -> tuple[float, float, int]:
    assert found is not None
    return round(found.low, 6), round(found.high, 6), found.jobs


@given(past=_histories, asked=_works)
def test_whatever_the_history_a_range_is_one(past: list[Took], asked: Work) -> None:
    """Nothing that may be stored makes it fail; what it says is positive, in order, and from jobs that there are."""
    found = expectation(past, asked, NOW)
    if found is not None:
        assert 0 < found.low <= found.high < float("inf")
        assert 1 <= found.jobs <= min(len(past), NEWEST)


@given(past=_histories, asked=_works)
def test_jobs_that_tell_nothing_change_nothing(past: list[Took], asked: Work) -> None:
    """Those of long ago, and times that cannot be, are as if they were not there."""
    odd = [Took(NOW - LASTS_S - 1, 5.0, asked), Took(NOW, float("nan"), asked), Took(NOW, -1.0, asked)]
    assert expectation([*odd, *past], asked, NOW) == expectation(past, asked, NOW)


@given(st.lists(st.floats(1, 1000), min_size=20, max_size=80), st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_a_provider_that_is_slower_by_some_factor_has_a_range_of_that_factor(times: list[float], factor: float) -> None:
    """The range follows the times, and nothing else."""
    one, other = (expectation(_took(*(each * by for each in times)), LARGE, NOW) for by in (1.0, factor))
    assert one is not None
    assert other is not None
    assert (other.low, other.high) == pytest.approx((one.low * factor, one.high * factor))


def test_no_history_is_said_to_be_none() -> None:
    """Nothing is made up."""
    assert expectation([], LARGE, NOW) is None
    assert expectation(_took(60.0, since=NOW - LASTS_S - 1), LARGE, NOW) is None


def test_a_single_job_gives_a_wide_range() -> None:
    """One job tells next to nothing: half as long, or twice."""
    assert expectation(_took(60.0), LARGE, NOW) == Expected(30.0, 120.0, 1)


def test_of_many_the_outermost_are_left_out() -> None:
    """Of 60 equally likely ones, the third and the 58th enclose the next one nine times of ten."""
    times = [30.0, 31.0, 32.0, *(float(each) for each in range(1, 61) if not 30 <= each <= 32)]
    assert _rounded(expectation(_took(*times), LARGE, NOW)) == (3, 58, 60)


def test_what_the_last_jobs_took_is_never_left_out() -> None:
    """A provider that gets much slower is noticed from its first slow job on."""
    assert _rounded(expectation(_took(500.0, *[100.0] * 59), LARGE, NOW)) == (100, 500, 60)


def test_small_videos_do_not_pass_for_large_ones() -> None:
    """Both tell how much times vary, and each kind how long it takes."""
    past = _took(*[100.0, 110.0, 90.0] * 10) + _took(*[20.0, 22.0, 18.0] * 10, work=SMALL)
    assert _rounded(expectation(past, LARGE, NOW)) == (90, 110, 60)
    assert _rounded(expectation(past, SMALL, NOW)) == (18, 22, 60)


def test_a_busy_hour_takes_longer() -> None:
    """What was slow at an hour of the day is slow at it again, and at no other."""
    day = 24 * HOUR
    past = [
        Took(NOW - each * day - (0 if busy else 12 * HOUR), (200.0 if busy else 100.0) + each, LARGE)
        for each in range(1, 21)
        for busy in (True, False)
    ]
    busy, quiet = expectation(past, LARGE, NOW), expectation(past, LARGE, NOW + 12 * HOUR)
    assert busy is not None
    assert quiet is not None
    assert 190 < busy.low < busy.high < 230
    assert 95 < quiet.low < quiet.high < 125


def test_a_kind_that_never_was_gets_the_range_of_all() -> None:
    """Where nothing is like it, nothing narrower is known than from the shortest to the longest."""
    past = _took(*[10.0, 20.0, 30.0, 40.0] * 5)
    assert expectation(past, Work("4k", 81.0), NOW) == Expected(10.0, 40.0, 20)


def test_what_work_options_are_comes_from_the_model() -> None:
    """Resolution, frames, and what makes rendering longer; a seed or a prompt does not."""
    options = MODEL.defaults()
    assert work(options, MODEL) == Work("720p", 81.0, ("30", "regular"))
    assert work({**options, "seed": 7, "aspect_ratio": "1:1"}, MODEL) == work(options, MODEL)
    assert work({**options, "num_inference_steps": 50}, MODEL) != work(options, MODEL)
    assert work({"num_frames": "many"}, MODEL) == Work("", 0.0, ("", ""))


@given(st.dictionaries(st.sampled_from([*MODEL.defaults(), "seed"]), _odd))
def test_options_may_hold_anything(options: dict[str, object]) -> None:
    """A version of before, or one to come, may have stored what this one knows nothing of."""
    past = _took(60.0, work=work(options, MODEL))
    assert expectation(past, LARGE, NOW) is not None


@pytest.mark.parametrize("name", HISTORIES)
def test_the_truth_lies_in_the_range_four_times_of_five(name: str) -> None:
    """In every history, in its first hundred jobs as well, and narrower than from the shortest to the longest."""
    played = [HISTORIES[name](260, Random(seed)) for seed in range(4)]
    told = [replay(history, WAYS["ours"]) for history in played]
    rival = [each for history in played for each in replay(history, WAYS["min..max"])]
    every = [each for each_told in told for each in each_told]
    assert held(every) >= TARGET
    assert held(each for each_told in told for each in each_told[:FIRST]) >= TARGET
    assert sum(each.width for each in every) < 0.7 * sum(each.width for each in rival)
