"""Blocking work beside the event loop, in one thread of its own and with a deadline.

One thread, so that memory holds one picture or video at a time however many jobs are running, and because Python's
warning filters, which Pillow's readers need silenced, belong to the whole process.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Made = TypeVar("Made")


class Aside:
    """A thread that takes calls in turn; ``deadline`` in seconds counts from the asking, so it includes the queue."""

    def __init__(self, name: str, deadline: float) -> None:
        self.deadline = deadline
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[[], Made]) -> Made:
        """Return what the call returns; raise TimeoutError after the deadline.

        Giving up or being cancelled takes a waiting call out of the queue; one that runs already runs to its end.
        """
        async with asyncio.timeout(self.deadline):
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def close(self) -> None:
        """Wait for the call that is running, drop those that wait."""
        self._executor.shutdown(wait=True, cancel_futures=True)
