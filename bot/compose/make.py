"""``tweenbot make``: one job for somebody who waits for it."""

import asyncio
import time
from contextlib import AsyncExitStack, closing
from dataclasses import replace

import click

from adapters.local import terminal
from adapters.local.attachments import GivenAttachments
from adapters.local.commands import Make, make_command
from adapters.local.upload import LocalChannel, Output
from adapters.media.contact_sheet import ContactSheet
from bot.compose.moderation import guarded_links, judge
from bot.compose.outside import kit, prepare, provider
from bot.compose.signals import on_signals
from bot.domain.errors import TweenError
from bot.domain.model import Model
from bot.flow.accept import accept
from bot.flow.judge import Judge
from bot.flow.kit import Limits
from bot.flow.signals import Signals
from bot.flow.tween import tween
from bot.ports import Attachments
from config.settings import Settings


def command(model: Model, settings: Settings) -> click.Command:
    """Return the command ``make``."""
    return make_command(model, lambda make: _run(make, model, settings))


def _run(make: Make, model: Model, settings: Settings) -> int:
    try:
        if make.to is None:
            return asyncio.run(_make(make, model, settings))
        # What only this way needs.
        from bot.compose.make_at_bot import make_at_bot  # noqa: PLC0415

        return asyncio.run(make_at_bot(make, make.to, settings))
    except (asyncio.CancelledError, KeyboardInterrupt):
        return terminal.leave()


async def _make(make: Make, model: Model, settings: Settings) -> int:
    limits = Limits(image_bytes=settings.max_image_bytes, deadline=settings.job_deadline_s)
    signals = Signals()
    try:
        job = accept(make.command, model, time.monotonic())
        prepare(settings.data_dir)
        # A stop while the engine starts counts too: the job then ends before anything is sent.
        with on_signals(signals.stop), terminal.view(make) as view, closing(ContactSheet()) as sheets:
            output = Output(make.output, sheets)
            async with AsyncExitStack() as stack, provider(make.at, settings) as opened:
                attachments, judging = await _outside(stack, settings)
                with kit(opened, attachments, settings.data_dir, limits, time.monotonic) as tools:
                    job = await tween(job, replace(tools, judge=judging), LocalChannel(view, output), signals)
    except TweenError as error:
        return terminal.refuse(error, make)
    return terminal.conclude(job, make, output)


async def _outside(stack: AsyncExitStack, settings: Settings) -> tuple[Attachments, Judge | None]:
    attachments = GivenAttachments(await guarded_links(stack, settings))
    return attachments, None if settings.moderation_url is None else await judge(stack, settings, time.time)
