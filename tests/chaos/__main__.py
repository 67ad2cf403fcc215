"""Run one chaos test and print its figures.

``python -m tests.chaos --jobs 200 --kills 60 --database sqlite --seed 7``
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.drive import Chaos
from tests.chaos.figures import lines
from tests.chaos.plan import Plan
from tests.chaos.verdict import faults


async def _run(plan: Plan, folder: Path) -> int:
    began = time.monotonic()
    chaos = Chaos(plan, folder)
    books = await chaos.run()
    found = faults(books) + chaos.bad_ends
    for line in (*lines(plan, chaos, books, time.monotonic() - began), *(f"BROKEN: {each}" for each in found)):
        sys.stdout.write(line + "\n")
    return 1 if found else 0


def main() -> None:
    """Run it; the exit status is 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--freezes", type=int, default=0, help="on top, and on Postgres only")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--roles", nargs="+", help="of the processes; by default one on SQLite, two on Postgres")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="an empty folder for all files, which is then kept")
    given = parser.parse_args()
    roles = tuple(given.roles or (["all"] if given.database == "sqlite" else ["all", "all"]))
    plan = Plan(given.jobs, given.kills, given.database, given.seed, roles, given.freezes)
    sys.stdout.write(f"{plan}\n")
    sys.stdout.flush()
    if given.keep is not None:
        given.keep.mkdir(parents=True)
        sys.exit(asyncio.run(_run(plan, given.keep)))
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(asyncio.run(_run(plan, Path(folder))))


if __name__ == "__main__":
    main()
