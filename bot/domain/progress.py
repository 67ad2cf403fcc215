"""How far a job is: what the provider says, and what can honestly be said of the time left."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

_STEP = re.compile(r"(?<![\d/.])(\d{1,6})/(\d{1,6})(?![\d/.])")


class Phase(Enum):
    """Where a job that is under way stands."""

    WAITING = "waiting"
    STAGING = "staging"
    ASKING = "asking"
    SUBMITTING = "submitting"
    RECONCILING = "reconciling"
    QUEUED = "queued"
    RENDERING = "rendering"
    DELIVERING = "delivering"
    RESUMING = "resuming"


@dataclass(frozen=True)
class InQueue:
    """The provider has the job in its queue; ``position`` 0 is the next one, None when it does not say."""

    position: int | None


@dataclass(frozen=True)
class InProgress:
    """The provider works on the job; ``lines`` are the log lines since the last update."""

    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Completed:
    """The provider is done, well or badly: the result tells. ``inference_seconds`` where it says."""

    inference_seconds: float | None = None


Update = InQueue | InProgress | Completed
"""What following a job yields."""


@dataclass(frozen=True)
class Progress:
    """A job's progress. Times are seconds of one monotonic clock.

    ``first_step`` and ``last_step`` are (step, time) of the first and the newest step seen: their rate gives the
    time left.
    """

    phase: Phase = Phase.STAGING
    position: int | None = None
    steps: int | None = None
    first_step: tuple[int, float] | None = None
    last_step: tuple[int, float] | None = None

    @property
    def step(self) -> int | None:
        """The newest step seen."""
        return None if self.last_step is None else self.last_step[0]

    @property
    def fraction(self) -> float | None:
        """Steps done of all steps, 0..1; None before the provider has named any."""
        return None if self.step is None or not self.steps else min(1.0, self.step / self.steps)

    def seconds_left(self, now: float) -> float | None:
        """Return the seconds until the last step at the rate seen so far; None before two steps were seen."""
        if self.first_step is None or self.last_step is None or self.steps is None:
            return None
        steps_seen = self.last_step[0] - self.first_step[0]
        if steps_seen < 1:
            return None
        rate = (self.last_step[1] - self.first_step[1]) / steps_seen
        return max(0.0, rate * (self.steps - self.last_step[0]) - (now - self.last_step[1]))

    def after(self, update: Update, now: float) -> "Progress":
        """Return the progress after an update that came at ``now``. A step never goes back."""
        match update:
            case InQueue(position):
                return replace(self, phase=Phase.QUEUED, position=position)
            case InProgress(lines):
                return self._stepped(lines, now)
            case Completed():
                return replace(self, phase=Phase.DELIVERING, position=None)

    def at(self, phase: Phase) -> "Progress":
        """Return the progress in another phase."""
        return replace(self, phase=phase, position=None)

    def _stepped(self, lines: Iterable[str], now: float) -> "Progress":
        rendering = self.at(Phase.RENDERING)
        found = [pair for line in lines if (pair := step_of(line))]
        if not found:
            return rendering
        step, steps = found[-1]
        same_count = self.steps == steps
        if same_count and self.step is not None and step <= self.step:
            return rendering
        first = self.first_step if same_count and self.first_step else (step, now)
        return replace(rendering, steps=steps, first_step=first, last_step=(step, now))


def step_of(line: str) -> tuple[int, int] | None:
    """Read (step, steps) from a log line, as ``12/81`` or tqdm's `` 40%|████   | 12/30 [00:06<00:09,  2.00it/s]``."""
    pairs = [(int(step), int(steps)) for step, steps in _STEP.findall(line)]
    return next(((step, steps) for step, steps in reversed(pairs) if 0 < steps >= step), None)
