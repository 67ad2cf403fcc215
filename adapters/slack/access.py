"""Whether the bot can post and upload in a channel, asked before anything is spent; public channels it joins by itself.

Sharing a file needs membership, which posting in a public channel does not (documentation,
``files.completeUploadExternal``).
"""

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import LIBRARY, SHUT_OUT, code_of

NO_WAY_IN = SHUT_OUT | {"missing_scope", "method_not_supported_for_channel_type"}


async def can_post(client: AsyncWebClient, channel: str) -> bool:
    """Whether the bot is in the channel, after it has tried to join it; one that it does not know, it is not in."""
    try:
        info = (await client.conversations_info(channel=channel))["channel"]
        if info.get("is_archived"):
            return False
        is_in = info.get("is_im") or info.get("is_mpim") or info.get("is_member")
        if not is_in and not info.get("is_private"):
            await client.conversations_join(channel=channel)
            is_in = True
    except LIBRARY as error:
        # Where Slack does not answer nobody knows, and the card's own post tells, before anything is spent.
        return code_of(error) not in NO_WAY_IN
    return bool(is_in)
