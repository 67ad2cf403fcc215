"""Reads a job that is sent as a form: the two images are streamed to the disk, the other fields become the command."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from adapters.local.folders import Folders
from adapters.local.intake import REFUSALS, copied_in, link_in, make_last, new_file, remove, removed_on, written_in
from adapters.local.replies import Refusal
from bot.domain.errors import (
    BadImage,
    BadRequest,
    Fault,
    FolderUnusable,
    ImageFault,
    TweenError,
    Which,
)
from bot.domain.link import file_name
from bot.domain.model import Model, Option
from bot.domain.request import Author, Command, Fit, ImageRef, as_fit, as_typed, checked
from bot.ports import Links
from bot.wording import local as words
from bot.wording.units import size

ME = Author("local", "local")
"""Everybody who reaches this channel is the one who owns the machine."""

FORM_S = 300.0
"""Seconds that a whole form may take to come in."""
MOST_TEXT = 64 * 1024
MOST_FIELDS = 64
_CHUNK = 64 * 1024
_TEXT = {"type": "string"}
_IMAGES: tuple[Which, Which] = ("start", "end")


Find = Callable[[str], Awaitable[Path | None]]
"""Returns the picture of an earlier job that a field names, or None."""


class BadForm(Refusal):
    """A body that is no form of ours: the HTTP status for it, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, "form", why)


class BadFields(Exception):
    """Everything in a form that its sender can mend, in the order of its fields."""

    def __init__(self, errors: list[TweenError]) -> None:
        super().__init__(", ".join(str(error) for error in errors))
        self.errors = errors


@dataclass
class _Form:
    """What was read so far."""

    images: dict[Which, ImageRef] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    bad_images: dict[Which, BadImage] = field(default_factory=dict)
    links: dict[Which, str] = field(default_factory=dict)

    @property
    def fields(self) -> int:
        """How many there are."""
        return len(self.texts) + len(self.images) + len(self.bad_images) + len(self.links)

    def has(self, name: str) -> bool:
        """Whether there is one of this name."""
        return any(name in each for each in (self.texts, self.images, self.bad_images, self.links))


class FormReader:
    """Reads forms for one model, whose options are fields. ``limit`` is the heaviest image, in bytes.

    ``links`` fetches images whose field holds a link in the place of a file.
    """

    def __init__(self, model: Model, folders: Folders, limit: int, links: Links) -> None:
        self._model = model
        self._folders = folders
        self._limit = limit
        self._links = links

    @property
    def limit(self) -> int:
        """The heaviest image that is taken, in bytes."""
        return self._limit

    @asynccontextmanager
    async def command(self, request: web.Request, job_id: str, find: Find) -> AsyncIterator[Command]:
        """Give the command, whose images lie in the inbox; they are removed where the job is then refused.

        They stay where it may have been stored; what no job needs is tidied away. ``find`` finds those that come from
        earlier jobs. Raises :class:`BadForm`, :class:`BadFields` and :class:`FolderUnusable`.
        """
        if request.content_type != "multipart/form-data":
            raise BadForm(415, words.NO_FORM)
        if (request.content_length or 0) > 2 * self._limit + MOST_FIELDS * MOST_TEXT:
            raise BadForm(413, words.heavy_form(self._limit))
        written: list[Path] = []
        with removed_on(written, BaseException):
            form = await self._read(request, job_id, written)
            for which in _IMAGES:
                await self._take_earlier(which, form, self._new_image(job_id, which, written), find)
            await self._take_links(form, {which: self._new_image(job_id, which, written) for which in form.links})
            command = self._checked(form, job_id)
        with removed_on(written, *REFUSALS):
            yield command

    def discard(self, command: Command) -> None:
        """Remove the images of a command that came before: its job has those that came with the first."""
        remove([path for image in (command.start, command.end) if (path := self._folders.image(image.locator))])

    async def _read(self, request: web.Request, job_id: str, written: list[Path]) -> _Form:
        form = _Form()
        try:
            async with asyncio.timeout(FORM_S):
                reader = await request.multipart()
                while (part := await reader.next()) is not None:
                    if form.fields >= MOST_FIELDS:
                        raise BadForm(413, words.MANY_FIELDS)
                    await self._take(part, form, job_id, written)
        except TimeoutError as error:
            raise BadForm(408, words.SLOW_FORM) from error
        except (ValueError, RuntimeError, AssertionError, HttpProcessingError, web.RequestPayloadError) as error:
            # What aiohttp's reader says of a form that is broken, or breaks off.
            raise BadForm(400, words.BROKEN_FORM) from error
        return form

    async def _take(
        self, part: BodyPartReader | MultipartReader, form: _Form, job_id: str, written: list[Path]
    ) -> None:
        if not isinstance(part, BodyPartReader) or not part.name:
            raise BadForm(400, words.UNNAMED_PART)
        name = part.name
        if form.has(name):
            raise BadForm(400, words.FIELD_TWICE)
        for which in _IMAGES:
            if name == which:
                await self._take_image(part, which, self._new_image(job_id, which, written), form)
                return
        form.texts[name] = await _text(part)

    def _new_image(self, job_id: str, which: Which, written: list[Path]) -> Path:
        path = self._folders.new_image(job_id, which)
        written.append(path)
        return path

    async def _take_earlier(self, which: Which, form: _Form, path: Path, find: Find) -> None:
        """Take the picture of an earlier job that the form names in the place of an image, if it does."""
        source = form.texts.pop(f"{which}_from", "")
        if not source:
            return
        if form.has(which):
            raise BadForm(400, words.FIELD_TWICE)
        found = await find(source)
        heavy = None if found is None else await asyncio.to_thread(copied_in, found, path)
        if heavy is None:
            form.bad_images[which] = BadImage(which, ImageFault.MISSING, words.NOT_KEPT)
            return
        name = source.rpartition("/")[2]
        if heavy > self._limit:
            form.bad_images[which] = BadImage(which, ImageFault.TOO_HEAVY, f"{name}, more than {size(self._limit)}")
        else:
            form.images[which] = ImageRef(name, path.name)

    async def _take_image(self, part: BodyPartReader, which: Which, path: Path, form: _Form) -> None:
        name = _file_name(part.filename, which)
        try:
            heavy = await self._stream(part, path)
            if part.filename is None and (link := await asyncio.to_thread(link_in, path)) is not None:
                form.links[which] = link
                return
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            raise FolderUnusable(path.parent, (error.strerror or str(error)).lower()) from error
        if heavy == 0:
            form.bad_images[which] = BadImage(which, ImageFault.EMPTY, name)
        elif heavy > self._limit:
            form.bad_images[which] = BadImage(which, ImageFault.TOO_HEAVY, f"{name}, more than {size(self._limit)}")
        else:
            form.images[which] = ImageRef(name, path.name)

    async def _take_links(self, form: _Form, paths: Mapping[Which, Path]) -> None:
        """Fetch images at the same time; where one fails for no fault of its link, none is fetched any further."""
        try:
            async with asyncio.TaskGroup() as group:
                for which, path in paths.items():
                    group.create_task(self._take_link(which, form, path))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _take_link(self, which: Which, form: _Form, path: Path) -> None:
        """Fetch an image now, as if it had been sent: a link may be another picture later, and is not stored."""
        link = form.links[which]
        try:
            data = await self._links.fetch(which, link, self._limit)
        except BadImage as error:
            form.bad_images[which] = error
            return
        await asyncio.to_thread(written_in, data, path)
        name = file_name(link, which)
        if data:
            form.images[which] = ImageRef(name, path.name)
        else:
            form.bad_images[which] = BadImage(which, ImageFault.EMPTY, name)

    async def _stream(self, part: BodyPartReader, path: Path) -> int:
        """Write the part to a file, and return its bytes; what is over the limit is read, and not written."""
        count = 0
        with await asyncio.to_thread(new_file, path) as file:
            while chunk := await part.read_chunk(_CHUNK):
                count += len(chunk)
                if count > 2 * self._limit + _CHUNK:
                    raise BadForm(413, words.heavy_form(self._limit))
                if count <= self._limit:
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(make_last, file)
        return count

    def _checked(self, form: _Form, job_id: str) -> Command:
        missing = {which: BadImage(which, ImageFault.MISSING) for which in _IMAGES if which not in form.images}
        images = missing | form.bad_images
        errors: list[TweenError] = [images[which] for which in _IMAGES if which in images]
        prompt, fit = form.texts.pop(self._model.prompt_field, ""), as_fit(form.texts.pop("fit", ""))
        if isinstance(fit, Fault):
            errors.append(BadRequest((fit,)))
        none = ImageRef("", "")
        command = Command(
            job_id,
            ME,
            form.images.get("start", none),
            form.images.get("end", none),
            prompt,
            {name: _value(self._model.option(name), text) for name, text in form.texts.items()},
            fit=fit if isinstance(fit, Fit) else Fit.CROP,
        )
        try:
            checked(command, self._model)
        except BadRequest as error:
            errors.append(error)
        if errors:
            raise BadFields(errors)
        return command


async def _text(part: BodyPartReader) -> str:
    data = b""
    while chunk := await part.read_chunk(_CHUNK):
        data += chunk
        if len(data) > MOST_TEXT:
            raise BadForm(413, words.heavy_field(MOST_TEXT))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        raise BadFields([BadRequest((Fault(part.name or "", "type", data.decode(errors="replace"), _TEXT),))])
    return text


def _file_name(given: str | None, which: Which) -> str:
    """Return the name that the sender's file has, without its folders and what cannot be shown."""
    name = PurePosixPath((given or "").replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable())[:100] or which


def _value(option: Option | None, text: str) -> object:
    """Return what the text stands for; an empty field of an option is one that its sender did not fill in."""
    if option is not None and not text:
        return None
    return text if option is None else as_typed(option, text)
