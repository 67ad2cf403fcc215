"""``tweenbot run``: the command; what it starts is in ``serve``."""

import asyncio
import logging
import os
import sys

import click
import structlog

from bot.compose.role import Role
from bot.domain.errors import TweenError
from bot.wording import cli as words
from bot.wording.refusals import explain
from config.settings import Settings


def command(settings: Settings) -> click.Command:
    """Return the command ``run``."""

    def run(role: str) -> None:
        # Half a second of imports that no other command needs.
        from bot.compose.serve import serve  # noqa: PLC0415

        # Prompts, pictures and videos are their owner's alone, whatever the folder allows.
        os.umask(0o077)
        log_to_stderr()
        try:
            status = asyncio.run(serve(settings, Role(role)))
        except TweenError as error:
            sys.exit(explain(error))
        except (asyncio.CancelledError, KeyboardInterrupt):
            status = 130
        sys.exit(status)

    roles = click.Choice([role.value for role in Role])
    role = click.Option(["--role"], type=roles, default=Role.ALL.value, show_default=True, help=words.ROLE_HELP)
    return click.Command("run", callback=run, help=words.RUN_HELP, short_help=words.RUN_SHORT, params=[role])


def log_to_stderr() -> None:
    """Log what a process does that nobody watches, the libraries' warnings included."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
