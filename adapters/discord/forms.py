"""The modals: ``/tween-form``, the message menu's, *Edit* and *Continue*.

What a modal is for is in its ``custom_id``, and what was typed in its submit, so the library has nothing to remember of
it and one that was open over a restart still works. A modal holds five fields at most (Discord's documentation,
"Modal").
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from adapters.discord.answer import give_back, refuse
from adapters.discord.ask import Ask, LastFrame, Linked, Source
from adapters.discord.attachments import Picture
from adapters.discord.errors import LIBRARY
from adapters.discord.form_fields import Filled, choice_of, filled, other_options, prompt_of, upload_of
from adapters.discord.hanging import frames_of, image_files, video_of
from adapters.discord.take import Taker
from bot.domain.errors import TweenError
from bot.domain.job import Job
from bot.domain.model import Model
from bot.domain.request import Fit
from bot.flow.desk import Desk
from bot.flow.ladder import linked_id
from bot.flow.remix import options_of
from bot.wording import discord as told
from bot.wording.commands import text

PREFIX = "form:"
NEW, ASKING = "new", "ask"
"""The form with two uploads: its ``custom_id`` goes on with the fit, and with whether to ask first."""
KEPT = 500
"""Messages whose images are kept in mind while a modal over them is open."""


class Forms:
    """Opens modals, and takes what they bring."""

    def __init__(self, client: discord.Client, model: Model, taker: Taker, desk: Desk) -> None:
        self._client = client
        self._model = model
        self._taker = taker
        self._desk = desk
        self._open_over: OrderedDict[str, Sequence[Picture]] = OrderedDict()

    async def open_new(self, interaction: discord.Interaction, fit: Fit, *, asks: bool) -> None:
        """Open the modal with two uploads; what it has no field for was chosen with the command."""
        locale = str(interaction.locale)
        fields = [upload_of("start", locale), upload_of("end", locale), prompt_of(locale), *self._choices(locale, {})]
        subject = ":".join((NEW, fit.value, *([ASKING] if asks else [])))
        await self._send(interaction, subject, text("form.title", locale), fields)

    async def open_menu(
        self, interaction: discord.Interaction, message: discord.Message, images: Sequence[Picture]
    ) -> None:
        """Open the modal for the images of a message; where there is one, it asks for the last image."""
        locale, key = str(interaction.locale), f"{message.channel.id}:{message.id}"
        self._open_over[key] = images
        while len(self._open_over) > KEPT:
            self._open_over.popitem(last=False)
        uploads = [upload_of("end", locale)] if len(images) == 1 else []
        fields = [*uploads, prompt_of(locale), *self._choices(locale, {}), other_options(self._model, {})]
        await self._send(interaction, f"menu:{key}", text("menu.title", locale), fields)

    async def open_edit(self, interaction: discord.Interaction, job: Job) -> None:
        """Open the modal with what a job was asked for."""
        locale, options = str(interaction.locale), options_of(job)
        fields = [prompt_of(locale, job.request.prompt), *self._choices(locale, options)]
        fields.append(other_options(self._model, options, job.request.fit))
        await self._send(interaction, f"edit:{job.id}", text("edit.title", locale), fields)

    async def open_continue(self, interaction: discord.Interaction, job: Job) -> None:
        """Open the modal that asks for the new last image, and for what happens until then."""
        locale, options = str(interaction.locale), options_of(job, new_seed=True)
        fields = [upload_of("end", locale, "continue.end"), prompt_of(locale), *self._choices(locale, options)]
        fields.append(other_options(self._model, options, job.request.fit))
        await self._send(interaction, f"continue:{job.id}", text("continue.title", locale), fields)

    async def submitted(self, interaction: discord.Interaction) -> bool:
        """Take a modal's submit; False where it is none of these."""
        data: Mapping[str, Any] = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        if not custom_id.startswith(PREFIX):
            return False
        kind, _, subject = custom_id.removeprefix(PREFIX).partition(":")
        try:
            form = filled(data, self._model)
            ask = await self._asked(interaction, kind, subject, form)
        except TweenError as error:
            await refuse(interaction, error)
            return True
        if ask is not None:
            await self._taker.take(interaction, ask)
        return True

    async def _asked(self, interaction: discord.Interaction, kind: str, subject: str, form: Filled) -> Ask | None:
        match kind:
            case "menu":
                return await self._over_message(interaction, subject, form)
            case "edit":
                return await self._edited(interaction, subject, form)
            case "continue":
                return await self._continued(interaction, subject, form)
            case _:
                chosen, _, asking = subject.partition(":")
                fit = Fit(chosen) if chosen else Fit.CROP
                images = form.files["start"], form.files["end"]
                return Ask(*images, form.prompt, form.options, fit=fit, asks=asking == ASKING)

    async def _over_message(self, interaction: discord.Interaction, key: str, form: Filled) -> Ask | None:
        images = self._open_over.get(key) or await self._images_of(key)
        end = form.files.get("end") or (images[1] if len(images) > 1 else None)
        if not images or end is None:
            await give_back(interaction, told.MENU_GONE)
            return None
        return Ask(images[0], end, form.prompt, form.options, fit=form.fit, asks=form.asks)

    async def _images_of(self, key: str) -> Sequence[Picture]:
        """Read a message again whose images nobody has in mind any more, where the bot may."""
        channel, _, message = key.partition(":")
        try:
            found = await self._client.get_partial_messageable(int(channel)).fetch_message(int(message))
        except LIBRARY:
            return []
        return image_files(found)

    async def _edited(self, interaction: discord.Interaction, job_id: str, form: Filled) -> Ask | None:
        job = await self._desk.shown(job_id)
        frames = frames_of(interaction.message)
        if job is None or frames is None:
            await give_back(interaction, told.NO_JOB if job is None else told.NO_FRAMES)
            return None
        return _of(job, *frames, form)

    async def _continued(self, interaction: discord.Interaction, job_id: str, form: Filled) -> Ask | None:
        job = await self._desk.shown(job_id)
        if job is None:
            await give_back(interaction, told.NO_JOB)
            return None
        start = await self._last_frame(interaction, job)
        if start is None:
            await give_back(interaction, told.NO_VIDEO)
            return None
        return _of(job, start, form.files["end"], form)

    async def _last_frame(self, interaction: discord.Interaction, job: Job) -> Source | None:
        """Return the video's last frame; where the bot cannot read the video, the image that it was to end with."""
        if (kept := linked_id(job)) is not None:
            return LastFrame(Linked(kept))
        video = await video_of(self._client, job)
        if video is not None:
            return LastFrame(video)
        frames = frames_of(interaction.message)
        return None if frames is None else frames[1]

    def _choices(self, locale: str, options: Mapping[str, object]) -> list[ui.Label[Any]]:
        named = (self._model.frame.resolution, self._model.frame.aspect_ratio)
        found = [option for name in named if (option := self._model.option(name)) is not None]
        return [choice_of(option, locale, options.get(option.name)) for option in found]

    async def _send(
        self, interaction: discord.Interaction, subject: str, title: str, fields: Sequence[ui.Label[Any]]
    ) -> None:
        modal = ui.Modal(title=title, custom_id=f"{PREFIX}{subject}", timeout=None)
        for each in fields:
            modal.add_item(each)
        # One that is stopped is not remembered: those that nobody submits would never be let go.
        modal.stop()
        await interaction.response.send_modal(modal)


def _of(job: Job, start: Source, end: Source, form: Filled) -> Ask:
    """Return what is asked for of an older job: as private as that one, and as hidden."""
    private, spoiler = "private" in job.place, "spoiler" in job.place
    return Ask(start, end, form.prompt, form.options, private, spoiler, form.fit, form.asks)
