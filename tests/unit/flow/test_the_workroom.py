"""What lies in the workroom and belongs to nobody any more is removed, and nothing else."""

import os
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from bot.domain.errors import StoreAway
from bot.flow.workroom import DAY_S, sweep

NOW = time.time()


def lay(path: Path, age: float = DAY_S + 60) -> Path:
    """Put a file there that is so many seconds old."""
    path.write_bytes(b"mp4")
    os.utime(path, (NOW - age, NOW - age))
    return path


class Wanted:
    """A store that wants the videos of these requests."""

    def __init__(self, *requests: str) -> None:
        self.requests = requests
        self.asked: list[Collection[str]] = []

    async def __call__(self, request_ids: Collection[str]) -> Collection[str]:
        """Say which."""
        self.asked.append(sorted(request_ids))
        return set(request_ids) & set(self.requests)


def names(room: Path) -> list[str]:
    """Return what lies there."""
    return sorted(each.name for each in room.iterdir())


async def test_a_video_that_is_wanted_stays_with_all_that_is_made_of_it(tmp_path: Path) -> None:
    """Those of other jobs go: delivered by another process, deleted, or given up half way."""
    for name in ("r1.mp4", "r1.fit.mp4", "r2.mp4", "r2.mp4.part", "r3.fit.mp4"):
        lay(tmp_path / name)
    wanted = Wanted("r1")
    assert await sweep(tmp_path, wanted, NOW) == 3
    assert (names(tmp_path), wanted.asked) == (["r1.fit.mp4", "r1.mp4"], [["r1", "r2", "r3"]])


async def test_what_is_not_a_day_old_stays(tmp_path: Path) -> None:
    """Somebody may be at work on it; and then nobody is asked."""
    lay(tmp_path / "r2.mp4", DAY_S - 60)
    wanted = Wanted()
    assert await sweep(tmp_path, wanted, NOW) == 0
    assert (names(tmp_path), wanted.asked) == (["r2.mp4"], [])


async def test_a_folder_that_a_killed_process_has_left_goes_too(tmp_path: Path) -> None:
    """With what is in it."""
    left = tmp_path / "r2.fit.mp4.part"
    left.mkdir()
    lay(left / "made.mp4")
    os.utime(left, (0, 0))
    assert await sweep(tmp_path, Wanted(), NOW) == 1
    assert names(tmp_path) == []


async def test_a_store_that_does_not_answer_costs_nobody_a_video(tmp_path: Path) -> None:
    """Nothing is removed that nobody was asked about."""

    async def away(_: Collection[str]) -> Collection[str]:
        raise StoreAway

    lay(tmp_path / "r2.mp4")
    with pytest.raises(StoreAway):
        await sweep(tmp_path, away, NOW)
    assert names(tmp_path) == ["r2.mp4"]


async def test_a_workroom_that_is_not_there_is_swept(tmp_path: Path) -> None:
    """An operator may have removed it."""
    assert await sweep(tmp_path / "work", Wanted(), NOW) == 0
