"""The words of ``tweenbot doctor``: what it looks at, what it finds, and the mend."""

from collections.abc import Sequence

from bot.wording.units import size

HELP = """Check what is set, and say how to mend what does not work.

Looks at the data folder, the job store, the fal key or the embedded engine, the check of TWEENBOT_MODERATION_URL, the
public URL, where videos are kept that are handed out by a link, and each chat platform whose token is set. It starts
no bot, sends no job, spends nothing, and changes nothing at fal or at a platform."""
SHORT = "Check what is set, and say how to mend it."
EXITS = "Exit status: 0 all that is set works, 1 something to mend."
JSON_HELP = "Print one JSON object with all checks."

FOLDER, STORE, KEY, ENGINE, PUBLIC_URL = "Data folder", "Job store", "fal key", "Embedded engine", "Public URL"
STORE_UNUSABLE = "cannot be used"

# fal

NO_KEY = "none: the embedded engine renders on this machine, for nothing"
NO_KEY_ELSEWHERE = "none, and TWEENBOT_FAL_URL takes requests without one"
HALF_A_KEY = "one of FAL_KEY_ID and FAL_KEY_SECRET is missing, so both are passed over"
HALF_A_KEY_MEND = "Set both, or set FAL_KEY to the whole key from fal.ai/dashboard/keys."
ENGINE_STARTS, ENGINE_FAILS = "starts", "does not start"


def key_accepted(source: str, url: str | None) -> str:
    """Say that the key is good, and where it was found."""
    return f"{source}, accepted by {_at(url)}"


def key_refused(source: str, url: str | None) -> str:
    """Say that the key is not good."""
    return f"{source}, refused by {_at(url)}"


def key_not_tried(source: str, url: str | None) -> str:
    """Say that nobody could be asked whether the key is good."""
    return f"{source}, could not be tried at {_at(url)}"


def _at(url: str | None) -> str:
    return "fal" if url is None else url.rstrip("/")


# Moderation

MODERATION = "Moderation check"
CHECK_REFUSES_MEND = "See that it lets through what is harmless: it was shown two grey pictures."


def check_answers(host: str) -> str:
    """Say that the check works."""
    return f"{host} answers, and lets a harmless job through"


def check_refuses(host: str) -> str:
    """Say that the check works, and refuses what no check has a reason to refuse."""
    return f"{host} answers, and refuses a harmless job"


def check_away(host: str, why: str) -> str:
    """Say that the check does not work."""
    return f"{host} does not answer as a check ({why}), and without its answer no job is sent"


def check_mend(*, is_signed: bool) -> str:
    """Say what a check needs."""
    told = "See that TWEENBOT_MODERATION_URL leads to a program that answers as docs/running.md (Moderation) tells it"
    return f"{told}, and that it knows the TWEENBOT_MODERATION_SECRET that is set here." if is_signed else f"{told}."


# The public URL

NO_PUBLIC_URL = "jobs are followed by server-sent events, without fal's webhooks"
PUBLIC_URL_MEND = (
    "Only a bot that runs answers. Where one does, see that the name leads to this machine, and that what stands "
    "before the bot passes /healthz, /fal/webhook/ and /v/ on with the Host header as it came."
)


def healthy(url: str) -> str:
    """Say that a bot answers at the public URL."""
    return f"{_at(url)}, a bot answers"


def not_healthy(url: str, why: str) -> str:
    """Say that no bot answers there."""
    return f"{_at(url)} does not answer as a bot ({why})"


# Videos by a link

MEDIA = "Links to videos"
NO_LINKS = "TWEENBOT_PUBLIC_URL is not set: TWEENBOT_S3_BUCKET is not used, and no video is handed out by a link"
NO_ANSWER, OTHER_BYTES = "no answer", "what is read is not what was written"
MEDIA_FULL_MEND = "There are no new links until old ones have had their time. Set TWEENBOT_MEDIA_MAX_BYTES higher."


def media_kept(name: str, kept: int | None, most: int) -> str:
    """Say that the storage works, and how full it is."""
    if kept is None:
        return name
    return f"{name}, {size(kept) if kept else 'nothing'} of {size(most)} in use"


def media_fails(name: str, why: str) -> str:
    """Say that the storage does not work."""
    return f"{name} cannot be used ({why})"


def media_mend(name: str) -> str:
    """Say what a storage needs, by what it is."""
    if name.startswith("s3://"):
        return (
            "See that TWEENBOT_S3_BUCKET, TWEENBOT_S3_ENDPOINT and AWS_REGION name the bucket, and that the key may "
            "put, get and delete objects in it."
        )
    return "See that the data folder can be written to, and has room."


# Discord

DISCORD, TOKEN, COMMANDS_COME, INTENTS = "Discord", "Discord token", "Discord gateway", "Discord intents"
INSTALLS, COMMANDS, SERVERS, SESSIONS = "Discord installs", "Discord commands", "Discord servers", "Discord sessions"
INVITE, USER_LINK = "Invite to a server", "Add to an account"
NO_DISCORD = "DISCORD_TOKEN is not set: no Discord"
NOT_DISCORDS = "Discord takes it for none of its own"
RIGHT_ONE = (
    "Set DISCORD_TOKEN to the token from discord.com/developers/applications, your application, Bot, Reset Token. The "
    "client secret and the public key are other things."
)
GATEWAY = "commands and buttons come to the bot"
ENDPOINT_SET = "the application has an interactions endpoint URL, so commands and buttons go there and never to the bot"
ONLY_GUILDS = "none that is privileged is needed"
BOTH_INSTALLS = "to servers and to accounts"
NO_GUILD_INSTALL, NO_USER_INSTALL = "not to servers", "to servers, not to accounts"
CODE_GRANT = "the application wants an OAuth2 code grant, so its invite link ends in an error"
CODE_GRANT_MEND = "Turn off Requires OAuth2 Code Grant under Bot in the application."
IN_SYNC, NO_SERVERS = "as this version has them", "in none yet"
NO_SERVERS_MEND = "Open the invite link below."
NOT_ANSWERED = "Discord did not answer to that"


def token_of(name: str, application_id: int) -> str:
    """Name whose token it is."""
    return f"accepted: {name}, application {application_id}"


def endpoint_mend(application_id: int) -> str:
    """Say where the interactions endpoint URL is emptied."""
    return (
        "Empty Interactions Endpoint URL under General Information at "
        f"discord.com/developers/applications/{application_id}/information."
    )


def installs_mend(kind: str, application_id: int) -> str:
    """Say where an installation context is switched on: ``Guild Install`` or ``User Install``."""
    return (
        f"Tick {kind} under Installation Contexts at discord.com/developers/applications/{application_id}/installation."
    )


def will_be_put(missing: Sequence[str], others: Sequence[str]) -> str:
    """Say what the next start changes, by the commands' names."""
    told = [f"{said} {', '.join(names)}" for said, names in (("adds", missing), ("takes away", others)) if names] or [
        "renews them"
    ]
    return f"the next start {' and '.join(told)}"


def servers(count: int, most: int) -> str:
    """Say in how many servers the bot is; ``most`` are counted."""
    if count >= most:
        return f"in {most} or more"
    return f"in {count}"


def sessions(left: int, total: int, shards: int) -> str:
    """Say how many connections to the gateway are left for today."""
    return f"{left} of {total} left for today, {shards} for a start"


def sessions_mend(hours: float) -> str:
    """Say when there are new ones."""
    return f"Find out what restarts the bot so often; there are new ones in {hours:.1f} hours."


# Slack

SLACK, BOT_TOKEN, APP_TOKEN, SCOPES, SLACK_HTTP = (
    "Slack",
    "Slack bot token",
    "Slack app token",
    "Slack scopes",
    "Slack HTTP",
)
NO_SLACK = "no token of Slack's is set: no Slack"
SETTINGS_CLASH = "its settings do not fit together"
SOCKET_MODE = "accepted: commands come over Socket Mode"
NO_ADDRESS_FOR_SLACK = "TWEENBOT_PUBLIC_URL is not set, so this cannot say where Slack's requests must go"
ADDRESS_FOR_SLACK = "Set it to the address under which this bot is reached from outside."


def workspace_of(bot: str, team: str) -> str:
    """Name the bot and its workspace."""
    return f"{bot} in {team}"


def scopes_told(lacking: Sequence[str]) -> str:
    """Say whether the token may do all that the bot does."""
    return f"lacks {', '.join(lacking)}" if lacking else "all that the bot needs"


def scopes_mend(lacking: Sequence[str]) -> str:
    """Say how a token gets its scopes."""
    return f"Add {'it' if len(lacking) == 1 else 'them'} (tweenbot manifest slack has all), and install the app again."


def refused_by_slack(code: str) -> str:
    """Say that a token is not good."""
    return f"refused by Slack ({code})"


def slack_mend(setting: str) -> str:
    """Say where the right token is."""
    where = {
        "SLACK_BOT_TOKEN": "the Bot User OAuth Token (xoxb-...) under OAuth & Permissions",
        "SLACK_APP_TOKEN": "an App-Level Token (xapp-...) with connections:write, under Basic Information",
    }[setting]
    return f"Set {setting} to {where} of your app at api.slack.com/apps."


def requests_go_to(events: str, install: str | None) -> str:
    """Say where Slack's requests must go, and where workspaces install the bot."""
    told = f"Slack's requests go to {events}"
    return told if install is None else f"{told}; workspaces install it from {install}"
