"""Removes the files whose time is over: expired, or of jobs that were deleted."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from adapters.media_store.storage import NotStored, Storage
from bot.domain.errors import StoreAway
from bot.ports import MediaIndex

log = structlog.get_logger()

SWEEP_S = 60.0
"""How often; nobody is served what is over from the moment on that it is."""
TIDY_S = 3600.0
TOLD_S = 90 * 86_400.0
"""For so long whoever comes with an old link is told that its time is over, and not that there is no such file."""
BATCH = 100
TRIED = 3
"""After so many files that it refuses one after the other, and none that it removes, a storage refuses them all."""


async def sweep(index: MediaIndex, storage: Storage, now: float) -> int:
    """Remove the files whose time is over, and return how many. Raises :class:`StoreAway` and :class:`NotStored`.

    Several processes may do it at once.
    """
    swept = 0
    while over := await index.expired(now, BATCH):
        ids = [each.id for each in over]
        try:
            await storage.remove(ids)
        except NotStored:
            # One that stays would keep the room of all that come after it.
            await index.removed(await _each(storage, ids), now - TOLD_S)
            raise
        await index.removed(ids, now - TOLD_S)
        swept += len(ids)
    if not swept:
        await index.removed((), now - TOLD_S)
    return swept


async def _each(storage: Storage, ids: Sequence[str]) -> Sequence[str]:
    """Remove files one by one, and return those that could be removed."""
    removed: list[str] = []
    for tried, id_ in enumerate(ids):
        if tried == TRIED and not removed:
            break
        with suppress(NotStored):
            await storage.remove([id_])
            removed.append(id_)
    return removed


@asynccontextmanager
async def kept_swept(
    index: MediaIndex, storage: Storage, clock: Callable[[], float] = time.time
) -> AsyncIterator[None]:
    """Sweep now, and from time to time while the context is open."""
    task = asyncio.create_task(_keep_sweeping(index, storage, clock), name="sweep the media store")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_sweeping(index: MediaIndex, storage: Storage, clock: Callable[[], float]) -> None:
    told, tidy_at = "", 0.0
    while True:
        said = ""
        try:
            await sweep(index, storage, clock())
            if time.monotonic() >= tidy_at:
                await storage.tidy()
                tidy_at = time.monotonic() + TIDY_S
        except StoreAway:
            pass  # the store logs that it is away, once for all
        except NotStored as error:
            said = error.said
        except Exception:
            log.exception("media_not_swept")
        if said and said != told:
            log.warning("media_not_removed", storage=storage.name, error=said)
        told = said
        await asyncio.sleep(SWEEP_S)
