"""Reads a job that is sent as a form: the two images are streamed to the disk, the other fields become the command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from adapters.local.folders import Folders
from adapters.local.form_images import CHUNK, IMAGES, BadForm, Find, FormImages, Intake
from adapters.local.intake import REFUSALS, remove, removed_on
from bot.domain.errors import BadRequest, Fault, TweenError
from bot.domain.model import Model, Option
from bot.domain.request import Author, Command, Fit, ImageRef, as_fit, as_typed, checked
from bot.ports import Links
from bot.wording import local as words

ME = Author("local", "local")
"""Everybody who reaches this channel is the one who owns the machine."""

FORM_S = 300.0
"""Seconds that a whole form may take to come in."""
MOST_TEXT = 64 * 1024
MOST_FIELDS = 64
_TEXT = {"type": "string"}


class BadFields(Exception):
    """Everything in a form that its sender can mend, in the order of its fields."""

    def __init__(self, errors: list[TweenError]) -> None:
        super().__init__(", ".join(str(error) for error in errors))
        self.errors = errors


@dataclass
class _Form:
    """What was read so far."""

    images: FormImages
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The fields that came."""
        return {*self.texts, *self.images.names}


class FormReader:
    """Reads forms for one model, whose options are fields. ``limit`` is the heaviest image, in bytes.

    ``links`` fetches images whose field holds a link in the place of a file.
    """

    def __init__(self, model: Model, folders: Folders, limit: int, links: Links) -> None:
        self._model = model
        self._intake = Intake(folders, limit, links)

    @property
    def limit(self) -> int:
        """The heaviest image that is taken, in bytes."""
        return self._intake.limit

    @asynccontextmanager
    async def command(self, request: web.Request, job_id: str, find: Find) -> AsyncIterator[Command]:
        """Give the command, whose images lie in the inbox; they are removed where the job is then refused.

        They stay where it may have been stored; what no job needs is tidied away. ``find`` finds those that come from
        earlier jobs. Raises :class:`BadForm`, :class:`BadFields` and :class:`FolderUnusable`.
        """
        if request.content_type != "multipart/form-data":
            raise BadForm(415, words.NO_FORM)
        if (request.content_length or 0) > 2 * self.limit + MOST_FIELDS * MOST_TEXT:
            raise BadForm(413, words.heavy_form(self.limit))
        images = FormImages(self._intake, job_id)
        with removed_on(images.written, BaseException):
            form = await self._read(request, images)
            await _take_earlier(form, find)
            await images.fetch_links()
            command = self._checked(form)
        with removed_on(images.written, *REFUSALS):
            yield command

    def discard(self, command: Command) -> None:
        """Remove the images of a command that came before: its job has those that came with the first."""
        remove([path for image in (command.start, command.end) if (path := self._intake.folders.image(image.locator))])

    async def _read(self, request: web.Request, images: FormImages) -> _Form:
        form = _Form(images)
        try:
            async with asyncio.timeout(FORM_S):
                reader = await request.multipart()
                while (part := await reader.next()) is not None:
                    if len(form.names) >= MOST_FIELDS:
                        raise BadForm(413, words.MANY_FIELDS)
                    await _take(part, form)
        except TimeoutError as error:
            raise BadForm(408, words.SLOW_FORM) from error
        except (ValueError, RuntimeError, AssertionError, HttpProcessingError, web.RequestPayloadError) as error:
            # What aiohttp's reader says of a form that is broken, or breaks off.
            raise BadForm(400, words.BROKEN_FORM) from error
        return form

    def _checked(self, form: _Form) -> Command:
        errors: list[TweenError] = [*form.images.faults]
        prompt, fit = form.texts.pop(self._model.prompt_field, ""), as_fit(form.texts.pop("fit", ""))
        if isinstance(fit, Fault):
            errors.append(BadRequest((fit,)))
        none = ImageRef("", "")
        command = Command(
            form.images.job_id,
            ME,
            form.images.taken.get("start", none),
            form.images.taken.get("end", none),
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


async def _take(part: BodyPartReader | MultipartReader, form: _Form) -> None:
    if not isinstance(part, BodyPartReader) or not part.name:
        raise BadForm(400, words.UNNAMED_PART)
    name = part.name
    if name in form.names:
        raise BadForm(400, words.FIELD_TWICE)
    for which in IMAGES:
        if name == which:
            await form.images.take(part, which)
            return
    form.texts[name] = await _text(part)


async def _take_earlier(form: _Form, find: Find) -> None:
    """Take the pictures of earlier jobs that the form names in the place of images, if it does."""
    for which in IMAGES:
        if source := form.texts.pop(f"{which}_from", ""):
            if which in form.names:
                raise BadForm(400, words.FIELD_TWICE)
            await form.images.take_earlier(which, source, find)


async def _text(part: BodyPartReader) -> str:
    data = b""
    while chunk := await part.read_chunk(CHUNK):
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


def _value(option: Option | None, text: str) -> object:
    """Return what the text stands for; an empty field of an option is one that its sender did not fill in."""
    if option is not None and not text:
        return None
    return text if option is None else as_typed(option, text)
