"""Installing the bot by OAuth: bolt's flow, with our pages, and a state that holds once and for ten minutes.

A state is a sealed random number: to hand one out stores nothing, so a stranger who asks for many fills no table. One
that has come back is noted in the database until its time is over, and so it does not come back twice, to any process.
"""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack import install_pages as pages
from adapters.slack.errors import LIBRARY
from adapters.slack.installs import ROOT, Installs
from adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH, scopes
from bot.domain.errors import StoreAway
from bot.ports import Vault

log = structlog.get_logger()

Joined = Callable[[str, str], Awaitable[None]]
"""Is told of an installation that is stored: the workspace, or the organization, and who installed the bot."""
STATE_S = 600
USED = f"{ROOT}used/"
"""``slack/used/<when it was made>/<its number>``."""
STATE = "state"
"""What is sealed is named: nothing else that the same keys have sealed passes for it."""
OURS = frozenset({"invalid_code", "storage_error"})
"""What goes wrong behind a state that was good; anything before that any stranger can bring about."""


class States(AsyncOAuthStateStore):
    """The states of installations under way."""

    def __init__(self, vault: Vault, installs: Installs) -> None:
        self._vault = vault
        self._installs = installs

    @property
    def logger(self) -> logging.Logger:
        """The library's; nothing is logged to it."""
        return logging.getLogger(__name__)

    async def async_issue(self, *_: object, **__: object) -> str:
        """Return a new state. It has no padding, which a cookie would have to be quoted for."""
        made = f"{STATE} {int(time.time())} {secrets.token_urlsafe(16)}"
        return (await self._installs.seal()).close(made.encode()).decode().rstrip("=")

    async def async_consume(self, state: str) -> bool:
        """Whether it is one of ours, of the last ten minutes, and has not come before."""
        now, seal = int(time.time()), await self._installs.seal()
        try:
            what, at, number = seal.open(f"{state}{'=' * (-len(state) % 4)}".encode()).decode().split()
        except ValueError:
            return False
        if what != STATE or now - int(at) > STATE_S:
            return False
        for name in await self._vault.names(USED):
            if now - int(name.split("/")[2]) > 2 * STATE_S:
                await self._vault.take(name)
        return await self._vault.swap(f"{USED}{at}/{number}", None, b"")


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow, whose failures end on a page, not in a traceback."""

    joined: Joined

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002  # bolt's own
        """Return the page that leads to Slack's."""
        return pages.begin(url)

    async def run_installation(self, code: str) -> Installation | None:
        """Have Slack give the token for a code; None where it does not."""
        try:
            found = await super().run_installation(code)
        except LIBRARY as error:
            log.warning("slack_install_failed", error=type(error).__name__)
            return None
        return found if found is not None and found.bot_token else None

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Keep it."""
        try:
            await super().store_installation(request, installation)
            # Once more is harmless, so what is not written down is not installed either, as far as anybody is told.
            await self.joined(installation.team_id or installation.enterprise_id or "", installation.user_id or "")
        except StoreAway as error:
            raise BoltError("the store is away") from error


def install_flow(
    client: AsyncWebClient,
    credentials: tuple[str, str],
    public_url: str,
    vault: Vault,
    installs: Installs,
    joined: Joined,
) -> InstallFlow:
    """Return the flow of an app; ``credentials`` are its client's id and secret, ``public_url`` ends without a slash.

    Slack's page stands where its API does.
    """
    settings = AsyncOAuthSettings(
        client_id=credentials[0],
        client_secret=credentials[1],
        scopes=scopes(),
        user_scopes=[],
        redirect_uri=f"{public_url}{REDIRECT_PATH}",
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        authorization_url=str(URL(client.base_url).with_path("/oauth/v2/authorize")),
        callback_options=AsyncCallbackOptions(success=_succeeded, failure=_failed),
        installation_store=installs,
        installation_store_bot_only=True,
        state_store=States(vault, installs),
        state_expiration_seconds=STATE_S,
    )
    # It would log the code.
    silent = logging.getLogger("tweenbot.slack.install")
    silent.disabled = True
    flow = InstallFlow(client=client, logger=silent, settings=settings)
    flow.joined = joined
    return flow


async def _succeeded(args: AsyncSuccessArgs) -> BoltResponse:
    installed = args.installation
    wide = bool(installed.is_enterprise_install)
    log.info("slack_installed", server=installed.team_id, enterprise=installed.enterprise_id, whole=wide)
    name = installed.enterprise_name if wide else installed.team_name
    return _html(200, pages.done(name), args.settings)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    if args.reason in OURS:
        log.warning("slack_install_failed", reason=args.reason)
    return _html(args.suggested_status_code, pages.failed(args.reason, INSTALL_PATH), args.settings)


def _html(status: int, page: str, settings: AsyncOAuthSettings) -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Set-Cookie": settings.state_utils.build_set_cookie_for_deletion(),
    }
    return BoltResponse(status=status, body=page, headers=headers)
