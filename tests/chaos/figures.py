"""What a chaos test says of itself when it is over."""

from collections import Counter

from tests.chaos.crossings import BOUNDARIES
from tests.chaos.drive import Chaos
from tests.chaos.plan import Plan
from tests.chaos.verdict import Books


def lines(plan: Plan, chaos: Chaos, books: Books, seconds: float) -> list[str]:
    """Return the figures, one fact a line."""
    states = Counter(row["state"] for row in books.jobs)
    posts = [each for each in books.board["messages"] if each["file"]]
    reached = sum(1 for each in BOUNDARIES if chaos.deaths[each])
    failed = sum(each["failed"] for each in books.board["interactions"])
    return [
        f"jobs            {len(books.jobs)}: {_counted(states)}",
        f"kills           {chaos.deaths.total()}, at {reached} of {len(BOUNDARIES)} boundaries",
        f"deaths          {_counted(chaos.deaths)}",
        f"boundaries left {', '.join(each for each in BOUNDARIES if not chaos.deaths[each]) or 'none'}",
        f"requests at fal {len(books.fal['jobs'])}, billed {sum(each['billed'] for each in books.fal['jobs'])}",
        f"videos posted   {len(posts)}, twice {len(posts) - len({each['nonce'] for each in posts})}",
        f"nonces at work  {books.board['repeats']} messages kept from being a second one",
        f"sent again      {sum(1 for row in books.jobs if row['again_of'])} by their authors",
        f"not in 3 s      {failed} interactions had to be handed out again",
        f"given up        {chaos.given_up} processes that the others took for dead",
        f"faults          board {_counted(books.board['faults'])}; fal {_counted(books.fal['faults'])}",
        f"wall time       {seconds:.0f} s (seed {plan.seed})",
    ]


def _counted(counts: Counter[str] | dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
