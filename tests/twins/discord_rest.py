"""REST of the Discord twin: which request is which, whose it is, and the few routes that only look something up."""

import re
from collections.abc import Callable, Mapping

from tests.twins import discord_payloads as payloads
from tests.twins import discord_webhooks as webhooks
from tests.twins.discord_callbacks import callback
from tests.twins.discord_calls import Call
from tests.twins.discord_channels import Answered, Channels
from tests.twins.discord_commands import put_commands
from tests.twins.discord_places import Guild, Member
from tests.twins.discord_state import State
from tests.twins.discord_values import Json, Refusal

_HOOK = r"/webhooks/(?P<id>\d+)/(?P<token>[\w-]+)"
_CHANNEL = r"/channels/(?P<channel>\d+)"
_GUILD = r"/guilds/(?P<guild>\d+)"
_COMMANDS = r"/applications/(?P<app>\d+)/commands"
ROUTES = (
    ("callback", "POST", r"/interactions/(?P<id>\d+)/(?P<token>[\w-]+)/callback"),
    ("followup", "POST", _HOOK),
    ("original_get", "GET", _HOOK + r"/messages/(?P<message>@original)"),
    ("original_edit", "PATCH", _HOOK + r"/messages/(?P<message>@original)"),
    ("original_delete", "DELETE", _HOOK + r"/messages/(?P<message>@original)"),
    ("followup_get", "GET", _HOOK + r"/messages/(?P<message>\d+)"),
    ("followup_edit", "PATCH", _HOOK + r"/messages/(?P<message>\d+)"),
    ("followup_delete", "DELETE", _HOOK + r"/messages/(?P<message>\d+)"),
    ("message_create", "POST", _CHANNEL + r"/messages"),
    ("message_list", "GET", _CHANNEL + r"/messages"),
    ("message_get", "GET", _CHANNEL + r"/messages/(?P<message>\d+)"),
    ("message_edit", "PATCH", _CHANNEL + r"/messages/(?P<message>\d+)"),
    ("message_delete", "DELETE", _CHANNEL + r"/messages/(?P<message>\d+)"),
    ("typing", "POST", _CHANNEL + r"/typing"),
    ("channel_get", "GET", _CHANNEL),
    ("dm_create", "POST", r"/users/@me/channels"),
    ("me", "GET", r"/users/@me"),
    ("my_guilds", "GET", r"/users/@me/guilds"),
    ("user_get", "GET", r"/users/(?P<user>\d+)"),
    ("application", "GET", r"/applications/@me"),
    ("oauth_application", "GET", r"/oauth2/applications/@me"),
    ("commands_get", "GET", _COMMANDS),
    ("commands_put", "PUT", _COMMANDS),
    ("gateway", "GET", r"/gateway"),
    ("gateway_bot", "GET", r"/gateway/bot"),
    ("guild_get", "GET", _GUILD),
    ("guild_roles", "GET", _GUILD + r"/roles"),
    ("guild_channels", "GET", _GUILD + r"/channels"),
    ("member_get", "GET", _GUILD + r"/members/(?P<user>\d+)"),
)
WITHOUT_BOT = frozenset(kind for kind, _, pattern in ROUTES if "(?P<token>" in pattern)
"""Routes whose token in the path is all the permission there is."""


def route_of(method: str, path: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the kind of a request and what its path says, None for one that Discord does not have."""
    for kind, verb, pattern in ROUTES:
        if verb == method and (found := re.fullmatch(pattern, path)):
            return kind, found.groupdict()
    return None


class Rest:
    """Answers calls. ``flags`` are the application's (which privileged intents it may use)."""

    def __init__(
        self, state: State, channels: Channels, gateway_url: Callable[[], str], flags: int, shards: int
    ) -> None:
        self._state, self._channels, self._gateway_url = state, channels, gateway_url
        self._flags, self._shards = flags, shards
        self.syncs, self.starts_left = 0, 1000
        self.application: Json = {}
        self._hooks = {
            "callback": callback,
            "followup": webhooks.followup,
            "original_get": webhooks.message_get,
            "original_edit": webhooks.message_edit,
            "original_delete": webhooks.message_delete,
            "followup_get": webhooks.message_get,
            "followup_edit": webhooks.message_edit,
            "followup_delete": webhooks.message_delete,
        }

    def answer(self, call: Call) -> Answered:
        """Do what a call asks for, and return status and JSON."""
        if call.kind in self._hooks:
            return self._hooks[call.kind](self._state, call)
        if call.kind in self._channels.routes:
            return self._channels.routes[call.kind](call)
        if call.kind.startswith("commands"):
            return self._commands(call)
        if "guild" in call.params:
            return self._guild(call)
        return 200, self._about(call)

    def _commands(self, call: Call) -> Answered:
        if call.params["app"] != str(self._state.bot.id):
            raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
        if call.kind == "commands_put":
            put_commands(self._state, call.body)
            self.syncs += 1
        return 200, self._state.commands

    def _about(self, call: Call) -> object:
        state = self._state
        match call.kind:
            case "me":
                return payloads.user(state.bot)
            case "user_get":
                if (found := state.users.get(int(call.params["user"]))) is None:
                    raise Refusal(404, 10013, "Unknown User")
                return payloads.user(found)
            case "my_guilds":
                there = [g for g in state.guilds.values() if g.installed]
                return [{"id": str(g.id), "name": g.name, "owner": False, "permissions": "0"} for g in there]
            case "gateway":
                return {"url": self._gateway_url()}
            case "gateway_bot":
                left: Json = {"total": 1000, "remaining": self.starts_left, "reset_after": 0, "max_concurrency": 1}
                return {"url": self._gateway_url(), "shards": self._shards, "session_start_limit": left}
            case _:
                return payloads.application(state.bot, "Tweenbot", self._flags) | self.application

    def _guild(self, call: Call) -> Answered:
        guild = self._state.guilds.get(int(call.params["guild"]))
        if guild is None or not guild.installed:
            raise Refusal(404, 10004, "Unknown Guild")
        match call.kind:
            case "guild_roles":
                return 200, [payloads.role(role) for role in guild.roles]
            case "guild_channels":
                return 200, [payloads.channel(c, self._state.bot) for c in guild.channels if c.parent is None]
            case "member_get":
                return 200, payloads.member(self._member(guild, int(call.params["user"])))
            case _:
                return 200, payloads.guild(guild, self._state.bot)

    def _member(self, guild: Guild, user_id: int) -> Member:
        if user_id == self._state.bot.id:
            return Member(self._state.bot, guild)
        if user_id not in guild.members:
            raise Refusal(404, 10007, "Unknown Member")
        return guild.members[user_id]
