"""Videos whose last frames are asked for lie on the disk meanwhile: few of them at a time, wherever they come from."""

import asyncio
from pathlib import Path
from typing import cast

import pytest

from adapters.slack.attachments import AT_ONCE, FileRef, SlackAttachments
from adapters.slack.clients import Clients
from bot.domain.errors import BadImage
from bot.domain.request import ImageRef
from bot.ports import LastFrames, MediaStore


class Shelf:
    """A media store that has nothing any more, and takes its time to say so."""

    def __init__(self) -> None:
        self.at_once = self.most = 0

    async def fetch(self, _id: str, _to: Path) -> bool:
        """Look."""
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        for _ in range(10):
            await asyncio.sleep(0)
        self.at_once -= 1
        return False


async def test_videos_behind_links(tmp_path: Path) -> None:
    """However many people press *Continue* at the same time."""
    shelf = Shelf()
    nothing = cast("Clients", None), cast("object", None), cast("LastFrames", None)
    attachments = SlackAttachments(*nothing, tmp_path, cast("MediaStore", shelf))  # type: ignore[arg-type]
    image = ImageRef("the last frame", FileRef("kept", "T1", "", "abc").locator)

    async def fetched() -> None:
        with pytest.raises(BadImage, match="over"):
            await attachments.fetch("start", image, 1000)

    await asyncio.gather(*(fetched() for _ in range(3 * AT_ONCE)))
    assert 1 < shelf.most <= AT_ONCE
    assert list(tmp_path.iterdir()) == []
