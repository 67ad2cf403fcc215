"""The operator's commands: history, money and "delete my data", on the job store, beside a bot that may be running."""

from collections.abc import Awaitable

import click

from bot.compose import audit, budget
from bot.compose.books import with_books
from bot.domain.request import Author
from bot.flow.office import Office
from bot.ports import JobStore
from bot.wording import operator as words
from config.settings import Settings

MOST_JOBS = 1000

_PLATFORM = click.Option(["--platform"], default="local", show_default=True, help=words.PLATFORM_HELP)
_SERVER = click.Option(["--server"], default="", help=words.SERVER_HELP)
_USER = click.Option(["--user"], default="local", show_default=True, help=words.USER_HELP)


def commands(settings: Settings) -> list[click.Command]:
    """Return the commands ``jobs``, ``usage``, ``budget``, ``forget`` and ``audit``."""

    def jobs(platform: str, user: str, limit: int) -> None:
        listed = with_books(settings, lambda store, _: store.history(Author(platform, user), limit))
        click.echo("\n".join(map(words.entry, listed)) or words.NO_JOBS)

    def usage(platform: str, server: str, user: str) -> None:
        author = Author(platform, user, server)
        click.echo(words.usage(with_books(settings, lambda store, office: store.usage(author, office.terms.allowance))))

    def forget(platform: str, user: str) -> None:
        # Half a second of imports that no other command needs.
        from bot.compose import local  # noqa: PLC0415

        author = Author(platform, user)

        def work(store: JobStore, office: Office) -> Awaitable[tuple[int, int]]:
            return local.forget(settings, store, author, office.forgetting(author))

        click.echo(words.forgotten(*with_books(settings, work)))

    limit = click.Option(
        ["--limit"], type=click.IntRange(1, MOST_JOBS), default=20, show_default=True, help=words.LIMIT_HELP
    )
    return [
        click.Command("jobs", callback=jobs, help=words.JOBS_HELP, params=[_PLATFORM, _USER, limit]),
        click.Command("usage", callback=usage, help=words.USAGE_HELP, params=[_PLATFORM, _SERVER, _USER]),
        budget.command(settings),
        click.Command("forget", callback=forget, help=words.FORGET_HELP, params=[_PLATFORM, _USER]),
        audit.command(settings),
    ]
