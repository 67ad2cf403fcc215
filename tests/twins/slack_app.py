"""What an app's manifest says to Slack: its commands, shortcuts, events and scopes. The twin holds the bot to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

APP_ID = "A0TWIN"
APP_TOKEN = "xapp-1-A0TWIN-1-twin"
CLIENT_ID = "111.222"
CLIENT_SECRET = "twin-client-secret"
SIGNING_SECRET = "twin-signing-secret"
VERIFICATION_TOKEN = "twin-verification-token"

SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "users:read",
    }
)
EVENTS = frozenset(
    ["app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked", "member_joined_channel"]
)


@dataclass(frozen=True)
class App:
    """``shortcuts`` are message shortcuts, their name to their callback_id; ``redirect_urls`` are for OAuth."""

    commands: frozenset[str] = frozenset({"/tween"})
    shortcuts: Mapping[str, str] = field(default_factory=lambda: {"Tween these images": "tween_images"})
    events: frozenset[str] = EVENTS
    scopes: frozenset[str] = SCOPES
    redirect_urls: tuple[str, ...] = ()
    unfurl_domains: frozenset[str] = frozenset()
    home_tab: bool = True
    messages_tab: bool = True

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Read an app's manifest (api.slack.com/reference/manifests, as JSON)."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        oauth, tabs = manifest.get("oauth_config", {}), features.get("app_home", {})
        return cls(
            commands=frozenset(command["command"] for command in features.get("slash_commands", [])),
            shortcuts={
                shortcut["name"]: shortcut["callback_id"]
                for shortcut in features.get("shortcuts", [])
                if shortcut["type"] == "message"
            },
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            scopes=frozenset(oauth.get("scopes", {}).get("bot", [])),
            redirect_urls=tuple(oauth.get("redirect_urls", [])),
            unfurl_domains=frozenset(features.get("unfurl_domains", [])),
            home_tab=bool(tabs.get("home_tab_enabled", False)),
            messages_tab=bool(tabs.get("messages_tab_enabled", True)),
        )
