"""Runs coroutines of the bot's event loop for the engine's loop, which lives in another thread.

``asyncio.run_coroutine_threadsafe`` with ``wrap_future`` does the same with three futures and two locks more, and
thousands of jobs wait on this bridge at the same time.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Crossing(Generic[T]):
    """One coroutine that runs in the loop ``there`` while the loop that makes this waits for it."""

    __slots__ = ("_arrived", "_here", "_task", "_there")

    def __init__(self, there: asyncio.AbstractEventLoop) -> None:
        self._there = there
        self._here = asyncio.get_running_loop()
        self._arrived: asyncio.Future[T] = self._here.create_future()
        self._task: asyncio.Task[T] | None = None

    async def carry(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it over there, and return or raise what it does; cancelled here, it is cancelled there."""
        self._there.call_soon_threadsafe(self._begin, work)
        try:
            return await self._arrived
        except asyncio.CancelledError:
            self._there.call_soon_threadsafe(self._cancel)
            raise

    def _begin(self, work: Coroutine[Any, Any, T]) -> None:
        # The engine's loop waits for this object, which holds the task.
        self._task = self._there.create_task(work)
        self._task.add_done_callback(self._end)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _end(self, task: asyncio.Task[T]) -> None:
        if not self._here.is_closed():
            self._here.call_soon_threadsafe(self._arrive, task)

    def _arrive(self, task: asyncio.Task[T]) -> None:
        if self._arrived.done():
            return
        if task.cancelled():
            self._arrived.cancel()
        elif error := task.exception():
            self._arrived.set_exception(error)
        else:
            self._arrived.set_result(task.result())
