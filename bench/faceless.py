"""A worker process without a face, put together as ``tweenbot run`` puts it together, and commands for it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.nodes import Nodes
from adapters.store.runtime import Driven, Runtime
from bench.quiet import NoStagedFiles, QuietPlatform
from bot.domain.budget import Allowance
from bot.domain.request import Author, Command, ImageRef
from bot.flow.card import CardMaker
from bot.flow.desk import Desk
from bot.flow.kit import Kit, Limits
from bot.flow.run import Exit
from bot.flow.runner import Runner
from bot.ports import Platform, Provider, StagedFiles, Terms
from config import catalogue
from tests.fakes import FakeFiles, FakeVideos

TERMS = Terms(100_000, 100_000, 100_000, 100_000, 100_000, Allowance(author=Decimal(1_000_000)))
LIMITS = Limits(image_bytes=1000, deadline=86400, patience=600, reconcile=60, posting=60, outlasts=True)


@dataclass
class Bench:
    """A worker process without a face."""

    desk: Desk
    runner: Runner
    runtime: Runtime
    ended: list[str]


@asynccontextmanager
async def worker(url: str, provider: Provider, folder: Path, *, webhooks: bool) -> AsyncIterator[Bench]:
    """Put together what ``tweenbot run`` puts together, without its HTTP server."""
    database = Database(url)
    await migrate(database)
    models = catalogue.load()
    nodes = Nodes(database)
    jobs = Jobs(database, models, nodes.id, lease=nodes.until_held)
    kit = Kit(provider, FakeFiles(), FakeFiles(), FakeVideos(), folder, LIMITS, time.time, webhooks=webhooks)
    platforms = {"bench": cast("Platform", QuietPlatform())}
    runner = Runner(jobs, kit, platforms, cast("StagedFiles", NoStagedFiles()), Exit())
    ended: list[str] = []

    async def carry(job_id: str) -> str | None:
        state = await runner.advance(job_id)
        if state is None:
            ended.append(job_id)
        return state

    async def purge() -> int:
        return 0

    runtime = Runtime(
        database, nodes, TERMS, 100_000, Driven(carry, jobs.rung, runner.ring, purge, runner.ready, runner.is_parked)
    )
    try:
        async with runtime:
            model = models[catalogue.DEFAULT_ENDPOINT]
            desk = Desk(jobs, model, TERMS, CardMaker(charges=True), time.time, runtime.wake)
            yield Bench(desk, runner, runtime, ended)
    finally:
        database.close()


def command(number: int) -> Command:
    """Return the command of that number; ten jobs an author, a hundred authors a server."""
    author = Author("bench", f"u{number // 10}", f"s{number // 1000}")
    image = ImageRef("a.png", "1280x720")
    return Command(f"job-{number}", author, image, image, "the door opens", {})
