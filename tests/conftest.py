"""What all tests share."""

import asyncio
import os

import pytest


def pytest_configure() -> None:
    """Have no event loop made behind a test's back: looptime asks for the current one also in tests that have none."""
    asyncio.set_event_loop(None)


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
