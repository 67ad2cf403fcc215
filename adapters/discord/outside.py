"""What every room of the adapter works with: the client, the living tokens, and the ports that it was given."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import discord
import structlog

from adapters.discord.errors import LIBRARY
from adapters.discord.live import ANSWER_S, LiveInteractions
from bot.domain.job import Job
from bot.ports import Previews

log = structlog.get_logger()

Load = Callable[[str], Awaitable[Job | None]]
"""The store's: a job as it stands."""
LOOK_S = 0.5
LOOK_BACK = 100
"""Messages after a command that are looked through for its answer, which is due within three seconds: one request."""


@dataclass(frozen=True)
class Outside:
    """The adapter's own outside."""

    client: discord.Client
    live: LiveInteractions
    previews: Previews
    load: Load

    async def message_of(self, job_id: str, accepted_at: float) -> Mapping[str, str]:
        """Return where a job's card is that another process has answered its command with; nothing where it has not.

        That process may be about to write it down, so a young job's card is waited for; one that died before it could
        has left the message itself.
        """
        while True:
            job = await self.load(job_id)
            if job is not None and "message" in job.place:
                return {"message": job.place["message"]}
            if time.time() > accepted_at + ANSWER_S:
                return {} if job is None else await self._answer_to(job)
            await asyncio.sleep(LOOK_S)

    async def _answer_to(self, job: Job) -> Mapping[str, str]:
        """Return the message that answers the job's command, which Discord notes on it."""
        command = job.id.rpartition(":")[2]
        if not command.isdecimal():
            return {}
        after = discord.Object(int(command))
        channel = self.client.get_partial_messageable(int(job.place["channel"]))
        try:
            async for message in channel.history(limit=LOOK_BACK, after=after, oldest_first=True):
                if message.interaction_metadata is not None and message.interaction_metadata.id == after.id:
                    return {"message": str(message.id)}
        except discord.Forbidden:
            log.info("answer_not_looked_for", job_id=job.id)
        return {}

    async def boost_tier(self, guild_id: int) -> int:
        """Return a server's boost tier, 0 where it cannot be asked."""
        guild = self.client.get_guild(guild_id)
        if guild is None:
            try:
                guild = await self.client.fetch_guild(guild_id, with_counts=False)
            except LIBRARY:
                return 0
        return guild.premium_tier
