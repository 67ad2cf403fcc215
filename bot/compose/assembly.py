"""The bot put together: its store, its provider, its platforms, and the order in which their doors open."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from adapters.fal.webhook import Webhooks
from adapters.store.audit import StoredAudit
from adapters.store.audit import purge as purge_deeds
from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.nodes import Nodes
from adapters.store.outlook import JobsOutlook
from adapters.store.retention import purge
from adapters.store.runtime import Driven, Runtime
from adapters.store.staged_files import StagedFolder
from adapters.web.server import Address, Health
from adapters.web.server import serve as serve_http
from bot.compose.face import Face, MakeFaces
from bot.compose.ladder import ladder
from bot.compose.local import check_access, is_reached_by_others, local_face
from bot.compose.media import kept_media, media_store
from bot.compose.moderation import guarded_links
from bot.compose.moderation import judge as open_judge
from bot.compose.outside import base_url, kit, prepare, service_provider
from bot.compose.role import Role
from bot.compose.slack_way import Way, slack_way
from bot.compose.storage import database_url, terms
from bot.domain.errors import RoleNeedsPostgres, StoreAway, StoreUnusable, TweenError
from bot.domain.model import Model
from bot.flow.card import CardMaker
from bot.flow.desk import Desk
from bot.flow.kit import Kit, Limits
from bot.flow.run import Exit
from bot.flow.runner import Runner
from bot.flow.workroom import sweep
from bot.ports import Provider
from bot.wording import cli as words
from config import catalogue
from config.settings import Settings

DAY_S = 86400.0
ROOM = 20_000
"""Jobs that one process carries at most."""


@dataclass(frozen=True)
class Bot:
    """One running process. ``runtime`` and ``runner`` are there where it carries jobs."""

    settings: Settings
    role: Role
    database: Database
    jobs: Jobs
    provider: Provider
    desk: Desk
    faces: Sequence[Face]
    runtime: Runtime | None
    runner: Runner | None
    ending: asyncio.Event


@asynccontextmanager
async def assembled(
    settings: Settings, role: Role, make_faces: MakeFaces | None, ending: asyncio.Event
) -> AsyncIterator[Bot]:
    """Open everything in its order, and have it closed in the other one. ``make_faces`` is :func:`serve`'s."""
    way = slack_way(settings, role)
    check_access(settings, role)
    async with AsyncExitStack() as stack:
        prepare(settings.data_dir)
        database = Database(database_url(settings))
        if database.is_sqlite and role is not Role.ALL:
            raise RoleNeedsPostgres(role.value)
        stack.callback(database.close)
        await migrate(database)
        provider = await stack.enter_async_context(service_provider(settings, carries=role.carries))
        models = _models(settings, charges=provider.charges)
        model = models[catalogue.DEFAULT_ENDPOINT]
        nodes = Nodes(database) if role.carries else None
        jobs = Jobs(database, models, nodes.id, lease=nodes.until_held) if nodes else Jobs(database, models, None)
        faces = make_faces(jobs) if make_faces else await _faces(stack, settings, way, model, database, jobs)
        judge = await open_judge(stack, settings, time.time, jobs.rules, StoredAudit(database))
        runner = runtime = None
        if nodes:
            tools = await _kit(stack, settings, database, provider, faces)
            tidy = await _tidy(stack, settings, jobs)
            runner = _runner(jobs, replace(tools, judge=judge), faces, tidy.staged)
            driven = _driven(settings, database, jobs, runner, faces, tidy)
            runtime = Runtime(database, nodes, terms(settings), ROOM, driven)
        maker = CardMaker(charges=provider.charges, foretells=True)
        wake = runtime.wake if runtime else _nobody
        desk = Desk(jobs, model, terms(settings), maker, time.time, wake, judge=judge)
        bot = Bot(settings, role, database, jobs, provider, desk, faces, runtime, runner, ending)
        await _open(stack, bot)
        yield bot


async def _faces(
    stack: AsyncExitStack, settings: Settings, way: Way | None, model: Model, database: Database, jobs: Jobs
) -> Sequence[Face]:
    """Open the local channel, and each platform whose tokens are set."""
    links = await guarded_links(stack, settings)
    faces = [local_face(settings, model, jobs, links, JobsOutlook(database, terms(settings).allowance))]
    if settings.discord_token is not None:
        # A second of imports that nobody else needs.
        from bot.compose.discord import discord_face  # noqa: PLC0415

        faces.append(discord_face(stack, settings, model, database, jobs))
    if way is not None:
        # As above.
        from bot.compose.slack import slack_face  # noqa: PLC0415

        faces.append(await slack_face(stack, settings, way, model, database, jobs))
    return faces


def _models(settings: Settings, *, charges: bool) -> dict[str, Model]:
    models = catalogue.load(settings.unit_prices)
    if charges:
        return models
    # Nobody is billed, so no budget is touched.
    return {
        endpoint: replace(model, price=replace(model.price, unit_usd=Decimal(0))) for endpoint, model in models.items()
    }


def _runner(jobs: Jobs, tools: Kit, faces: Sequence[Face], staged: StagedFolder) -> Runner:
    return Runner(jobs, tools, {face.platform.name: face.platform for face in faces}, staged, Exit())


@dataclass(frozen=True)
class _Tidy:
    """What jobs have left on this disk that have ended by now: here, or in another process."""

    jobs: Jobs
    staged: StagedFolder
    workroom: Path

    async def up(self) -> None:
        """Remove it."""
        await self.staged.sweep(self.jobs.unfinished)
        await sweep(self.workroom, self.jobs.wanted, time.time())


async def _tidy(stack: AsyncExitStack, settings: Settings, jobs: Jobs) -> _Tidy:
    staged = StagedFolder(settings.data_dir / "staged")
    stack.callback(staged.close)
    tidy = _Tidy(jobs, staged, settings.data_dir / "work")
    with suppress(StoreAway):
        # It is done once more in an hour, and keeps no bot from starting.
        await tidy.up()
    return tidy


async def _kit(
    stack: AsyncExitStack, settings: Settings, database: Database, provider: Provider, faces: Sequence[Face]
) -> Kit:
    webhooks = settings.public_url is not None and provider.charges
    limits = Limits(
        image_bytes=settings.max_image_bytes,
        deadline=settings.job_deadline_s,
        patience=1800,
        # A webhook comes when the job is done, and fal's history may list a request only then.
        reconcile=900,
        posting=3600,
        outlasts=True,
    )
    workroom = settings.data_dir / "work"
    prepare(workroom)
    tools = stack.enter_context(kit(provider, faces[0].platform.attachments, workroom, limits, time.time))
    outlook = JobsOutlook(database, terms(settings).allowance)
    rungs = ladder(stack, media_store(stack, settings, database))
    return replace(tools, webhooks=webhooks, at_hand=False, outlook=outlook, ladder=rungs)


def _driven(
    settings: Settings, database: Database, jobs: Jobs, runner: Runner, faces: Sequence[Face], tidy: _Tidy
) -> Driven:
    async def gone(job_ids: Collection[str]) -> None:
        for face in faces:
            await face.gone(job_ids)

    async def purged() -> int:
        await purge_deeds(database, time.time() - settings.audit_days * DAY_S)
        purged = await purge(database, time.time() - settings.retention_days * DAY_S, gone)
        await tidy.up()
        return purged

    return Driven(runner.advance, jobs.rung, runner.ring, purged, runner.ready, runner.is_parked)


def _nobody() -> None:
    """Wake nobody: the workers are other processes, and look by themselves."""


async def _open(stack: AsyncExitStack, bot: Bot) -> None:
    """Open the doors, the workers' first: what is accepted is then carried."""
    settings, role = bot.settings, bot.role
    for face in bot.faces:
        await stack.enter_async_context(face.opened())
    if bot.runtime:
        try:
            await stack.enter_async_context(bot.runtime)
        except StoreAway as error:
            raise StoreUnusable(bot.database.name, str(error)) from error
    webhooks = await stack.enter_async_context(Webhooks(base_url(settings), bot.jobs.arrived))
    media = kept_media(stack, settings, bot.database)
    if role.carries:
        await stack.enter_async_context(media.swept())
    by_link = [*webhooks.routes(), *media.routes()]
    routes = [*by_link, *(route for face in bot.faces if role.takes for route in face.routes(bot.desk))]
    public = settings.public_url.host if settings.public_url else None
    address = Address(settings.http_host, settings.http_port, public, any_host=is_reached_by_others(settings))
    served = await stack.enter_async_context(serve_http(routes, address, lambda: _health(bot)))
    for face in bot.faces if role.takes else ():
        await stack.enter_async_context(face.listening(bot.desk))
    rendered = "fal" if bot.provider.charges else "the embedded engine"
    print(words.running(served.url, role.value, bot.database.name, rendered), flush=True)  # noqa: T201  # its one line on stdout


async def _health(bot: Bot) -> Health:
    try:
        await bot.jobs.load("")
    except TweenError:
        store = False
    else:
        store = True
    return Health(bot.ending.is_set(), bot.runner.carried if bot.runner else 0, store)
