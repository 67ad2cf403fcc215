"""``tweenbot doctor``: the command; what it looks at is in ``checks``."""

import asyncio
import os

import click

from bot.domain.check import Check, Mark
from bot.domain.model import Model
from bot.wording import doctor as words
from config.settings import Settings


def command(model: Model, settings: Settings) -> click.Command:
    """Return the command ``doctor``."""

    def doctor(*, json: bool) -> None:
        # What it makes in the data folder is its owner's alone, as with ``run``.
        os.umask(0o077)
        raise click.exceptions.Exit(asyncio.run(_examine(settings, model, as_json=json)))

    as_json = click.Option(["--json"], is_flag=True, help=words.JSON_HELP)
    return click.Command(
        "doctor", callback=doctor, help=words.HELP, short_help=words.SHORT, epilog=words.EXITS, params=[as_json]
    )


async def _examine(settings: Settings, model: Model, *, as_json: bool) -> int:
    """Write every check as it comes, or all of them as one object; return the exit status."""
    # Half a second of imports that no other command needs.
    from adapters.local.checkup import CheckLines, print_json  # noqa: PLC0415
    from bot.compose.checks import checks  # noqa: PLC0415

    lines, done = CheckLines(), list[Check]()
    async for check in checks(settings, model):
        done.append(check)
        if not as_json:
            lines.show(check)
    if as_json:
        print_json(done)
    return 1 if any(check.mark is Mark.MEND for check in done) else 0
