"""The workroom: the folder where videos lie between their provider and their channel, named by their request's id.

A job removes its own file once its author has the video. What stays otherwise is removed here: the file of a job that
was deleted or forgotten, that another process has delivered in the meantime, or that a kill has left half made. A video
that could not be handed over stays for the operator for as long as its job is stored.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger()

DAY_S = 86_400.0
"""What is younger stays, whosever it is: somebody may be at work on it."""

Wanted = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Returns those of these request ids whose videos somebody still needs."""


async def sweep(workroom: Path, wanted: Wanted, now: float) -> int:
    """Remove what nobody needs, and return how much; ``now`` in epoch seconds. Raises what ``wanted`` raises."""
    old = await asyncio.to_thread(_older, workroom, now - DAY_S)
    if not old:
        return 0
    keep = await wanted({_request_of(path) for path in old})
    left = [path for path in old if _request_of(path) not in keep]
    await asyncio.to_thread(_remove, left)
    if left:
        log.info("workroom_swept", count=len(left))
    return len(left)


def _request_of(path: Path) -> str:
    """Return the id of the request that a file is named by; no id has a dot in it."""
    return path.name.partition(".")[0]


def _older(workroom: Path, than: float) -> list[Path]:
    found = []
    with suppress(FileNotFoundError):
        for path in workroom.iterdir():
            with suppress(OSError):
                if path.lstat().st_mtime < than:
                    found.append(path)
    return found


def _remove(paths: Collection[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
