"""A stand-in for the generator that obeys its prompt: it proves the protocol without drawing anything.

`go` finishes at once; `hold PATH` reports three frames and waits until PATH exists; `die` ends its process as a
crash does; `babble` writes nonsense where the answers go; `nothing` writes no video; `break` raises; `refuse` finds
fault with the last image. Every order taken is a line in `rendered.txt` beside the engine's files, so that a test
sees what ran, how often and in which order.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

from engine.generator import BadImage, Cancelled, Order, Rendered

HELD_FRAMES = 3
_PATIENCE = threading.Event()


def render(order: Order, report: Callable[[int, int], None], cancelled: Callable[[], bool]) -> Rendered:
    """Do what the prompt says, and write a file that tells what was ordered."""
    with (order.output.parent.parent / "rendered.txt").open("a", encoding="utf-8") as log:
        log.write(order.prompt + "\n")
    verb, _, argument = order.prompt.partition(" ")
    for done in range(1, order.num_frames + 1):
        report(done, order.num_frames)
        if done == HELD_FRAMES:
            _obey(verb, Path(argument), cancelled)
    if verb == "nothing":
        return Rendered(width=0, height=0, num_frames=0, seconds=0)
    told = {
        "prompt": order.prompt,
        "seed": order.seed,
        "start": len(order.start),
        "end": len(order.end),
        "num_frames": order.num_frames,
        "frames_per_second": order.frames_per_second,
        "resolution": order.resolution,
        "aspect_ratio": order.aspect_ratio,
    }
    order.output.write_text(json.dumps(told))
    return Rendered(width=832, height=480, num_frames=order.num_frames, seconds=1.0)


def _obey(verb: str, path: Path, cancelled: Callable[[], bool]) -> None:
    match verb:
        case "hold":
            while not path.exists():
                if cancelled():
                    raise Cancelled
                _PATIENCE.wait(0.01)
        case "die":
            os._exit(9)
        case "babble":
            for line in range(3, 10):
                with contextlib.suppress(OSError):
                    os.write(line, b"nonsense\n")
        case "break":
            raise RuntimeError("the generator broke")
        case "refuse":
            raise BadImage("end", "image_too_small", "The image is 1 x 1 pixels; use one of at least 16 x 16.")
