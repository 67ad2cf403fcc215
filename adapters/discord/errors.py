"""The one place where what discord.py raises becomes an error of ours.

Codes: Discord's documentation, "Opcodes and Status Codes", JSON error codes.
"""

import aiohttp
import discord

from bot.domain.errors import ChannelBusy, ChannelGone, PostUnclear, TweenError

LIBRARY = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)
"""All that a call of the library may raise."""

TOO_LARGE = 40005
TOKEN_DEAD = frozenset({10015, 50027})
"""Unknown webhook, invalid webhook token: the interaction's fifteen minutes are over."""
EDITED_TOO_OFTEN = 30046
UNKNOWN_INTERACTION, ALREADY_ANSWERED = 10062, 40060
NO_DIRECT_MESSAGES = 50007
PERMISSIONS = frozenset({50001, 50013})
UNKNOWN_CHANNEL, THREAD_LOCKED = 10003, 160005
UNKNOWN_MESSAGE, THREAD_ARCHIVED = 10008, 50083
EDIT_AGAIN_S = 300.0
"""A message that is older than an hour takes few edits, and nobody says how few (discord-api-docs, code 30046)."""


def of_discord(error: BaseException) -> TweenError:  # noqa: PLR0911  # one line a kind of error
    """Return what an error of the library means for a message that was to be sent or edited."""
    match error:
        case discord.RateLimited():
            return ChannelBusy(error.retry_after)
        case discord.DiscordServerError():
            return PostUnclear(f"status {error.status}")
        case discord.HTTPException(code=code) if code == EDITED_TOO_OFTEN:
            return ChannelBusy(EDIT_AGAIN_S)
        case discord.HTTPException(status=429):
            return ChannelBusy()
        case discord.HTTPException():
            return ChannelGone(said(error))
        case aiohttp.ClientConnectorError():
            return ChannelBusy()
        case _:
            return PostUnclear(type(error).__name__)


def said(error: discord.HTTPException) -> str:
    """Return Discord's own words, short and without any address."""
    return f"Discord says: {error.text.splitlines()[0][:120] if error.text else error.status}, code {error.code}"


def is_token_dead(error: BaseException) -> bool:
    """Whether the interaction's token has died."""
    return isinstance(error, discord.HTTPException) and (error.status == 401 or error.code in TOKEN_DEAD)


def is_too_large(error: BaseException) -> bool:
    """Whether a file was over the channel's limit."""
    return isinstance(error, discord.HTTPException) and (error.status == 413 or error.code == TOO_LARGE)


def is_shut_out(error: BaseException) -> bool:
    """Whether nothing can be written there: a permission is lacking, it is gone, or a user takes no direct messages."""
    shut = PERMISSIONS | {UNKNOWN_CHANNEL, THREAD_LOCKED, NO_DIRECT_MESSAGES}
    return isinstance(error, discord.HTTPException) and error.code in shut


def is_out_of_reach(error: BaseException) -> bool:
    """Whether a message cannot be edited where it is, and another one may be sent there, or elsewhere.

    It was deleted, its thread is archived, or the bot is shut out.
    """
    is_past = isinstance(error, discord.HTTPException) and error.code in {UNKNOWN_MESSAGE, THREAD_ARCHIVED}
    return is_past or is_shut_out(error)
