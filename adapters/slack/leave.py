"""What is left to do where the bot is thrown out of a workspace, or of an organization: to forget it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from adapters.slack.installs import Installs, Place
from adapters.slack.take import NAME
from bot.domain.errors import StoreAway
from bot.flow.office import Office

log = structlog.get_logger()

LEAVINGS = ("app_uninstalled", "tokens_revoked", "team_access_revoked")
"""The last one: an organization takes its bot out of some of its workspaces. None of them takes a scope."""
CLOCKS_S = 5.0
"""How far our clock and Slack's may be apart."""
PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds between tries while the store is away: Slack has been told that the event was heard, and tells it once."""
Payload = Mapping[str, Any]


class Leavings:
    """Hears of it. ``installs`` are None where the one token is the operator's own."""

    def __init__(self, office: Office, installs: Installs | None) -> None:
        self._office = office
        self._installs = installs

    def add_to(self, app: AsyncApp) -> None:
        """Register the listeners."""
        told = {
            "app_uninstalled": self.uninstalled,
            "tokens_revoked": self.revoked,
            "team_access_revoked": self.taken_out,
        }
        for name in LEAVINGS:
            app.event(name)(told[name])

    async def uninstalled(self, body: Payload) -> None:
        """Nothing is left there that would be of use."""
        await self._forget(body)

    async def revoked(self, body: Payload, event: Payload) -> None:
        """The bot's own token is as good as the installation; a person's is none of ours."""
        if (event.get("tokens") or {}).get("bot"):
            await self._forget(body)

    async def taken_out(self, event: Payload) -> None:
        """The organization's installation stays."""
        await self._drop([str(team) for team in event.get("team_ids") or []])

    async def _forget(self, body: Payload) -> None:
        for pause in PAUSES:
            try:
                await self._remove(_place(body), float(body.get("event_time") or 0) + CLOCKS_S)
            except StoreAway:
                await asyncio.sleep(pause)
            else:
                return
        log.warning("slack_not_forgotten", server=_place(body).team)

    async def _remove(self, place: Place, before: float) -> None:
        teams = [place.team] if place.team else []
        if self._installs is not None:
            if place.is_wide:
                teams = await self._installs.teams_of(str(place.enterprise))
            if not await self._installs.remove(place, before):
                # The word of the last leaving came late, or again.
                return
        await self._drop(teams)

    async def _drop(self, teams: Sequence[str]) -> None:
        for team in teams:
            await self._office.left(NAME, team)
            log.info("slack_left", server=team)


def _place(body: Payload) -> Place:
    told = next(iter(body.get("authorizations") or [{}]))
    wide = bool(told.get("is_enterprise_install"))
    enterprise = told.get("enterprise_id") or body.get("enterprise_id")
    team = body.get("team_id") or told.get("team_id")
    return Place(None if team is None else str(team), None if enterprise is None else str(enterprise), wide)
