"""What a job is expected to take, replayed: how often the truth lies in the range that was told, and how wide that is.

    python -m bench.expectation [--jobs 900] [--seeds 5]

Each history (:mod:`bench.histories`) is played job by job: a job's range comes from what had ended before it was sent,
the newest 200, as the store gives it. *held* is the share of jobs that ended within their range, of all and of the
first 100; *wide* is the mean of a range's end by its beginning. Beside ours the naive ways: the mean and a fifth less
and more; from the shortest to the longest; from the 10th to the 90th percentile of all; and those of jobs of the same
kind alone (model, resolution, frames, hour), joined with the newest five.

The target: 80 % in every history, of all and of the first 100.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from statistics import fmean

from bench.histories import HISTORIES
from bot.domain.expectation import Took, Work, expectation
from bot.domain.job import Expected

TARGET = 0.8
FIRST = 100
KEPT = 200
"""As many of the newest as the store looks at."""

Way = Callable[[Sequence[Took], Work, float], Expected | None]
"""Makes a range of the jobs that have ended, newest first, for a job that is sent at a moment."""


@dataclass(frozen=True)
class Told:
    """What was told of a job: whether it held, and the range's end by its beginning."""

    held: bool
    width: float


def replay(history: Sequence[Took], way: Way) -> list[Told]:
    """Return what was told of the jobs of a history, in the order of their submits; nothing of the first ones."""
    ending = sorted(history, key=lambda took: took.since + took.seconds)
    told: list[Told] = []
    ended = 0
    for job in history:
        while ended < len(ending) and ending[ended].since + ending[ended].seconds <= job.since:
            ended += 1
        newest = ending[max(0, ended - KEPT) : ended][::-1]
        found = way(newest, job.work, job.since)
        if found is not None:
            told.append(Told(found.low <= job.seconds <= found.high, found.high / found.low))
    return told


def held(told: Iterable[Told]) -> float:
    """Return the share of ranges that held."""
    return fmean(each.held for each in told)


def _around_the_mean(past: Sequence[Took], _: Work, __: float) -> Expected | None:
    if not past:
        return None
    mean = fmean(each.seconds for each in past)
    return Expected(0.8 * mean, 1.2 * mean, len(past))


def _percentiles(past: Iterable[Took], share: float) -> Expected | None:
    ordered = sorted(each.seconds for each in past)
    if not ordered:
        return None
    last = len(ordered) - 1
    return Expected(ordered[round(share * last)], ordered[round((1 - share) * last)], len(ordered))


def _own_kind(past: Sequence[Took], asked: Work, now: float) -> Expected | None:
    same = [each for each in past if each.work == asked]
    at_this_hour = [each for each in same if abs((each.since - now + 43_200) % 86_400 - 43_200) <= 7200]
    wider = (at_this_hour, same, [each for each in past if each.work.resolution == asked.resolution], past)
    alike = next((some for some in wider if len(some) >= 10), past)
    long, short = _percentiles(alike, 0.06), _percentiles((same or alike)[:5], 0)
    if long is None or short is None:
        return None
    return Expected(min(long.low, short.low), max(long.high, short.high), long.jobs)


WAYS: dict[str, Way] = {
    "ours": expectation,
    "own kind": _own_kind,
    "p10..p90": lambda past, _, __: _percentiles(past, 0.1),
    "min..max": lambda past, _, __: _percentiles(past, 0),
    "mean +-20 %": _around_the_mean,
}


def main() -> int:
    """Print the table; 1 where ours holds less often than it has to."""
    parser = argparse.ArgumentParser(prog="bench.expectation", description="What a job is expected to take, replayed.")
    parser.add_argument("--jobs", type=int, default=900, help="of each history")
    parser.add_argument("--seeds", type=int, default=5, help="how often each history is made anew")
    asked = parser.parse_args()
    print("held: of all, of the first 100; wide".ljust(24) + "".join(f"{name:>19}" for name in WAYS)[12:])
    least = 1.0
    for name, made in HISTORIES.items():
        histories = [made(asked.jobs, Random(seed)) for seed in range(asked.seeds)]
        line = f"{name:24}"
        for way_name, way in WAYS.items():
            told = [replay(history, way) for history in histories]
            every, first = list(chain.from_iterable(told)), [each for some in told for each in some[:FIRST]]
            line += f"{held(every):9.0%}{held(first):5.0%}{fmean(each.width for each in every):5.1f}"
            if way_name == "ours":
                least = min(least, held(every), held(first))
        print(line, flush=True)
    print(f"ours holds at least {least:.0%}; the target is {TARGET:.0%}")
    return int(least < TARGET)


if __name__ == "__main__":
    raise SystemExit(main())
