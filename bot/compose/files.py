"""How many files and connections this process may have open at once."""

import resource
from contextlib import suppress

import structlog

log = structlog.get_logger()

ENOUGH = 8192
"""A stream a job, a reader of its events, and its files: less than this ends before the jobs do."""


def open_files() -> None:
    """Allow as many as the system does: the usual soft limit of 1024 is for programs that call ``select``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # A system may promise more than its kernel gives.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != resource.RLIM_INFINITY and allowed < ENOUGH:
        log.warning("few_open_files", allowed=allowed, enough=ENOUGH, mend="raise the hard limit: ulimit -Hn")
