"""``tweenbot engine``: the engine is a program of its own, with flags of its own."""

import os
import sys

import click

from bot.wording import cli as words
from config.settings import Settings


def command(settings: Settings) -> click.Command:
    """Return the command that becomes the engine."""

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
