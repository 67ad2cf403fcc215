"""Reads fal's status objects into updates: only what is new, and nothing that a missing field could break.

A stream brings log lines as deltas, a status call brings all of them, and a stream that was opened again may do either.
A job's first log line tells them apart: a list that begins with it again is the whole list.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.progress import Completed, InProgress, InQueue, Update

_LONGEST_LINE = 500


class Statuses:
    """The statuses of one job, in the order in which they came."""

    __slots__ = ("_first_log", "_last", "_logs_seen", "_whole")

    def __init__(self) -> None:
        self._last: Update | None = None
        self._first_log: tuple[object, object] | None = None
        self._logs_seen = 0
        self._whole = True

    def reopened(self) -> None:
        """Take note that the next status may bring all logs again: a new stream, or a status call."""
        self._whole = True

    def updates(self, status: Mapping[str, Any]) -> Iterator[Update]:
        """Yield what this status adds to the ones before; :class:`Completed` comes last."""
        lines = self._new_lines(status.get("logs"))
        match status.get("status"):
            case "IN_QUEUE":
                position = status.get("queue_position")
                queued = InQueue(position if isinstance(position, int) else None)
                if queued != self._last:
                    self._last = queued
                    yield queued
            case "IN_PROGRESS":
                if lines or not isinstance(self._last, InProgress):
                    self._last = InProgress(lines)
                    yield self._last
            case "COMPLETED":
                if lines:
                    yield InProgress(lines)
                yield Completed(_inference_seconds(status.get("metrics")))
            case _:
                pass  # A status of a later version of the protocol: the next one that we know counts.

    def _new_lines(self, logs: object) -> tuple[str, ...]:
        entries = [entry for entry in logs if isinstance(entry, Mapping)] if isinstance(logs, list) else []
        if not entries:
            return ()
        first = (entries[0].get("timestamp"), entries[0].get("message"))
        if self._first_log is None:
            self._first_log = first
        if self._whole and first == self._first_log:
            entries, seen = entries[self._logs_seen :], max(self._logs_seen, len(entries))
        else:
            seen = self._logs_seen + len(entries)
        self._whole, self._logs_seen = False, seen
        messages = (entry.get("message") for entry in entries)
        return tuple(message[:_LONGEST_LINE] for message in messages if isinstance(message, str) and message)


def _inference_seconds(metrics: object) -> float | None:
    seconds = metrics.get("inference_time") if isinstance(metrics, Mapping) else None
    return float(seconds) if isinstance(seconds, int | float) else None
