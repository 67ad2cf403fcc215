"""A process that opens strangers' videos for this one, and is kept from one video to the next.

What FFmpeg makes of a hostile file it makes there: a crash, or a claim of gigabytes, ends that process and the look
into that file, and no job beside it. Measured for a video of 100 MB, on two busy cores: 4 ms (least) to 10 ms (median)
more than in a thread. The process has 25 MB of its own and takes 0.2 s to start, at the first video and after a pause;
the bot, which no longer loads FFmpeg, has 25 MB less.
"""

import asyncio
import contextlib
import json
import os
import selectors
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from adapters.media.worker import command, environment
from bot.domain.errors import BadVideo

IDLE_S = 600.0
"""Seconds without a video after which the process ends itself, and gives its memory back."""
_TRIES = 2
"""A process that ended may have been ended by others, short of memory; a file that ends two is no good."""
_GRACE_S = 2.0
"""What the process may take to say that it is late."""
_PAUSE_S = 1.0
"""Between two tries to start one, on a machine that has no memory or no process left."""


@dataclass(frozen=True)
class Answer:
    """What was found: facts, and pictures as files."""

    facts: dict[str, Any]
    pictures: Sequence[bytes] = ()


class Standby:
    """Takes one video at a time; started by the first one.

    ``deadline`` in seconds counts from a video's turn: however many wait, none of them is a bad one for that.
    """

    def __init__(self, name: str, deadline: float, idle: float = IDLE_S) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._deadline, self._idle = deadline, idle
        self._lock = threading.Lock()
        self._process: _Looking | None = None
        self._closed = threading.Event()

    async def ask(self, look: str, path: Path, **more: int) -> Answer:
        """Return what a look into a file finds, one of those of :mod:`adapters.media.look_worker`.

        Raises :class:`BadVideo` with its reason, where it is not done in time, and where the file ends two processes;
        OSError where in that time no process could be started, which says nothing of the file. Giving up takes a video
        that waits out of the queue; the one in hand is looked at to its end.
        """
        question = {"look": look, "seconds": self._deadline, **more}
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._answered, question, path)

    def close(self) -> None:
        """End the process, whatever it does, and the thread."""
        with self._lock:
            self._closed.set()
            if self._process is not None:
                # Its pipes stay open: the thread reads them, and must see that it has ended.
                self._process.kill()
        self._executor.shutdown(wait=True, cancel_futures=True)
        if self._process is not None:
            self._process.end()

    def _answered(self, question: dict[str, Any], path: Path) -> Answer:
        line = json.dumps({**question, "path": str(path.absolute())}).encode() + b"\n"
        ended = ""
        for _ in range(_TRIES):
            looking = self._ready(time.monotonic() + self._deadline)
            try:
                head, pictures = looking.answer(line, time.monotonic() + self._deadline + _GRACE_S)
            except (TimeoutError, EOFError) as broken:
                ended = looking.end()
                if isinstance(broken, TimeoutError):
                    raise self._late() from broken
            else:
                return self._found(head, pictures)
        raise BadVideo(f"what decodes it ended with {ended}")

    def _found(self, head: dict[str, Any], pictures: Sequence[bytes]) -> Answer:
        if "bad" in head:
            raise BadVideo(str(head["bad"]))
        if "late" in head:
            raise self._late()
        return Answer(head["facts"], pictures)

    def _late(self) -> BadVideo:
        return BadVideo(f"not read within {self._deadline:g} s", is_late=True)

    def _ready(self, until: float) -> "_Looking":
        """Return the process, another one where it has ended."""
        while True:
            try:
                with self._lock:
                    if self._closed.is_set():
                        raise RuntimeError("closed")
                    if self._process is None or self._process.has_ended():
                        self._process = _Looking(self._idle)
                    return self._process
            except OSError:
                if time.monotonic() + _PAUSE_S > until:
                    raise
                self._closed.wait(_PAUSE_S)


class _Looking:
    """A running process and the pipes to it."""

    def __init__(self, idle: float) -> None:
        self._process = Popen(  # noqa: S603  # our own module
            command("adapters.media.look_worker", str(idle)),
            bufsize=0,
            stdin=PIPE,
            stdout=PIPE,
            env=environment(),
            start_new_session=True,
        )

    def has_ended(self) -> bool:
        """Whether it has, by itself or by others."""
        if self._process.poll() is None:
            return False
        self.end()
        return True

    def answer(self, question: bytes, until: float) -> tuple[dict[str, Any], list[bytes]]:
        """Ask; raise TimeoutError where there is no answer by then, and EOFError where the process has ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(question)
        except BrokenPipeError as e:
            raise EOFError from e
        length = int.from_bytes(self._read(4, until), "big")
        head: dict[str, Any] = json.loads(self._read(length, until))
        return head, [self._read(size, until) for size in head["pictures"]]

    def kill(self) -> None:
        """End whatever it does; what reads its answer sees that."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def end(self) -> str:
        """Kill it, close its pipes, and say how it has ended: the name of a signal, or a status."""
        self.kill()
        status = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        return signal.Signals(-status).name if status < 0 else f"status {status}"

    def _read(self, count: int, until: float) -> bytes:
        assert self._process.stdout is not None
        data = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while len(data) < count:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise TimeoutError
                piece = os.read(self._process.stdout.fileno(), min(count - len(data), 1 << 20))
                if not piece:
                    raise EOFError
                data += piece
        return bytes(data)
