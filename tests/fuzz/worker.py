"""The process that takes hostile files, one after the other, so that a crash ends it and not the campaign.

Run as ``python -m tests.fuzz.worker KIND SEED``. A line with a number comes in; a line of JSON goes out: how it went,
seconds of CPU, and the peak of memory in MB that this file alone has reached.
"""

import asyncio
import json
import os
import random
import resource
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz.corpus import images, videos
from tests.fuzz.mutate import mutant
from tests.fuzz.targets import Kind, Targets

_FORGET = Path("/proc/self/clear_refs")
ADDRESS_SPACE = 4 * 2**30
"""Bytes: what asks for more gets none, and the machine stays well."""


def item(kind: Kind, seed: int, number: int) -> bytes:
    """Return the hostile file of this number."""
    # Text, because a tuple's hash is no seed that lasts; the numbers are no secrets.
    return mutant(random.Random(f"{kind} {seed} {number}"), images() if kind == "image" else videos())


def judged(runner: asyncio.Runner, targets: Targets, kind: Kind, data: bytes, number: int) -> dict[str, object]:
    """Take the file of a number and say how it went."""
    _forget_the_peak()
    began = time.process_time()
    try:
        how, what = runner.run(targets.take(kind, data, number)), ""
    except Exception:  # noqa: BLE001  # anything that is not ours is what is looked for
        how, what = "broke", traceback.format_exc(limit=-4)
    return {"how": how, "what": what, "cpu": time.process_time() - began, "megabytes": _peak()}


def _forget_the_peak() -> None:
    """Begin to measure anew (proc(5), clear_refs 5); where the system has no such thing, peaks are the process's."""
    if _FORGET.exists():
        _FORGET.write_text("5")


def _peak() -> float:
    if not _FORGET.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Take files until no more numbers come."""
    kind: Kind = "image" if sys.argv[1] == "image" else "video"
    seed = int(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries may print
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    targets = Targets()
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            number = int(line)
            data = item(kind, seed, number)
            answer = judged(runner, targets, kind, data, number)
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
