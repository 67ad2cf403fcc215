"""The app's manifest, made from what is registered, listened to and called, so that none of it can be missing there.

Schema: slackapi/manifest-schema 2.0.0. A test holds every listener and every call of the room against it.
"""

from collections.abc import Mapping
from typing import Any

from adapters.slack.commands import COMMAND, EVENTS, SHORTCUT
from adapters.slack.leave import LEAVINGS
from bot.wording import slack as words

EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH = "/slack/events", "/slack/install", "/slack/oauth_redirect"

COLOUR = "#2b2d42"
IN_ITSELF = ("commands",)
"""What slash commands and shortcuts need."""
CALLS: Mapping[str, tuple[str, ...]] = {
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.join": ("channels:join",),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
"""Every method that this room calls with a bot's token, and the scopes that it takes, in each kind of conversation."""


def scopes() -> list[str]:
    """Return the bot's scopes: those of its calls, and of the events that it is told of."""
    called = {scope for needed in CALLS.values() for scope in needed}
    told = {scope for scope in EVENTS.values() if scope}
    return sorted({*IN_ITSELF, *called, *told})


def manifest(url: str | None = None) -> dict[str, Any]:
    """Return the manifest: for HTTP at a public ``url``, which ends without a slash, or else for Socket Mode."""
    events = {"bot_events": [*EVENTS, *LEAVINGS]}
    request = {} if url is None else {"request_url": f"{url}{EVENTS_PATH}"}
    command = {"command": COMMAND, "description": words.COMMAND, "usage_hint": words.COMMAND_HINT}
    oauth: dict[str, Any] = {"scopes": {"bot": scopes()}}
    if url is not None:
        command["url"] = f"{url}{EVENTS_PATH}"
        oauth["redirect_urls"] = [f"{url}{REDIRECT_PATH}"]
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {"name": words.NAME, "description": words.ABOUT, "background_color": COLOUR},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": words.NAME, "always_online": True},
            "shortcuts": [
                {
                    "name": words.SHORTCUT,
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": words.SHORTCUT_ABOUT,
                }
            ],
            "slash_commands": [command],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": events | request,
            "interactivity": {"is_enabled": True} | request,
            "org_deploy_enabled": url is not None,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }
