"""Reads the two images from this disk."""

import asyncio
import stat
from pathlib import Path

from bot.domain.errors import BadImage, ImageFault, Which
from bot.domain.request import ImageRef
from bot.wording.units import size


class DiskAttachments:
    """``bot.ports.Attachments`` over paths."""

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the whole file; raise :class:`BadImage` where there is none, or more than ``limit`` bytes."""
        return await asyncio.to_thread(_read, which, Path(image.locator), limit)


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
