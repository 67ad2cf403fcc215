"""The engine's command line: `python -m engine`.

The key comes from the environment alone, for a command line is visible to every user of the machine.
"""

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path
from typing import Any

import click
import structlog
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from engine.hold import DataDirError
from engine.serve import CannotListen, serve
from engine.settings import DEFAULT_RENDERER, Settings, is_loopback

KEY = "TWEENBOT_ENGINE_KEY"
STDERR = 2


def _public_url(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Check an address that will be written into answers."""
    del context, option
    if value is None:
        return None
    try:
        url = URL(value)
    except ValueError as error:
        raise click.BadParameter(f"{value} is not an address.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise click.BadParameter(f"{value} must begin with http:// or https:// and name a host.")
    return value.rstrip("/")


@click.command(name="engine")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option(
    "--data-dir",
    default=".tweenbot/engine",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the job table and the files.",
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Videos rendered at a time.")
@click.option(
    "--public-url", callback=_public_url, help="The address that clients see, when it is not the one they call."
)
@click.option("--allow-private-urls", is_flag=True, help="Let requests name images and webhooks in private networks.")
@click.option("--stop-on-stdin-eof", is_flag=True, help="Stop when standard input closes.")
@click.option("--keep-days", default=7.0, show_default=True, type=click.FloatRange(0.01), help="Days that files stay.")
@click.option(
    "--keep-mb", default=5120, show_default=True, type=click.IntRange(1), help="MiB of disk for all files together."
)
@click.option(
    "--max-file-mb", default=512, show_default=True, type=click.IntRange(1), help="MiB of the largest upload."
)
@click.option(
    "--render-limit-s", default=600.0, show_default=True, type=click.FloatRange(0.01), help="Longest render in seconds."
)
@click.option("--sweep-s", default=60.0, hidden=True, type=click.FloatRange(0.01), help="Seconds between clean-ups.")
@click.option(
    "--keepalive-s", default=10.0, hidden=True, type=click.FloatRange(0.01), help="Seconds of silence on a stream."
)
@click.option("--renderer", default=DEFAULT_RENDERER, hidden=True, help="MODULE:FUNCTION that renders.")
def main(keep_mb: int, max_file_mb: int, **options: object) -> None:
    """Serve fal's queue protocol for fal-ai/wan-flf2v with a generator on this machine's CPU."""
    # A key that was read from a file often brings that file's last newline.
    key = os.environ.get(KEY, "").strip() or None
    given: dict[str, Any] = {**options, "key": key, "keep_bytes": keep_mb * 2**20}
    given["max_file_bytes"] = max_file_mb * 2**20
    given["data_dir"] = given["data_dir"].resolve()
    settings = Settings(**given)
    if key is None and not is_loopback(settings.host):
        raise click.ClickException(
            f"{settings.host} can be reached from outside. Set {KEY} to a key that clients must send."
        )
    # Prompts, pictures and addresses are its owner's alone, whatever the folder allows.
    os.umask(0o077)
    _log_to_stderr()
    try:
        asyncio.run(serve(settings))
    except (CannotListen, DataDirError) as error:
        raise click.ClickException(str(error)) from error


def _log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    logging.getLogger("aiohttp.server").addFilter(_names_no_line)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
        ],
        logger_factory=_LossyLogger,
        cache_logger_on_first_use=True,
    )


class _LossyLogger(structlog.PrintLogger):
    """Writes to stderr, or does not: a log on a full disk must not cost the job whose end it would tell."""

    def __init__(self, *_names: object) -> None:
        super().__init__(sys.stderr)

    def msg(self, message: str) -> None:
        """Write one line."""
        with contextlib.suppress(OSError):
            # Past the stream's buffer: what it could not write would be tried again at the exit, and change its status.
            os.write(STDERR, f"{message}\n".encode(errors="backslashreplace"))

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def _names_no_line(record: logging.LogRecord) -> bool:
    """Drop what quotes a line that is not HTTP: it may be the one with the key. Its sender was told already."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


if __name__ == "__main__":
    main()
