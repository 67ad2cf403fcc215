"""Reads the two images from this disk, or has them fetched."""

import asyncio
import stat
from pathlib import Path

from bot.domain.errors import BadImage, ImageFault, Which
from bot.domain.link import is_link
from bot.domain.request import ImageRef
from bot.ports import Links
from bot.wording.units import size


class DiskAttachments:
    """``bot.ports.Attachments`` over paths."""

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the whole file; raise :class:`BadImage` where there is none, or more than ``limit`` bytes."""
        return await asyncio.to_thread(_read, which, Path(image.locator), limit)


class GivenAttachments:
    """``bot.ports.Attachments`` over paths and links, as they are given on a command line."""

    def __init__(self, links: Links) -> None:
        self._disk = DiskAttachments()
        self._links = links

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the whole file; raise :class:`BadImage`."""
        if is_link(image.locator):
            return await self._links.fetch(which, image.locator, limit)
        return await self._disk.fetch(which, image, limit)


def _read(which: Which, path: Path, limit: int) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            # A pipe that nobody writes to would be waited for without end.
            raise BadImage(which, ImageFault.MISSING, f"{path} is no file")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except IsADirectoryError as error:
        raise BadImage(which, ImageFault.MISSING, f"{path} is a folder") from error
    except OSError as error:
        raise BadImage(which, ImageFault.MISSING, f"{path}: {(error.strerror or str(error)).lower()}") from error
    if len(data) > limit:
        raise BadImage(which, ImageFault.TOO_HEAVY, f"{path.name}, more than {size(limit)}")
    return data
