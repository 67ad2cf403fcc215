"""The form: what ``/tween``, the message shortcut, the Home tab, *Edit* and *Continue* open.

All that a form is about is in its ``private_metadata``, so nothing has to be remembered, and any process takes its
submit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog
from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, MarkdownTextObject, SectionBlock
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import form_fields as fields
from adapters.slack.access import can_post
from adapters.slack.errors import LIBRARY, code_of
from adapters.slack.take import Ask, Seat
from bot.domain.errors import BadRequest, Fault, TweenError
from bot.domain.model import Model
from bot.domain.request import Fit, ImageRef
from bot.flow.desk import Desk
from bot.flow.remix import options_of
from bot.wording import slack as words
from bot.wording.commands import text
from bot.wording.faults import fault
from bot.wording.refusals import explain

log = structlog.get_logger()

CALLBACK = "tween_form"
MORE = "tween_more"
CONTINUE = "continue.title"
"""The title of the form for what comes after a video: it is another video, so it has another seed."""
NAME_ROOM = 200
"""Characters of an image's name: a form keeps two of them, each written as six characters at worst."""


@dataclass(frozen=True)
class About:
    """What a form is about: where its job goes, the images that it has already, and what it began with.

    ``start`` and ``end`` are (name, locator); None: the form asks for that one. ``source`` is the job whose options it
    begins with, if any: they are not kept in the form, which has no room for a long one.
    """

    seat: Seat
    title: str = "form.title"
    start: tuple[str, str] | None = None
    end: tuple[str, str] | None = None
    source: str = ""
    more: bool = False

    @property
    def metadata(self) -> str:
        """As a view keeps it: at most 3,000 characters."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> "About":
        """Read a view's."""
        raw = json.loads(view["private_metadata"])
        images = {which: tuple(raw[which]) if raw[which] else None for which in ("start", "end")}
        return cls(Seat(**raw["seat"]), raw["title"], images["start"], images["end"], raw["source"], raw["more"])


@dataclass(frozen=True)
class Begun:
    """What a form begins with."""

    options: Mapping[str, object]
    fit: Fit = Fit.CROP


class Forms:
    """Opens the form, unfolds it, and reads it."""

    def __init__(self, model: Model, desk: Desk) -> None:
        self._model = model
        self._desk = desk

    async def open(
        self, client: AsyncWebClient, trigger_id: str, about: About, *, locale: str = "", prompt: str = ""
    ) -> bool:
        """Open the form, and take it away again where the bot cannot post: said before anything is filled in.

        False where it did not open, which Slack itself tells nobody.
        """
        shown = form(self._model, about, locale, prompt, await self._begun_with(about))
        if (id_ := await opened(client, trigger_id, shown)) is None:
            return False
        if not await can_post(client, about.seat.channel):
            await client.views_update(view_id=id_, view=_no_way_in(about))
        return True

    async def unfold(self, client: AsyncWebClient, view: Mapping[str, Any], locale: str) -> None:
        """Show all options; what is filled in stays, since its blocks do."""
        about = replace(About.of(view), more=True)
        values = fields.values_of(view)
        shown = form(self._model, about, locale, str(values.get("prompt") or ""), await self._begun_with(about))
        await client.views_update(view_id=view["id"], hash=view["hash"], view=shown)

    async def read(self, view: Mapping[str, Any]) -> tuple[Seat, Ask]:
        """Return what a submitted form asks for."""
        about, values = About.of(view), fields.values_of(view)
        start = _image(about.seat, about.start, values.get("start"))
        end = _image(about.seat, about.end, values.get("end"))
        # A field that was emptied is as good as one that was never set; what is folded away stays as it was.
        begun_with = await self._begun_with(about)
        folded = {name: value for name, value in begun_with.options.items() if name not in values}
        options = {**folded, **fields.options_of(values, self._model)}
        broadcast, asks = bool(values.get(fields.BROADCAST)), bool(values.get(fields.ASK_FIRST))
        fit, prompt = fields.fit_chosen(values, begun_with.fit), str(values.get("prompt") or "")
        return about.seat, Ask(str(view["id"]), start, end, prompt, options, broadcast, fit=fit, asks=asks)

    async def _begun_with(self, about: About) -> Begun:
        if not about.source:
            # A form that showed the model's own defaults would overrule the workspace's.
            return Begun(await self._desk.defaults(about.seat.author))
        job = await self._desk.shown(about.source)
        if job is None:
            return Begun({})
        return Begun(options_of(job, new_seed=about.title == CONTINUE), job.request.fit)


async def opened(client: AsyncWebClient, trigger_id: str, view: View) -> str | None:
    """Open a view, and return its id; None where it did not open: its trigger lives for three seconds."""
    try:
        answer = await client.views_open(trigger_id=trigger_id, view=view)
    except LIBRARY as error:
        log.warning("form_not_opened", error=code_of(error) or type(error).__name__)
        return None
    return str(answer["view"]["id"])


def form(model: Model, about: About, locale: str, prompt: str, begun_with: Begun) -> View:
    """Return the view, with a prompt and all else in it that it begins with."""
    blocks: list[Block] = []
    if about.start is None:
        blocks.append(fields.upload("start", locale))
    if about.end is None:
        key = "continue.end" if about.title == CONTINUE else None
        blocks.append(fields.upload("end", locale, key))
    blocks.append(fields.prompt(locale, prompt))
    shown = fields.options_shown(model, more=about.more)
    blocks += [fields.option(each, locale, begun_with.options.get(each.name)) for each in shown]
    if about.more:
        blocks += [fields.fit(locale, begun_with.fit), fields.ask_first(locale)]
    if not about.seat.channel.startswith("D"):
        blocks.append(fields.broadcast(locale))
    if not about.more:
        blocks.append(ActionsBlock(elements=[ButtonElement(text=text("form.more", locale), action_id=MORE)]))
    return View(
        type="modal",
        callback_id=CALLBACK,
        title=text(about.title, locale),
        submit=text("form.submit", locale),
        close=text("form.close", locale),
        private_metadata=about.metadata,
        blocks=blocks,
    )


def errors_of(error: TweenError, view: Mapping[str, Any]) -> dict[str, str]:
    """Return a refusal by the field that it is about; what is about none of them stands under the prompt."""
    blocks = {block["block_id"] for block in view["blocks"]}
    if not isinstance(error, BadRequest):
        return {"prompt": explain(error)}
    told: dict[str, str] = {}
    for each in error.faults:
        where = each.field if each.field in blocks else "prompt"
        told[where] = f"{told[where]} {fault(each)}" if where in told else fault(each)
    return told


def image_ref(seat: Seat, file: Mapping[str, Any]) -> ImageRef:
    """Return a file of the workspace as an image."""
    name = str(file.get("name") or file.get("title") or file["id"])
    return ImageRef(name[:NAME_ROOM], seat.file(str(file["id"])).locator)


def images_among(seat: Seat, files: Sequence[Mapping[str, Any]]) -> list[ImageRef]:
    """Return those files that claim to be images, or nothing yet; what they really are, their bytes tell later."""
    return [image_ref(seat, each) for each in files if _may_be_image(each)]


def _may_be_image(file: Mapping[str, Any]) -> bool:
    # Of a file in a shared channel Slack says nothing but its id, until it is asked (documentation, "File object").
    return file.get("file_access") == "check_file_info" or str(file.get("mimetype", "")).startswith("image/")


def _image(seat: Seat, known: tuple[str, str] | None, uploaded: Sequence[Mapping[str, Any]] | None) -> ImageRef:
    if known is not None:
        return ImageRef(*known)
    if not uploaded:
        raise BadRequest((Fault("prompt", "required", "", {"type": "string"}),))
    return image_ref(seat, uploaded[0])


def _no_way_in(about: About) -> View:
    told = MarkdownTextObject(text=words.invite(about.seat.channel))
    return View(type="modal", title=text("form.title"), close=words.CLOSE, blocks=[SectionBlock(text=told)])
