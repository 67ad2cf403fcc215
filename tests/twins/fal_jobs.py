"""The fal twin's jobs: what was asked for, and where each stands. The test drives them, or the clock does."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.twins.replies import Answer


@dataclass(eq=False)
class TwinJob:
    """One accepted job, hence one bill. Waiting at ``position`` until :meth:`progress`, done after :meth:`finish`.

    ``omit`` names fields that its status objects leave out ("logs", "queue_position", "metrics"). ``webhook`` is the
    address that asked to be called back, ``sent_at`` the epoch second at which the job came in.
    """

    id: str
    endpoint: str
    arguments: Mapping[str, Any]
    position: int | None = 0
    status: str = "IN_QUEUE"
    logs: list[dict[str, str]] = field(default_factory=list)
    answer: Answer | None = None
    late: int = 0
    cancels: int = 0
    omit: frozenset[str] = frozenset()
    accepted_at: float = 0.0
    done_at: float = 0.0
    webhook: str | None = None
    sent_at: float = 0.0
    when_done: "Callable[[TwinJob], None] | None" = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def changed(self) -> asyncio.Event:
        """The event that the next change sets; take it before you read the state."""
        return self._changed

    def queue(self, position: int | None) -> None:
        """Move it in the queue."""
        self.position = position
        self._tell()

    def progress(self, *lines: str) -> None:
        """Run, and log these lines; a job that is done, or was stopped, runs no more."""
        if self.status == "COMPLETED":
            return
        self.status = "IN_PROGRESS"
        for line in lines:
            stamp = f"2026-01-01T00:00:00.{len(self.logs):06d}Z"
            self.logs.append({"message": line, "level": "INFO", "source": "USER", "timestamp": stamp})
        self._tell()

    def finish(self, answer: Answer | None = None, *, late: int = 0) -> None:
        """Be done, with the usual video, or with this answer as its result.

        ``late``: how often the result is asked for before it is there. A job that was stopped stays as it is.
        """
        if self.status == "COMPLETED":
            return
        self.status, self.answer, self.late = "COMPLETED", answer, late
        self.done_at = asyncio.get_running_loop().time()
        self._tell()
        if self.when_done is not None:
            self.when_done(self)

    def described(self, logs: list[dict[str, str]]) -> dict[str, Any]:
        """Return the status object, with these logs."""
        body: dict[str, Any] = {"status": self.status, "request_id": self.id}
        if self.status == "IN_QUEUE":
            body["queue_position"] = self.position
        else:
            body["logs"] = logs
        if self.status == "COMPLETED":
            body["metrics"] = {"inference_time": 1.5}
            if self.answer is not None and isinstance(self.answer.body, dict) and "error_type" in self.answer.body:
                body |= {"error": self.answer.body["detail"], "error_type": self.answer.body["error_type"]}
        return {name: value for name, value in body.items() if name not in self.omit}

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


CANCELLED = Answer(
    499,
    {"detail": "Request was cancelled by the client", "error_type": "client_cancelled"},
    {"X-Fal-Error-Type": "client_cancelled"},
)
"""The result of a job that was stopped in the queue."""
