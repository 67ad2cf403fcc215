"""Give hostile files to the code that opens strangers' files, and print what came of it.

``python -m tests.fuzz --images 100000 --videos 10000 --seed 1``; a file that broke something is tried again alone with
``python -m tests.fuzz --replay FILE --as image``.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.fuzz.campaign import Campaign
from tests.fuzz.targets import Kind, Targets
from tests.fuzz.worker import judged


async def _run(counts: dict[Kind, int], seed: int, workers: int, keep: Path) -> int:
    found = 0
    for kind, count in counts.items():
        if count == 0:
            continue
        tally = await Campaign(kind, seed, workers, keep).run(count)
        sys.stdout.write("\n".join(tally.lines()) + "\n")
        sys.stdout.flush()
        found += len(tally.findings)
    return 1 if found else 0


def _replayed(file: Path, kind: Kind) -> int:
    with asyncio.Runner() as runner:
        answer = judged(runner, Targets(), kind, file.read_bytes(), 0)
    sys.stdout.write("".join(f"{name}: {value}\n" for name, value in answer.items()))
    return 1 if answer["how"] == "broke" else 0


def main() -> None:
    """Run it; the exit status is 1 where a file did what none may."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=main.__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--videos", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-findings"), help="a folder for files that broke something"
    )
    parser.add_argument("--replay", type=Path, help="one such file, to be tried alone")
    parser.add_argument("--as", dest="kind", choices=["image", "video"], default="image", help="what to replay it as")
    given = parser.parse_args()
    if given.replay is not None:
        sys.exit(_replayed(given.replay, given.kind))
    sys.stdout.write(f"seed {given.seed}\n")
    sys.stdout.flush()
    counts: dict[Kind, int] = {"image": given.images, "video": given.videos}
    sys.exit(asyncio.run(_run(counts, given.seed, given.workers, given.keep)))


if __name__ == "__main__":
    main()
