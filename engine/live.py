"""The jobs that are not done yet, in memory: their order, their logs, and who waits for news of them.

First come, first served: the queue is sorted by the number that the table gave at the submit, so positions are true
before and after a restart.
"""

import asyncio
import bisect
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.jobs import Job, LogLine, Outcome
from engine.workers import Worker

# A queue that moves fast tells its watchers ten times a second, not once a step: n waiting jobs would cost n² events.
POSITIONS_S = 0.1


@dataclass(eq=False)
class LiveJob:
    """A waiting or running job. `position` is 0 for the next one to run, None once it runs or is done."""

    job: Job
    running: bool = False
    cancelled: bool = False
    closing: bool = False
    logs: list[LogLine] = field(default_factory=list)
    outcome: Outcome | None = None
    worker: Worker | None = None
    began: float = 0.0
    inference_s: float | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def log(self, message: str) -> None:
        """Add a line to the job's log and wake its watchers."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.logs.append(LogLine(message, now))
        self.tell()

    def tell(self) -> None:
        """Wake everyone who waits for a change."""
        self._news.set()
        self._news = asyncio.Event()

    @property
    def news(self) -> asyncio.Event:
        """The event that the next change sets; take it before you read the state."""
        return self._news

    def tell_end(self) -> None:
        """Wake everyone for good: the engine stops, and no more news will come."""
        self.closing = True
        self.tell()

    def begin(self) -> None:
        """Mark the job as running from now."""
        self.running, self.began = True, time.monotonic()
        self.tell()


class Waiting:
    """The queue: in the order of arrival, with true positions."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._jobs: dict[int, LiveJob] = {}
        self._arrival = asyncio.Event()
        self._telling: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, live: LiveJob) -> None:
        """Put a job where its number says."""
        bisect.insort(self._numbers, live.job.number)
        self._jobs[live.job.number] = live
        self._arrival.set()

    def position(self, live: LiveJob) -> int:
        """How many jobs run before this one."""
        return bisect.bisect_left(self._numbers, live.job.number)

    def remove(self, live: LiveJob) -> bool:
        """Take a job out; False when it is not waiting any more."""
        if self._jobs.pop(live.job.number, None) is None:
            return False
        del self._numbers[self.position(live)]
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(POSITIONS_S, self._tell_all)
        return True

    async def next(self) -> LiveJob:
        """Wait for the first job and take it out."""
        while not self._numbers:
            self._arrival.clear()
            await self._arrival.wait()
        live = self._jobs[self._numbers[0]]
        self.remove(live)
        return live

    def _tell_all(self) -> None:
        self._telling = None
        for live in self._jobs.values():
            live.tell()
