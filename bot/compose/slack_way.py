"""The way to Slack that the settings name. It imports nothing of Slack's, which takes a second."""

from enum import Enum

from bot.compose.role import Role
from bot.domain.errors import SettingsUnfit
from config.settings import Settings

BOT, APP, SIGNING = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
ID, SECRET, PUBLIC, KEY = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "TWEENBOT_PUBLIC_URL", "TWEENBOT_SECRET_KEY"


class Way(Enum):
    """How this process has to do with Slack. The last two only carry jobs, of one workspace or of many."""

    SOCKET = "Socket Mode"
    HTTP = "HTTP, one workspace"
    OAUTH = "HTTP, many workspaces"
    CARRY_ONE = "the jobs of one workspace"
    CARRY_MANY = "the jobs of many workspaces"


def slack_way(settings: Settings, role: Role) -> Way | None:
    """Return the way; None where Slack is not set. Raises :class:`SettingsUnfit`."""
    found = {
        BOT: settings.slack_bot_token,
        APP: settings.slack_app_token,
        SIGNING: settings.slack_signing_secret,
        ID: settings.slack_client_id,
        SECRET: settings.slack_client_secret,
        PUBLIC: settings.public_url,
        KEY: settings.secret_key,
    }
    there = {name for name, value in found.items() if value is not None}
    if ID in there or SECRET in there:
        return _many(there, role)
    if not role.takes:
        return _carried(there)
    if BOT in there:
        if APP not in there and SIGNING not in there:
            raise SettingsUnfit(BOT, ((APP,), (SIGNING,)))
        # Where both are there, Socket Mode: it works whether the bot is reached from outside or not.
        return Way.SOCKET if APP in there else Way.HTTP
    if APP in there:
        raise SettingsUnfit(APP, ((BOT,),))
    if SIGNING in there:
        raise SettingsUnfit(SIGNING, ((BOT,), (ID, SECRET)))
    return None


def _many(there: set[str], role: Role) -> Way:
    given = ID if ID in there else SECRET
    if BOT in there:
        raise SettingsUnfit(given, clashes=BOT)
    if APP in there:
        # Not for many workspaces: Slack lists no such app in its Marketplace.
        raise SettingsUnfit(given, clashes=APP)
    needed = (ID, SECRET, SIGNING, PUBLIC, KEY) if role.takes else (KEY,)
    if lacking := tuple(name for name in needed if name not in there):
        raise SettingsUnfit(given, (lacking,))
    return Way.OAUTH if role.takes else Way.CARRY_MANY


def _carried(there: set[str]) -> Way | None:
    if BOT in there:
        return Way.CARRY_ONE
    if KEY in there:
        return Way.CARRY_MANY
    if unused := there & {APP, SIGNING}:
        raise SettingsUnfit(min(unused), ((BOT,), (KEY,)))
    return None
