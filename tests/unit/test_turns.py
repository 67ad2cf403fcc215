"""Tests that measure time go on alone, however many workers there are."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.turns import Turns

PATIENCE = 10


class Worker:
    """A worker process, as far as its turns go: a thread that has its own locks."""

    def __init__(self, door: Path, room: Path) -> None:
        self._turns = Turns(door, room)
        self._thread = ThreadPoolExecutor(1)

    def begin(self, *, alone: bool, next_alone: bool = False) -> "Test":
        """Have it begin a test, as soon as its turn has come."""
        test = Test()
        self._thread.submit(self._run, test, alone=alone, next_alone=next_alone)
        return test

    def close(self) -> None:
        """Wait until it has done everything."""
        self._thread.shutdown()

    def _run(self, test: "Test", *, alone: bool, next_alone: bool) -> None:
        with self._turns.turn(alone=alone, next_alone=next_alone):
            test.goes_on.set()
            test.may_end.wait(PATIENCE)


class Test:
    """A test that goes on until it is told to end."""

    __test__ = False

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.may_end = threading.Event()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[list[Worker]]:
    (tmp_path / "door").touch()
    made = [Worker(tmp_path / "door", tmp_path) for _ in range(3)]
    yield made
    for worker in made:
        worker.close()


def waits_behind_the_door(folder: Path) -> None:
    """Return once somebody holds the door: whoever wants to be alone has come."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with opened(folder / "door") as door:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
    raise AssertionError("nobody waits to be alone")


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A file descriptor."""
    number = os.open(path, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)


def test_one_that_goes_alone_waits_for_the_others_and_those_that_come_later_wait_for_it(
    workers: list[Worker], tmp_path: Path
) -> None:
    """Two go on beside each other; the third begins once both have ended, and before one that came after it."""
    first, second, third = workers
    begun = [first.begin(alone=False), second.begin(alone=False)]
    assert all(each.goes_on.wait(PATIENCE) for each in begun)
    alone = third.begin(alone=True)
    waits_behind_the_door(tmp_path)
    begun[0].may_end.set()
    later = first.begin(alone=False)
    assert not later.goes_on.wait(0.1)
    assert not alone.goes_on.is_set()
    begun[1].may_end.set()
    assert alone.goes_on.wait(PATIENCE)
    assert not later.goes_on.wait(0.1)
    alone.may_end.set()
    assert later.goes_on.wait(PATIENCE)
    later.may_end.set()


def test_those_that_go_alone_follow_each_other_with_nobody_between_them(workers: list[Worker]) -> None:
    """The others wait once for all of them."""
    first, second, _ = workers
    one = first.begin(alone=True, next_alone=True)
    assert one.goes_on.wait(PATIENCE)
    other = second.begin(alone=False)
    two = first.begin(alone=True)
    one.may_end.set()
    assert two.goes_on.wait(PATIENCE)
    assert not other.goes_on.wait(0.1)
    two.may_end.set()
    assert other.goes_on.wait(PATIENCE)
    other.may_end.set()
