"""Made-up histories of jobs, for the benchmark of what one is expected to take: each is a way in which times change."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, pi, sin
from random import Random

from bot.domain.expectation import Took, Work

HOUR_S, DAY_S = 3600.0, 86_400.0
START = 1_790_000_000.0
DAYS = 24.0
"""How long a history lasts, whatever its number of jobs."""

_RENDER_S = {"480p": 45.0, "720p": 110.0}
_REGULAR = ("30", "regular")


@dataclass(frozen=True)
class Sent:
    """A job before it is known what it takes: when it is sent, and what it is. ``part`` is 0..1 of the history."""

    since: float
    part: float
    work: Work


Pace = Callable[[Sent, Random], float]
"""How many times longer than in a steady history a job takes."""


def _busy(since: float) -> float:
    """Return the load of an hour of the day, 0..1: the most in the evening, the least early in the morning."""
    return 0.5 + 0.5 * sin(2 * pi * (since % DAY_S / DAY_S - 0.55))


def _sent(count: int, chance: Random) -> list[Sent]:
    """Return jobs that come by chance, more of them while it is busy; mostly with the defaults, as people do."""
    moments: list[float] = []
    while len(moments) < count:
        moment = chance.uniform(0, DAYS * DAY_S)
        if chance.random() < 0.15 + 0.85 * _busy(START + moment):
            moments.append(moment)
    return [Sent(START + each, each / (DAYS * DAY_S), _work(chance)) for each in sorted(moments)]


def _work(chance: Random) -> Work:
    frames = chance.choices([81.0, 100.0, float(chance.randint(82, 99))], [70, 15, 15])[0]
    return Work(chance.choices(["720p", "480p"], [65, 35])[0], frames, _REGULAR)


def _render(work: Work, chance: Random) -> float:
    frames: float = (work.frames / 81) ** 1.3
    return _RENDER_S[work.resolution] * frames * exp(chance.gauss(0, 0.12))


def _paced(pace: Pace) -> Callable[[int, Random], list[Took]]:
    def made(count: int, chance: Random) -> list[Took]:
        sent = _sent(count, chance)
        return [Took(each.since, 8 + _render(each.work, chance) * pace(each, chance), each.work) for each in sent]

    return made


def _bursts(count: int, chance: Random) -> list[Took]:
    """Return jobs of a provider of three machines, that now and then gets many of them at once."""
    sent = _sent(count, chance)
    for begin in range(40, count - 12, 60):
        sent[begin : begin + 12] = [
            Sent(sent[begin].since + 5.0 * number, sent[begin].part, each.work)
            for number, each in enumerate(sent[begin : begin + 12])
        ]
    free = [0.0] * 3
    heapq.heapify(free)
    took: list[Took] = []
    for each in sorted(sent, key=lambda one: one.since):
        begins = max(each.since, heapq.heappop(free))
        ends = begins + 8 + _render(each.work, chance)
        heapq.heappush(free, ends)
        took.append(Took(each.since, ends - each.since, each.work))
    return took


def _two(count: int, chance: Random) -> list[Took]:
    """Return jobs of a provider that is warm for some days, and cold for some: each lasts for 40 jobs or so."""
    cold, took = False, []
    for each in _sent(count, chance):
        cold ^= chance.random() < 1 / 40
        took.append(Took(each.since, 8 + _render(each.work, chance) * (1.8 if cold else 1.0), each.work))
    return took


HISTORIES: Mapping[str, Callable[[int, Random], Sequence[Took]]] = {
    "steady": _paced(lambda _, __: 1.0),
    "by the hour": _paced(lambda sent, _: 1 + 1.5 * _busy(sent.since) ** 3),
    "bursts in a queue": _bursts,
    "twice as slow at half": _paced(lambda sent, _: 2.0 if sent.part > 0.5 else 1.0),
    "twice as fast at half": _paced(lambda sent, _: 0.5 if sent.part > 0.5 else 1.0),
    "slow drift": _paced(lambda sent, _: 1 + 1.5 * sent.part),
    "one in five is slow": _paced(lambda _, chance: 3.0 if chance.random() < 0.2 else 1.0),
    "two regimes": _two,
}
"""Histories by name; each is made of a number of jobs and a source of chance."""
