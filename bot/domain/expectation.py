"""How long a job will take, from how long others have taken."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from bot.domain.job import Expected
from bot.domain.model import Model, Value

ENOUGH = 10
"""Jobs from which a range can be told apart from chance."""
NEWEST = 200
"""Jobs of one kind that count, the newest of them."""
LASTS_S = 30 * 86_400.0
"""For how long a job tells something of the next one: providers change."""
AIM = 0.88
"""The share of jobs that are to end within their range, were the next one like those before it."""

_FRAMES = "num_frames"
_EFFORT = ("num_inference_steps", "acceleration")


@dataclass(frozen=True)
class Work:
    """What a job's time depends on: how large the video is, and what else makes a model slower."""

    resolution: str
    frames: float
    effort: tuple[Value | None, ...] = ()


@dataclass(frozen=True)
class Took:
    """A job that was delivered: when it was sent (epoch seconds), and the seconds from then to its end."""

    since: float
    seconds: float
    work: Work


def work(options: Mapping[str, Value], model: Model) -> Work:
    """Return the work that these options are, whatever else they hold."""
    frames = options.get(_FRAMES)
    return Work(
        str(options.get(model.frame.resolution, "")),
        float(frames) if isinstance(frames, int | float) else 0.0,
        tuple(options.get(name) for name in _EFFORT),
    )


def expectation(past: Iterable[Took], asked: Work, now: float) -> Expected | None:
    """Return what a job that is sent at ``now`` is expected to take; None where nothing is known.

    ``past`` are jobs of the same model, newest first.
    """
    known = [each for each in past if _counts(each, now)]
    for alike in _ladder(asked, now):
        some = [each.seconds for each in known if alike(each)][:NEWEST]
        if len(some) >= ENOUGH:
            return _range(some)
    return _range([each.seconds for each in known][:NEWEST]) if known else None


def _counts(took: Took, now: float) -> bool:
    return isfinite(took.seconds) and took.seconds > 0 and took.since > now - LASTS_S


def _ladder(asked: Work, now: float) -> tuple[Callable[[Took], bool], ...]:
    """Return what makes a job like the one that is asked for, the narrowest first."""
    return (
        lambda took: took.work == asked and _hours_apart(took.since, now) <= 2,  # the neighbours
        lambda took: took.work == asked,
        lambda took: (
            (took.work.resolution, took.work.effort) == (asked.resolution, asked.effort)
            and abs(took.work.frames - asked.frames) <= 0.1 * asked.frames
        ),
        lambda took: took.work.resolution == asked.resolution,
        lambda _: True,
    )


def _hours_apart(one: float, other: float) -> float:
    """Return how far two moments' hours of the day lie apart, 0..12."""
    apart = abs(one - other) / 3600 % 24
    return min(apart, 24 - apart)


def _range(some: Sequence[float]) -> Expected:
    """Return an interval that the next of exchangeable durations falls into with a chance of ``AIM`` at least.

    The k-th smallest and the k-th largest of n enclose it with a chance of (n + 1 - 2k) / (n + 1).
    """
    ordered, count = sorted(some), len(some)
    rank = max(1, int((count + 1) * (1 - AIM) / 2))
    return Expected(ordered[rank - 1], ordered[count - rank], count)
