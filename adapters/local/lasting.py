"""A stream that outlives its reader: ``| head`` leaves, a terminal hangs up, a disk is full, and the job goes on."""

import io
import os
from collections.abc import Callable
from typing import TextIO


class Lasting(io.TextIOBase):
    """Passes text on to a stream of this process, and to nowhere once that stream fails: a job is worth more."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has an attribute, which a property may stand for
        """The stream's own."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The stream's own."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write the text, if there is still somebody to read it."""
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Pass on what is held back."""
        self._try(self._stream.flush)

    def _try(self, call: Callable[[], object]) -> None:
        try:
            call()
        except OSError:
            # What the stream still holds must go somewhere too, or the interpreter fails on it at its exit.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
