"""Following a job in a test: what to do when which news comes."""

import asyncio
from collections.abc import Callable

from adapters.fal.provider import FalProvider
from bot.domain.job import Ticket
from bot.domain.progress import Completed, Update
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import TwinJob

DONE = Completed(inference_seconds=1.5)


async def follow(provider: FalProvider, ticket: Ticket, steps: dict[Update, Callable[[], None]]) -> list[Update]:
    """Follow to the end, and do a step whenever the update comes that it waits for."""
    updates: list[Update] = []
    async with asyncio.timeout(5):
        async for update in provider.follow(ticket):
            updates.append(update)
            if update in steps:
                steps.pop(update)()
    return updates


async def submitted(fal: FalTwin, provider: FalProvider) -> tuple[Ticket, TwinJob]:
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    return ticket, await fal.next_job()
