"""The two images of a form, on their way into the inbox: files, links, and pictures of earlier jobs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from aiohttp import BodyPartReader

from adapters.local.folders import Folders
from adapters.local.intake import copied_in, link_in, make_last, new_file, written_in
from adapters.local.replies import Refusal
from bot.domain.errors import BadImage, FolderUnusable, ImageFault, Which
from bot.domain.link import file_name
from bot.domain.request import ImageRef
from bot.ports import Links
from bot.wording import local as words
from bot.wording.units import size

IMAGES: tuple[Which, Which] = ("start", "end")
CHUNK = 64 * 1024

Find = Callable[[str], Awaitable[Path | None]]
"""Returns the picture of an earlier job that a field names, or None."""


class BadForm(Refusal):
    """A body that is no form of ours: the HTTP status for it, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, "form", why)


@dataclass(frozen=True)
class Intake:
    """Where images go, the heaviest that is taken, in bytes, and who fetches what a link leads to."""

    folders: Folders
    limit: int
    links: Links


@dataclass
class FormImages:
    """The images of one form so far. ``written`` are the paths that may lie in the inbox by now.

    Raises :class:`BadForm` and ``FolderUnusable``; what is wrong with an image itself is noted.
    """

    intake: Intake
    job_id: str
    written: list[Path] = field(default_factory=list)
    taken: dict[Which, ImageRef] = field(default_factory=dict)
    _bad: dict[Which, BadImage] = field(default_factory=dict)
    _links: dict[Which, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The fields that came."""
        return {*self.taken, *self._bad, *self._links}

    @property
    def faults(self) -> Sequence[BadImage]:
        """What is wrong with them, in their order; one that did not come is missing."""
        missing = {which: BadImage(which, ImageFault.MISSING) for which in IMAGES if which not in self.taken}
        faults = missing | self._bad
        return [faults[which] for which in IMAGES if which in faults]

    async def take(self, part: BodyPartReader, which: Which) -> None:
        """Stream an image to the disk; a text that is a link is noted, to be fetched once the form is read."""
        path, name = self._new(which), _file_name(part.filename, which)
        try:
            heavy = await self._stream(part, path)
            if part.filename is None and (link := await asyncio.to_thread(link_in, path)) is not None:
                self._links[which] = link
                return
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            raise FolderUnusable(path.parent, (error.strerror or str(error)).lower()) from error
        self._note(which, name, heavy, path)

    async def take_earlier(self, which: Which, source: str, find: Find) -> None:
        """Take the picture of an earlier job that a form names in the place of an image."""
        path, found = self._new(which), await find(source)
        heavy = None if found is None else await asyncio.to_thread(copied_in, found, path)
        if heavy is None:
            self._bad[which] = BadImage(which, ImageFault.MISSING, words.NOT_KEPT)
        else:
            self._note(which, source.rpartition("/")[2], heavy, path)

    async def fetch_links(self) -> None:
        """Fetch images at the same time; where one fails for no fault of its link, none is fetched any further."""
        try:
            async with asyncio.TaskGroup() as group:
                for which, link in self._links.items():
                    group.create_task(self._fetch(which, link))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _fetch(self, which: Which, link: str) -> None:
        """Fetch an image now, as if it had been sent: a link may be another picture later, and is not stored."""
        try:
            data = await self.intake.links.fetch(which, link, self.intake.limit)
        except BadImage as error:
            self._bad[which] = error
            return
        path = self._new(which)
        await asyncio.to_thread(written_in, data, path)
        self._note(which, file_name(link, which), len(data), path)

    async def _stream(self, part: BodyPartReader, path: Path) -> int:
        """Write the part to a file, and return its bytes; what is over the limit is read, and not written."""
        count, limit = 0, self.intake.limit
        with await asyncio.to_thread(new_file, path) as file:
            while chunk := await part.read_chunk(CHUNK):
                count += len(chunk)
                if count > 2 * limit + CHUNK:
                    raise BadForm(413, words.heavy_form(limit))
                if count <= limit:
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(make_last, file)
        return count

    def _new(self, which: Which) -> Path:
        path = self.intake.folders.new_image(self.job_id, which)
        self.written.append(path)
        return path

    def _note(self, which: Which, name: str, heavy: int, path: Path) -> None:
        """Note an image of so many bytes that lies there, or what is wrong with it."""
        limit = self.intake.limit
        if heavy == 0:
            self._bad[which] = BadImage(which, ImageFault.EMPTY, name)
        elif heavy > limit:
            self._bad[which] = BadImage(which, ImageFault.TOO_HEAVY, f"{name}, more than {size(limit)}")
        else:
            self.taken[which] = ImageRef(name, path.name)


def _file_name(given: str | None, which: Which) -> str:
    """Return the name that the sender's file has, without its folders and what cannot be shown."""
    name = PurePosixPath((given or "").replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable())[:100] or which
