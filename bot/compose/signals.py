"""Signals of the operating system: the first asks for an orderly end, the second ends at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_signals(first: Callable[[], None]) -> Iterator[None]:
    """Call ``first`` at the first Ctrl-C, SIGTERM or hang-up; a second one cancels the program's task."""
    loop = asyncio.get_running_loop()
    program = asyncio.current_task()
    assert program is not None
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish
        numbers.append(signal.SIGHUP)
    asked = False

    def heard() -> None:
        # A second one is a cancellation and not a KeyboardInterrupt, which would strike in the middle of any line.
        nonlocal asked
        if asked:
            program.cancel()
        asked = True
        first()

    for number in numbers:
        loop.add_signal_handler(number, heard)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
