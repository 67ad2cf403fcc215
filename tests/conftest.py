"""What all tests share.

``make test`` runs several tests at a time, in worker processes (pytest-xdist, ``--dist loadfile``): a file's tests stay
in one worker, with their module's fixtures, and those that are marked ``alone`` have the machine to themselves. Without
workers, one test runs after the other.
"""

import asyncio
import os
from collections.abc import Generator

import pytest

from tests.turns import Turns

ALONE = "alone"
TURNS = pytest.StashKey[Turns]()


def pytest_configure(config: pytest.Config) -> None:
    """Have no event loop made behind a test's back: looptime asks for the current one also in tests that have none."""
    asyncio.set_event_loop(None)
    config.addinivalue_line("markers", f"{ALONE}: it measures time, so no other test goes on beside it")
    if "PYTEST_XDIST_WORKER" in os.environ:
        config.stash[TURNS] = Turns()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, bool, bool]:
    """Wait for a test's turn before its fixtures are set up."""
    turns = item.config.stash.get(TURNS, None)
    if turns is None:
        return (yield)
    with turns.turn(alone=is_alone(item), next_alone=nextitem is not None and is_alone(nextitem)):
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in CI that a skipped test is a failure there."""
    if skipped_in_ci(terminalreporter):
        terminalreporter.write_line(
            "CI lets nothing skip: the tests above that were skipped count as failed.", red=True
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail in CI where a test was skipped: what needs Node or a service finds it there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.exitstatus == pytest.ExitCode.OK and skipped_in_ci(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def skipped_in_ci(reporter: pytest.TerminalReporter | None) -> bool:
    """Return whether this is CI and a test was skipped."""
    return bool(os.environ.get("CI")) and reporter is not None and bool(reporter.stats.get("skipped"))


def is_alone(item: pytest.Item) -> bool:
    """Return whether no other test may go on beside it."""
    return item.get_closest_marker(ALONE) is not None
