"""``tweenbot audit``: what admins, the operator and the moderation have done, for the operator."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import click

from bot.compose.books import with_books
from bot.ports import Deed
from bot.wording import audit as words
from config.settings import Settings

FORMATS = ("table", "json", "csv")


def command(settings: Settings) -> click.Command:
    """Return the command."""

    def audit(platform: str | None, server: str | None, since: datetime | None, form: str) -> None:
        began = 0.0 if since is None else since.replace(tzinfo=UTC).timestamp()

        with_books(settings, lambda _, office: _write(office.pages(platform, server, began), form))

    return click.Command(
        "audit",
        callback=audit,
        help=words.AUDIT_HELP,
        params=[
            click.Option(["--server"], help=words.ALL_SERVERS_HELP),
            click.Option(["--platform"], help=words.ALL_PLATFORMS_HELP),
            click.Option(["--since"], type=click.DateTime(["%Y-%m-%d"]), help=words.SINCE_HELP),
            click.Option(
                ["--format", "form"],
                type=click.Choice(FORMATS),
                default="table",
                show_default=True,
                help=words.FORMAT_HELP,
            ),
        ],
    )


async def _write(pages: AsyncIterator[Sequence[Deed]], form: str) -> None:
    """Write the deeds page by page: however many there are, one page is in memory."""
    match form:
        case "csv":
            await _sheet(pages)
        case "json":
            await _data(pages)
        case _:
            await _table(pages)


async def _table(pages: AsyncIterator[Sequence[Deed]]) -> None:
    found = False
    async for page in pages:
        found = True
        click.echo("\n".join(map(words.table, page)))
    if not found:
        click.echo(words.NO_DEEDS)


async def _data(pages: AsyncIterator[Sequence[Deed]]) -> None:
    between = "[\n"
    async for page in pages:
        for deed in page:
            click.echo(f"{between}{json.dumps(words.as_data(deed))}", nl=False)
            between = ",\n"
    click.echo("[]" if between == "[\n" else "\n]")


async def _sheet(pages: AsyncIterator[Sequence[Deed]]) -> None:
    click.echo(words.sheet(()), nl=False)
    async for page in pages:
        click.echo(words.sheet(page, head=False), nl=False)
