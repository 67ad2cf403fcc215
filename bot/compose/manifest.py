"""``tweenbot manifest``: what a chat platform's app is made from."""

import json
from urllib.parse import urlsplit

import click

from bot.wording import cli as words
from config.settings import Settings


def command(settings: Settings) -> click.Group:
    """Return the group ``manifest``, with a command a platform."""
    public = None if settings.public_url is None else str(settings.public_url)

    def slack(url: str | None, *, socket: bool) -> None:
        # A second of imports that no other command needs.
        from adapters.slack.manifest import manifest  # noqa: PLC0415

        if socket and url is not None:
            raise click.UsageError(words.ONE_WAY)
        address = None if socket else _bare(url) if url else public
        click.echo(json.dumps(manifest(address and address.rstrip("/")), indent=2))

    group = click.Group("manifest", help=words.MANIFEST_HELP, short_help=words.MANIFEST_SHORT)
    at = click.Option(["--url"], help=words.MANIFEST_URL_HELP)
    over_sockets = click.Option(["--socket"], is_flag=True, help=words.MANIFEST_SOCKET_HELP)
    told = click.Command(
        "slack",
        callback=slack,
        help=words.MANIFEST_SLACK_HELP,
        short_help=words.MANIFEST_SLACK_SHORT,
        params=[at, over_sockets],
    )
    group.add_command(told)
    return group


def _bare(url: str) -> str:
    """Return an address that has nothing but a host, and a port perhaps."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise click.BadParameter(words.NO_ORIGIN, param_hint="--url") from error
    bare = parts.hostname and not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("https", "http") or not bare:
        raise click.BadParameter(words.NO_ORIGIN, param_hint="--url")
    return url
