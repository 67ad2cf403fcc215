"""The ways of a video to its channel, the best first: as it is, else a lighter copy of it, else a link to it.

Which way is taken is decided here, for all platforms; what a message looks like is theirs.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.domain.errors import BadVideo, NotHandedOver, TweenError
from bot.domain.job import Delivered, Delivery, Job
from bot.ports import Animations, Copy, Fitter, Kept, MediaStore, Parcel, Posters
from bot.wording import delivery as words

log = structlog.get_logger()

FLOOR = 0.80
"""The structural similarity below which a copy is no stand-in for its video.

Looked at, a painted landscape with grain that a camera passes by: at 0.94 and 0.91 the grain is gone and nothing else,
at 0.87 edges are soft and grass is smooth; lower than 0.86 none came, not even at a four hundredth of its bytes. What
is nothing but noise came out at 0.58, and looks like another video.
"""
HOPELESS = 20
"""A copy of less than this part of its video's bytes is not tried where a link can be had.

Making one means to decode the video several times, at about 4 MB a second in all (60 MB: 14 s on two cores); the link
is there at once.
"""


@dataclass(frozen=True)
class Ladder:
    """Finds the way. Without a fitter there are no copies, without a store no links.

    ``posters`` and ``animations`` draw what a message shows whose video is behind a link.
    """

    fitter: Fitter | None = None
    store: MediaStore | None = None
    posters: Posters | None = None
    animations: Animations | None = None

    @asynccontextmanager
    async def rung(self, job: Job, path: Path, limit: int | None) -> AsyncIterator[Parcel]:
        """Give what a channel takes that takes files of ``limit`` bytes at most (None: every file, 0: none).

        The video stays where it is; a copy of it goes afterwards. Raises :class:`NotHandedOver` where there is no way.
        """
        weight = await asyncio.to_thread(lambda: path.stat().st_size)
        if limit is None or weight <= limit:
            yield Parcel(Delivery("as it is", weight), path)
            return
        kept = await self._kept(job, path)
        smaller = path.with_name(f"{path.stem}.fit.mp4")
        try:
            copy = None if kept and weight > HOPELESS * limit else await self._copy(job, path, smaller, limit)
            if copy is None and kept is None:
                raise NotHandedOver(words.too_heavy(weight, limit), path)
            if copy is not None and (kept is None or copy.ssim >= FLOOR):
                yield Parcel(_by_copy(copy, kept), smaller, kept)
                return
        finally:
            smaller.unlink(missing_ok=True)
        assert kept is not None
        animation, poster = await self._pictures(job, path)
        delivery = Delivery("link", weight, kept=kept.id, until=kept.expires_at)
        yield Parcel(delivery, None, kept, animation, poster)

    async def _kept(self, job: Job, path: Path) -> Kept | None:
        if self.store is None:
            return None
        try:
            return await self.store.keep(job.id, path)
        except TweenError as error:
            log.warning("not_kept", job_id=job.id, error=str(error))
            return None

    async def _copy(self, job: Job, path: Path, to: Path, limit: int) -> Copy | None:
        """Make a copy; None where there can be none, whatever the reason: the video itself is there still."""
        if self.fitter is None or limit <= 0:
            return None
        try:
            copy = await self.fitter.fit(path, to, limit)
        except BadVideo as error:
            log.warning("no_copy", job_id=job.id, limit=limit, error=error.what)
            return None
        log.info("copied", job_id=job.id, bytes=copy.video.bytes, ssim=round(copy.ssim, 3))
        return copy

    async def _pictures(self, job: Job, path: Path) -> tuple[bytes | None, bytes | None]:
        """Return an animation, or else a poster, or neither: the link is worth more than its picture."""
        try:
            if self.animations is not None:
                return await self.animations.animation(path), None
        except BadVideo as error:
            log.warning("no_animation", job_id=job.id, error=error.what)
        try:
            if self.posters is not None:
                return None, await self.posters.poster(path)
        except BadVideo as error:
            log.warning("no_poster", job_id=job.id, error=error.what)
        return None, None


def linked_id(job: Job) -> str | None:
    """Return what the media store knows a job's video by that came by nothing but a link; None for any other."""
    delivery = job.state.delivery if isinstance(job.state, Delivered) else None
    return delivery.kept if delivery is not None and delivery.way == "link" else None


def _by_copy(copy: Copy, kept: Kept | None) -> Delivery:
    if kept is None:
        return Delivery("copy", copy.video.bytes, copy.ssim)
    return Delivery("copy", copy.video.bytes, copy.ssim, kept.id, kept.expires_at)
