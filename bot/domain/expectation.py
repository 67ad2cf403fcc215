"""How long a job will take, from how long those before it took: a range that holds the truth as often as it claims to.

Two questions are kept apart. *What is usual for such a job?* The median of those alike: model, resolution, frames, and
what else makes a model slower; times how much slower than usual this hour of the day is, of all jobs. *How far off is
that, lately?* The newest jobs tell, whatever they were: each of them took so many times what is usual for it. The k-th
smallest and the k-th largest of these n shares enclose the next one with a chance of (n + 1 - 2k) / (n + 1), whatever
their distribution, as long as it is one among them: conformal prediction, with scores that are scaled by what is usual
(Lei et al. 2018, "Distribution-Free Predictive Inference for Regression").

Providers change, so it is not always one among them. Of the cures, newest scores alone (Barber et al. 2023, "Conformal
Prediction Beyond Exchangeability") cost the least: jobs of all sizes and hours share them. What the very last ones took
is never outside the range, so that a provider that gets twice as slow is noticed at once, and of the next 50 ranges
more than 80 % hold. Ranges from jobs of the same kind alone held less often, at about the same width;
``bench/expectation.py`` has the figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

from bot.domain.job import Expected
from bot.domain.model import Model

AIM = 0.9
"""The share of jobs that are to end within their range."""
NEWEST = 60
"""Jobs whose deviation from what is usual counts: fewer react faster to a change, more are steadier in a burst."""
LAST = 3
"""The newest jobs, none of which may lie outside the range."""
LASTS_S = 30 * 86_400.0
"""For how long a job tells something of the next one."""
ALIKE = 3
"""Jobs from which it can be told what is usual for their kind."""
IN_HOURS = 10
"""Jobs from which it can be told what is usual at an hour of the day."""
HOURS = 2
"""How many hours before and after count as the same hour of the day."""
NEAR = 0.1
"""By which share of its frames a job may differ and still be alike."""

_LEAST_S = 0.001
_MOST_FRAMES = 1e9
_FRAMES = "num_frames"
_EFFORT = ("num_inference_steps", "acceleration")


@dataclass(frozen=True)
class Work:
    """What a job's time depends on: how large its video is, and what else makes a model slower."""

    resolution: str
    frames: float
    effort: tuple[str, ...] = ()


@dataclass(frozen=True)
class Took:
    """A job that was delivered: when it was sent (epoch seconds), and the seconds from then to its end."""

    since: float
    seconds: float
    work: Work


def work(options: Mapping[str, object], model: Model) -> Work:
    """Return the work that these options are, whatever they hold: they may be of another version."""
    frames = options.get(_FRAMES)
    return Work(
        str(options.get(model.frame.resolution, "")),
        float(frames) if isinstance(frames, int | float) and 0 < frames < _MOST_FRAMES else 0.0,
        tuple(str(options.get(name, "")) for name in _EFFORT),
    )


def expectation(past: Iterable[Took], asked: Work, now: float) -> Expected | None:
    """Return what a job that is sent at ``now`` is expected to take; None where nothing is known.

    ``past`` are jobs of the same model, those that ended last first. Where none is like the one that is asked for, the
    range is that of all.
    """
    known = [each for each in past if _counts(each, now)]
    if not known:
        return None
    kinds = _Kinds(known)
    usual = kinds.usual(asked)
    if usual is None:
        return _range([each.seconds for each in known[:NEWEST]], 1.0)
    shares = [(each.since, each.seconds / own) for each in known if (own := kinds.usual(each.work)) is not None]
    hours = _Hours(shares)
    return _range([share / hours.load(since) for since, share in shares[:NEWEST]], usual * hours.load(now))


def _counts(took: Took, now: float) -> bool:
    return _LEAST_S <= took.seconds <= LASTS_S and isfinite(took.since) and took.since > now - LASTS_S


class _Kinds:
    """What is usual for each kind of job, in seconds."""

    def __init__(self, known: Sequence[Took]) -> None:
        self._seconds: dict[Work, list[float]] = {}
        self._usual: dict[Work, float | None] = {}
        for each in known:
            self._seconds.setdefault(each.work, []).append(each.seconds)

    def usual(self, work: Work) -> float | None:
        """Return the median of the same kind, else of about as many frames, else of the same resolution."""
        if work not in self._usual:
            self._usual[work] = self._median(work)
        return self._usual[work]

    def _median(self, work: Work) -> float | None:
        same = self._seconds.get(work, [])
        if len(same) >= ALIKE:
            return median(same)
        sized = {kind: some for kind, some in self._seconds.items() if kind.resolution == work.resolution}
        near = [some for kind, some in sized.items() if _is_near(kind, work)]
        for wider in (near, list(sized.values())):
            alike = [seconds for some in wider for seconds in some]
            if len(alike) >= ALIKE:
                return median(alike)
        return None


def _is_near(kind: Work, work: Work) -> bool:
    return kind.effort == work.effort and abs(kind.frames - work.frames) <= NEAR * work.frames


class _Hours:
    """How many times longer than usual jobs take that are sent about an hour of the day (UTC)."""

    def __init__(self, shares: Iterable[tuple[float, float]]) -> None:
        self._shares: list[list[float]] = [[] for _ in range(24)]
        self._loads: dict[int, float] = {}
        for since, share in shares:
            self._shares[_hour(since)].append(share)

    def load(self, moment: float) -> float:
        """Return the median around that hour; 1 where too few jobs tell."""
        hour = _hour(moment)
        if hour not in self._loads:
            around = [share for near in range(-HOURS, HOURS + 1) for share in self._shares[(hour + near) % 24]]
            self._loads[hour] = median(around) if len(around) >= IN_HOURS else 1.0
        return self._loads[hour]


def _hour(moment: float) -> int:
    return int(moment // 3600 % 24)


def _range(shares: Sequence[float], usual: float) -> Expected:
    """Return the range that the next one falls into with a chance of ``AIM``, as shares of what is usual.

    All of a few enclose the next one with less than that chance, so they are stretched, the more the fewer they are.
    """
    ordered, count = sorted(shares), len(shares)
    rank = max(1, int((count + 1) * (1 - AIM) / 2))
    stretch = 1 + 1 / count if 2 / (count + 1) > 1 - AIM else 1.0
    low = min(ordered[rank - 1] / stretch, *shares[:LAST])
    high = max(ordered[count - rank] * stretch, *shares[:LAST])
    return Expected(usual * low, usual * high, count)
