"""A worker process: takes one order after another on stdin, renders, answers on stdout, a JSON line each.

It is a process of its own so that rendering never blocks the server, and a crash costs one job. A thread listens on
stdin meanwhile: it hears a cancel, and when stdin closes (the server is gone, even by kill -9) it ends the process
at once, so that no orphan burns the CPU. Run by the server as `python -m engine.worker MODULE:FUNCTION`.
"""

import contextlib
import importlib
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from engine.generator import BadImage, Cancelled, Order

NICENESS = 5
Render = Callable[[Order, Callable[[int, int], None], Callable[[], bool]], object]


class Desk:
    """The two lines to the server: orders and cancels in, answers out."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self.orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.cancelled = 0

    def listen(self) -> None:
        """Read stdin until it closes; then nobody wants an answer any more."""
        for line in sys.stdin:
            message = json.loads(line)
            if "cancel" in message:
                self.cancelled = max(self.cancelled, message["cancel"])
            else:
                self.orders.put(message)
        os._exit(0)

    def answer(self, **message: object) -> None:
        """Say one thing to the server."""
        print(json.dumps(message), file=self._answers, flush=True)


def render_one(render: Render, message: dict[str, Any], desk: Desk) -> None:
    """Render one order and answer how it went; nothing that it raises ends the worker."""
    job: int = message.pop("job")
    paths = {name: Path(message.pop(name)) for name in ("start", "end", "output")}
    try:
        order = Order(
            start=paths["start"].read_bytes(), end=paths["end"].read_bytes(), output=paths["output"], **message
        )
        render(order, lambda done, total: desk.answer(job=job, progress=[done, total]), lambda: desk.cancelled >= job)
    except BadImage as bad:
        desk.answer(job=job, bad_image={"which": bad.which, "kind": bad.kind, "message": bad.message})
    except Cancelled:
        desk.answer(job=job, cancelled=True)
    except Exception as error:  # noqa: BLE001 - whatever the generator does wrong fails this job, not the worker
        with contextlib.suppress(OSError):
            # The disk of the log may be full; the answer goes another way.
            traceback.print_exc()
        desk.answer(job=job, failed=type(error).__name__)
    else:
        desk.answer(job=job, done=True)


def main() -> None:
    """Load the renderer, say that the worker is ready, and work until stdin closes."""
    # Ctrl-C reaches the whole group; the server alone decides when a worker stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries may print: what they say must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(NICENESS)
    desk = Desk(answers)
    threading.Thread(target=desk.listen, daemon=True).start()
    module, _, name = sys.argv[1].partition(":")
    render: Render = getattr(importlib.import_module(module), name)
    desk.answer(ready=True)
    while True:
        render_one(render, desk.orders.get(), desk)


if __name__ == "__main__":
    main()
