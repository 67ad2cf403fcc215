"""The process behind :mod:`adapters.media.apart`: draws one animation.

Run as ``python -m adapters.media.animation_worker VIDEO``; answers with one line of JSON, and the GIF after it.
"""

import asyncio
import contextlib
import json
import os
import sys
import threading
from contextlib import closing
from pathlib import Path

from adapters.media.animation import PyAVAnimations
from adapters.media.worker import begun
from bot.domain.errors import BadVideo

MEMORY = 2**30
"""Bytes: a video of 4K takes 250 MB to decode, and its small frames 25 MB."""
_NICENESS = 5


def _end_with_the_bot() -> None:
    """Read stdin until it closes, which says that the bot is gone, even by kill -9; then nobody wants the picture."""
    sys.stdin.buffer.read()
    os._exit(1)


async def _animation(path: Path) -> bytes:
    with closing(PyAVAnimations()) as animations:
        return await animations.animation(path)


def main() -> None:
    """Draw it, and say how that went; what is not ours to name ends the process with a traceback."""
    answers = begun(MEMORY)
    threading.Thread(target=_end_with_the_bot, daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    try:
        data = asyncio.run(_animation(Path(sys.argv[1])))
        answer: dict[str, object] = {"bytes": len(data)}
    except BadVideo as bad:
        data, answer = b"", {"bad": bad.what}
    answers.write(json.dumps(answer).encode() + b"\n" + data)
    answers.flush()
    os._exit(0)  # in an orderly end, Python would trip over the thread that still reads


if __name__ == "__main__":
    main()
