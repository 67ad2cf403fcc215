"""Where the person of a payload sits: Slack tells it in another way in each kind of payload."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.take import Seat

Payload = Mapping[str, Any]


def of_command(body: Payload) -> Seat:
    """A slash command's."""
    return Seat(
        str(body["team_id"]), str(body.get("enterprise_id") or ""), str(body["user_id"]), str(body["channel_id"])
    )


def of_action(body: Payload) -> Seat:
    """A shortcut's, or a click's on a message; the thread is the one that the message is in.

    One that a thread begins with is in none: it stands in the channel, though Slack gives it its own timestamp as its
    thread's (documentation, "Retrieving messages"). An answer in there would be seen by nobody who looks at it.
    """
    message = body.get("message") or {}
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    thread = message.get("thread_ts") or container.get("thread_ts") or ""
    if thread == (message.get("ts") or container.get("message_ts")):
        thread = ""
    return Seat(_team(body), _enterprise(body), str(body["user"]["id"]), str(channel), str(thread))


def of_event(body: Payload, event: Payload) -> Seat:
    """An event's."""
    team = str(body.get("team_id") or event.get("team") or "")
    enterprise = str(body.get("enterprise_id") or "")
    thread = str(event.get("thread_ts") or "")
    return Seat(team, enterprise, str(event["user"]), str(event.get("channel") or ""), thread)


def _team(body: Payload) -> str:
    # A user of an Enterprise Grid acts in a workspace that need not be the one the payload's team is of.
    return str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or "")


def _enterprise(body: Payload) -> str:
    return str((body.get("enterprise") or {}).get("id") or "")
