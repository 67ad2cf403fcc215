"""The process behind :mod:`adapters.media.standby`: opens videos, one after the other, until nobody has any more.

Run as ``python -m adapters.media.look_worker SECONDS``, which may pass between two videos. Questions are lines of JSON;
an answer is the length of its head in four bytes, the head in JSON, and the pictures that it names the lengths of.
"""

import contextlib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from adapters.media.last_frame import drawn
from adapters.media.poster import first, several
from adapters.media.videos import inspected
from adapters.media.worker import begun
from bot.domain.errors import BadVideo

MEMORY = 2**30
"""Bytes: a video of 4K takes 250 MB to decode, and the index of the most frames that are believed 60 MB."""

Found = tuple[Mapping[str, Any], Sequence[bytes]]
LOOKS: Mapping[str, Callable[[Path, float, Mapping[str, Any]], Found]] = {
    "inspect": lambda path, until, _: (asdict(inspected(path, until)), ()),
    "poster": lambda path, until, _: ({}, [first(path, until)]),
    "posters": lambda path, until, more: ({}, several(path, int(more["count"]), until)),
    "last_frame": lambda path, until, _: ({}, [drawn(path, until)]),
}


def found(question: Mapping[str, Any]) -> Found:
    """Look, and return the answer's head and its pictures."""
    until = time.monotonic() + float(question["seconds"])
    try:
        facts, pictures = LOOKS[str(question["look"])](Path(question["path"]), until, question)
    except BadVideo as bad:
        return {"bad": bad.what, "pictures": []}, ()
    except TimeoutError:
        return {"late": True, "pictures": []}, ()
    except MemoryError:
        return {"bad": "it takes more memory than any video", "pictures": []}, ()
    return {"facts": facts, "pictures": [len(picture) for picture in pictures]}, pictures


def _questions(to: "queue.SimpleQueue[Mapping[str, Any]]") -> None:
    """Take them until stdin closes, which says that the bot is gone, even by kill -9; then nobody wants the answer."""
    for line in sys.stdin.buffer:
        to.put(json.loads(line))
    os._exit(0)


def _answer(answers: BinaryIO, question: Mapping[str, Any]) -> None:
    head, pictures = found(question)
    data = json.dumps(head).encode()
    answers.write(len(data).to_bytes(4, "big") + data)
    answers.writelines(pictures)
    answers.flush()


def main() -> None:
    """Answer questions until there are no more; what is not ours to name ends the process with a traceback."""
    answers = begun(MEMORY)
    idle, questions = float(sys.argv[1]), queue.SimpleQueue[Mapping[str, Any]]()
    threading.Thread(target=_questions, args=(questions,), daemon=True).start()
    question = questions.get()
    with contextlib.suppress(queue.Empty):
        while True:
            _answer(answers, question)
            question = questions.get(timeout=idle)
    os._exit(0)  # in an orderly end, Python would trip over the thread that still reads


if __name__ == "__main__":
    main()
