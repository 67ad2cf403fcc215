"""Promises 1 to 3, under fire: the bot's processes die at every boundary, and both services fail all the time.

The short form runs with all tests. ``python -m tests.chaos`` is the long one.
"""

import os
from pathlib import Path

import pytest

from tests.chaos import places
from tests.chaos.drive import Chaos
from tests.chaos.plan import Plan
from tests.chaos.verdict import faults

SEED = int(os.environ.get("TWEENBOT_CHAOS_SEED", "1"))
JOBS = int(os.environ.get("TWEENBOT_CHAOS_JOBS", "20"))
KILLS = int(os.environ.get("TWEENBOT_CHAOS_KILLS", "5"))
LIFE = 6.0


async def test_one_process_on_sqlite_pays_once_loses_nothing_and_posts_once(tmp_path: Path) -> None:
    """Every acknowledged command ends on its one card, with at most one bill and one video, whenever it dies."""
    await _survives(Plan(JOBS, KILLS, "sqlite", SEED, life=LIFE), tmp_path)


async def test_two_processes_on_postgres_pay_once_lose_nothing_and_post_once(tmp_path: Path) -> None:
    """The same where each takes over what the other leaves when it dies."""
    if not places.answers():
        pytest.skip(f"no Postgres answers at {places.POSTGRES}")
    await _survives(Plan(JOBS, KILLS, "postgres", SEED + 1, ("all", "all"), life=LIFE), tmp_path)


async def _survives(plan: Plan, folder: Path) -> None:
    chaos = Chaos(plan, folder)
    found = faults(await chaos.run()) + chaos.bad_ends
    assert not found, f"{plan}: {found}"
    assert chaos.deaths.total() >= plan.kills + plan.freezes
