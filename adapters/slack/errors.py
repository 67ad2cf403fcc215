"""The one place where what slack_sdk raises becomes an error of ours.

Codes: Slack's documentation, the errors of each method.
"""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import ChannelBusy, ChannelGone, PostUnclear, TweenError

LIBRARY = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""All that a call of the library may raise."""

TRANSIENT = frozenset(
    {
        "message_limit_exceeded",
        "org_login_required",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""Nothing was done, and it may be in a while; ``org_…`` and ``team_…``: the workspace moves into an organization."""
HALF_DONE = frozenset({"fatal_error", "file_update_failed", "internal_error"})
"""A part of it may have been done (documentation: "it's possible some aspect of the operation succeeded")."""
NOT_SEEN_YET = frozenset({"invalid_blocks", "file_not_found", "slack_file_not_found"})
"""What is said of a picture that was uploaded a moment ago, and is not ready."""
SHUT_OUT = frozenset(
    {
        "cannot_reply_to_message",
        "channel_not_found",
        "invalid_channel",
        "is_archived",
        "no_permission",
        "not_in_channel",
        "posting_to_channel_denied",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    }
)
"""The bot may not write there, or there is no there any more."""
THREAD_GONE = frozenset(
    {
        "invalid_thread_ts",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "thread_not_found",
    }
)
"""The message that a thread begins with was deleted, or nobody may answer to it."""
NO_FILES = frozenset(
    {
        "file_type_not_allowed",
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "malware_detected",
        "slack_connect_blocked_file_type",
        "slack_connect_clip_sharing_blocked",
        "slack_connect_file_upload_sharing_blocked",
        "storage_limit_reached",
    }
)
"""The workspace takes no such file, or none at all, and does not say how light it would have to be
(documentation, the errors of ``files.getUploadURLExternal``, ``files.completeUploadExternal`` and ``files.upload``)."""
BUSY_S = 5.0


def of_slack(error: BaseException) -> TweenError:
    """Return what an error of the library means for a message that was to be posted or edited."""
    match error:
        case SlackApiError():
            code = code_of(error)
            status, headers = error.response.status_code, error.response.headers
            if status == 429 or code in TRANSIENT:
                return ChannelBusy(_seconds(headers.get("Retry-After")))
            if status >= 500 or code in HALF_DONE:
                return PostUnclear(code or f"status {status}")
            return ChannelGone(f"Slack says: {code}")
        case aiohttp.ClientConnectorError():
            return ChannelBusy()
        case _:
            return PostUnclear(type(error).__name__)


def code_of(error: BaseException) -> str:
    """Return Slack's own name of an error, empty where it has none."""
    if not isinstance(error, SlackApiError) or not isinstance(error.response.data, dict):
        return ""
    return str(error.response.data.get("error", ""))


def is_shut_out(error: BaseException) -> bool:
    """Whether the bot may not write there."""
    return code_of(error) in SHUT_OUT


def takes_no_file(error: BaseException) -> bool:
    """Whether the workspace takes no such file, so that a link is what is left."""
    return code_of(error) in NO_FILES


def _seconds(said: object) -> float:
    text = said[0] if isinstance(said, list) and said else said
    try:
        return float(str(text))
    except ValueError:
        return BUSY_S
