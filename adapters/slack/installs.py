"""Where the bot is installed: the tokens of many workspaces and organizations, sealed, in the vault.

Names in the vault: ``slack/team/<team>``, ``slack/enterprise/<enterprise>`` for one in all of an organization, and
``slack/seen/<enterprise>/<team>`` for the workspaces of such a one that the bot was used in. Ids are Slack's.
"""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from adapters.slack.seal import Seal, Unsealable, seal_of
from bot.domain.errors import PlatformRefused
from bot.ports import Vault

log = structlog.get_logger()

ROOT = "slack/"
TEAMS, ENTERPRISES, SEEN = f"{ROOT}team/", f"{ROOT}enterprise/", f"{ROOT}seen/"
KEY = "TWEENBOT_SECRET_KEY"
FRESH_S = 30.0
"""How long what was read holds: another process may have removed or renewed it since."""
KEPT = 5000


@dataclass(frozen=True)
class Place:
    """One installation's: a team, or an enterprise where it is in all of the organization."""

    team: str | None
    enterprise: str | None
    is_wide: bool

    @property
    def name(self) -> str:
        """Its name in the vault."""
        return f"{ENTERPRISES}{self.enterprise}" if self.is_wide else f"{TEAMS}{self.team}"


class Installs(AsyncInstallationStore):
    """The installation store of slack_sdk, and ``Tokens`` for the rest of the room."""

    def __init__(self, vault: Vault, keys: str) -> None:
        self._vault = vault
        self._keys = keys
        self._seal: Seal | None = None
        self._turn = asyncio.Lock()
        self._known: OrderedDict[str, tuple[float, Installation | None]] = OrderedDict()
        self._seen: set[str] = set()

    @property
    def logger(self) -> logging.Logger:
        """The library's; nothing is logged to it."""
        return logging.getLogger(__name__)

    async def seal(self) -> Seal:
        """Return the seal of the keys."""
        async with self._turn:
            if self._seal is None:
                self._seal = await seal_of(self._keys, self._vault)
            return self._seal

    async def check(self) -> None:
        """See that the keys open what is stored, and seal it anew with the first of them.

        Raises :class:`PlatformRefused`, since without its tokens the bot is a stranger everywhere.
        """
        seal = await self.seal()
        for prefix in (TEAMS, ENTERPRISES):
            for name in await self._vault.names(prefix):
                sealed = await self._vault.get(name)
                try:
                    renewed = None if sealed is None else seal.renewed(sealed)
                except Unsealable as error:
                    raise PlatformRefused("Slack", KEY, "it does not open the stored tokens") from error
                if renewed is not None:
                    # Where it has been renewed or removed in the meantime, that stands.
                    await self._vault.swap(name, sealed, renewed)

    async def token(self, team: str, enterprise: str | None) -> str | None:
        """Return the bot's token in a workspace: its own installation's, or else its organization's."""
        found = await self._read(Place(team, enterprise, is_wide=False).name)
        if found is None and enterprise:
            found = await self._read(Place(team, enterprise, is_wide=True).name)
        return None if found is None else found.bot_token

    async def used_in(self, team: str, enterprise: str) -> None:
        """Take note of a workspace that an organization's installation is used in."""
        name = f"{SEEN}{enterprise}/{team}"
        if name not in self._seen:
            await self._vault.put(name, b"")
            self._seen.add(name)

    async def teams_of(self, enterprise: str) -> list[str]:
        """Return the workspaces that an organization's installation was used in."""
        return [name.rpartition("/")[2] for name in await self._vault.names(f"{SEEN}{enterprise}/")]

    async def remove(self, place: Place, before: float) -> bool:
        """Remove an installation, except where it was made after that moment (epoch seconds): it is a new one then."""
        self._known.pop(place.name, None)
        found = await self._read(place.name)
        if found is not None and found.installed_at > before:
            return False
        await self._vault.take(place.name)
        self._known.pop(place.name, None)
        if place.is_wide:
            await self._vault.drop(f"{SEEN}{place.enterprise}/")
            self._seen = {name for name in self._seen if not name.startswith(f"{SEEN}{place.enterprise}/")}
        return True

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation, in the place of the one before it."""
        wide = bool(installation.is_enterprise_install)
        name = Place(installation.team_id, installation.enterprise_id, wide).name
        kept = {key: value for key, value in vars(installation).items() if value not in (None, {}, [])}
        sealed = (await self.seal()).close(json.dumps(kept).encode())
        await self._vault.put(name, sealed)
        self._known.pop(name, None)

    async def async_save_bot(self, bot: Bot) -> None:
        """Do nothing: what is kept of an installation is all of it."""

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Return the bot of a workspace, or of an organization."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return None if found is None else found.to_bot()

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,  # noqa: ARG002  # there are no users' tokens
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return the installation in a workspace, or in an organization."""
        wide = bool(is_enterprise_install) or team_id is None
        return await self._read(Place(team_id, enterprise_id, wide).name)

    async def async_delete_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,  # noqa: ARG002  # as above
    ) -> None:
        """Remove an installation."""
        await self.remove(Place(team_id, enterprise_id, team_id is None), float("inf"))

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Remove an installation."""
        await self.async_delete_installation(enterprise_id=enterprise_id, team_id=team_id)

    async def _read(self, name: str) -> Installation | None:
        read_at, found = self._known.get(name, (float("-inf"), None))
        if time.monotonic() - read_at < FRESH_S:
            return found
        sealed = await self._vault.get(name)
        found = None if sealed is None else _opened(await self.seal(), name, sealed)
        # What is not there may be there in a moment.
        if found is not None:
            self._known[name] = (time.monotonic(), found)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found


def _opened(seal: Seal, name: str, sealed: bytes) -> Installation | None:
    try:
        return Installation(**json.loads(seal.open(sealed)))
    except (Unsealable, ValueError, TypeError) as error:
        log.error("slack_tokens_unreadable", at=name, error=type(error).__name__, setting=KEY)  # noqa: TRY400  # no traceback: it may show what is sealed
        return None
