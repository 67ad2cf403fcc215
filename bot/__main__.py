"""Puts the program together and hands it to the command line: the one place that reads settings and knows all rooms."""

import asyncio
import io
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import click
import structlog
from pydantic import ValidationError

from adapters.embedded import process as embedded
from adapters.fal.credentials import Credentials, find_credentials, from_settings
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from adapters.local import terminal
from adapters.local.attachments import DiskAttachments
from adapters.local.commands import Make, make_command
from adapters.local.upload import LocalChannel
from adapters.media.contact_sheet import ContactSheet
from adapters.media.frames import PillowFrames
from adapters.media.videos import PyAVVideos
from bot.domain.errors import FolderUnusable, TweenError
from bot.domain.model import Model
from bot.flow.accept import accept
from bot.flow.kit import Kit, Limits
from bot.flow.signals import Signals
from bot.flow.tween import tween
from bot.ports import Provider
from bot.wording import cli as words
from config import catalogue
from config.settings import Settings

ENGINE_PATIENCE = Patience(away=20)
"""On loopback there are no outages: an engine that is silent for so many seconds is gone, and its job with it."""


def main() -> None:
    """Run the command line."""
    _write_any_character()
    _log_to_stderr()
    try:
        settings = Settings()
        models = catalogue.load(settings.unit_prices)
    except ValidationError as error:
        sys.exit("\n".join(words.bad_setting(fault["loc"], fault["msg"]) for fault in error.errors()))
    except UnicodeDecodeError:
        sys.exit(words.bad_env_file("not UTF-8"))
    except OSError as error:
        sys.exit(words.bad_env_file((error.strerror or str(error)).lower()))
    except catalogue.BadDeclaration as error:
        sys.exit(str(error))
    cli(settings, models[catalogue.DEFAULT_ENDPOINT])()


def _write_any_character() -> None:
    # A terminal or a pipe in another encoding, a file's name in none: a question mark is better than no video.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _log_to_stderr() -> None:
    # stdout belongs to the card and to --json.
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        # Looked up anew for each line: while a live card is shown, stderr is what prints above it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def cli(settings: Settings, model: Model) -> click.Group:
    """Return the command line for these settings."""
    group = click.Group("tweenbot", help=words.HELP)
    group = click.version_option(package_name="tweenbot", prog_name="tweenbot")(group)
    group.add_command(make_command(model, lambda make: _run(make, model, settings)))
    group.add_command(_engine_command(settings))
    return group


def _engine_command(settings: Settings) -> click.Command:
    """Return the command that becomes the engine: the engine is a program of its own, with flags of its own."""

    def engine(arguments: tuple[str, ...]) -> None:
        data_dir = settings.data_dir / "engine"
        os.execv(sys.executable, [sys.executable, "-P", "-m", "engine", "--data-dir", str(data_dir), *arguments])  # noqa: S606

    return click.Command(
        "engine",
        callback=engine,
        help=words.ENGINE_HELP,
        short_help=words.ENGINE_SHORT,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True},
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
    )


def _run(make: Make, model: Model, settings: Settings) -> int:
    try:
        return asyncio.run(_make(make, model, settings))
    except (asyncio.CancelledError, KeyboardInterrupt):
        return terminal.leave()


async def _make(make: Make, model: Model, settings: Settings) -> int:
    try:
        job = accept(make.command, model, time.monotonic())
        _prepare(settings.data_dir)
        # A stop while the engine starts counts too: the job then ends before anything is sent.
        with _stop_on_signals() as signals, terminal.view(make) as view, closing(ContactSheet()) as sheets:
            channel = LocalChannel(view, make.output, sheets)
            async with _provider(make, settings) as provider:
                with _kit(provider, settings) as kit:
                    job = await tween(job, kit, channel, signals)
    except TweenError as error:
        return terminal.refuse(error, make)
    return terminal.conclude(job, make, channel)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(folder, (error.strerror or str(error)).lower()) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderUnusable(folder, "it cannot be written to")


@contextmanager
def _kit(provider: Provider, settings: Settings) -> Iterator[Kit]:
    limits = Limits(image_bytes=settings.max_image_bytes, deadline=settings.job_deadline_s)
    with closing(PillowFrames()) as frames, closing(PyAVVideos()) as videos:
        yield Kit(provider, DiskAttachments(), frames, videos, settings.data_dir, limits, time.monotonic)


@asynccontextmanager
async def _provider(make: Make, settings: Settings) -> AsyncIterator[Provider]:
    """Open fal where there is a key or another address for it, and else an engine of our own on this machine."""
    credentials = await _credentials(make, settings)
    if make.at == "embedded" or (make.at is None and credentials is None and settings.fal_url is None):
        async with (
            embedded.running(settings.data_dir) as engine,
            FalProvider(
                Credentials("the embedded engine", engine.key), engine.url, charges=False, patience=ENGINE_PATIENCE
            ) as provider,
        ):
            yield provider
    else:
        base_url = None if settings.fal_url is None else str(settings.fal_url)
        async with FalProvider(credentials, base_url, charges=True) as provider:
            yield provider


async def _credentials(make: Make, settings: Settings) -> Credentials | None:
    secrets = (settings.fal_key, settings.fal_key_id, settings.fal_key_secret)
    keys = [secret.get_secret_value() if secret else None for secret in secrets]
    return await find_credentials(*keys) if make.at == "fal" else from_settings(*keys)


@contextmanager
def _stop_on_signals() -> Iterator[Signals]:
    """Stop the job at the first Ctrl-C, SIGTERM or hang-up; a second one ends the program at once."""
    job = Signals()
    loop = asyncio.get_running_loop()
    program = asyncio.current_task()
    assert program is not None
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish
        signals.append(signal.SIGHUP)

    def asked() -> None:
        # A second one is a cancellation and not a KeyboardInterrupt, which would strike in the middle of any line.
        if job.stopped:
            program.cancel()
        job.stop()

    for number in signals:
        loop.add_signal_handler(number, asked)
    try:
        yield job
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


if __name__ == "__main__":
    main()
