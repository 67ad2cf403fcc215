"""The engine put together: rooms opened in order, the web application over them, everything closed again.

The composition root of the server. `open_engine` holds what lives as long as the process: the table, the files, the
outbound session, the scheduler's runners, the postman and the sweeper.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import structlog
from aiohttp import web

from engine import queue_api, storage_api
from engine.files import FileStore
from engine.gate import check_host, check_key, tell_faults
from engine.hold import hold, usable
from engine.inputs import Inputs, outbound
from engine.jobs import JobTable
from engine.model import load_model
from engine.rendering import Shop, clear_scratch
from engine.rooms import ROOMS, Rooms, base_url, refuse
from engine.scheduler import Scheduler
from engine.settings import Settings
from engine.signing import load_signer
from engine.stream import stream
from engine.table import open_table
from engine.webhooks import Postman, webhook_body

DAY_S = 86_400

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def open_engine(settings: Settings) -> AsyncIterator[web.Application]:
    """Open the rooms and start the work; on leaving, stop the work and close the rooms."""
    data = settings.data_dir
    scratch = data / "scratch"
    model, keep_s = load_model(), settings.keep_days * DAY_S
    with usable(data):
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        hold(data)
        scratch.mkdir(exist_ok=True)
        clear_scratch(scratch)
    with usable(data / "signing.key"):
        signer = load_signer(data / "signing.key")
    async with (
        open_table(data / "engine.sqlite") as table,
        outbound(private=settings.private_urls) as session,
    ):
        with usable(data / "files"):
            files = FileStore(data / "files", table, max_bytes=settings.max_file_bytes, keep_s=keep_s)
            await files.tidy()
        inputs = Inputs(files, session, settings.private_urls, settings.max_image_bytes)
        jobs = JobTable(table)
        postman = Postman(table, session, signer, private=settings.private_urls)
        scheduler = Scheduler(
            Shop(model, jobs, files, inputs, scratch),
            renderer=settings.renderer,
            limit_s=settings.render_limit_s,
            webhook=webhook_body,
            sent=postman.ring,
        )
        await scheduler.restore()
        await files.drop_nameless(scheduler.files_in_use())
        rooms = Rooms(settings, model, jobs, files, inputs, scheduler, signer)
        async with _running(scheduler.run(settings.workers), postman.run(), _sweep(rooms)):
            yield make_app(rooms)


def make_app(rooms: Rooms) -> web.Application:
    """Make the web application over open rooms."""
    app = web.Application(
        middlewares=[check_host, check_key, tell_faults], client_max_size=rooms.settings.max_body_bytes
    )
    app[ROOMS] = rooms
    app.on_shutdown.append(_end_streams)
    endpoint = rooms.model.endpoint
    app.add_routes(queue_api.routes(endpoint))
    app.add_routes([web.get(f"/{endpoint}/requests/{{request_id}}/status/stream", stream)])
    app.add_routes(storage_api.routes())
    app.add_routes(
        [
            web.get("/", _hello),
            web.get("/.well-known/jwks.json", _jwks),
            web.get("/api/openapi/queue/openapi.json", _openapi),
            web.route("*", "/{path:.*}", _nothing_here),
        ]
    )
    return app


async def _end_streams(app: web.Application) -> None:
    app[ROOMS].scheduler.say_goodbye()


async def _hello(request: web.Request) -> web.Response:
    rooms = request.app[ROOMS]
    return web.json_response({"service": "tweenbot engine", "endpoint": rooms.model.endpoint})


async def _jwks(request: web.Request) -> web.Response:
    return web.json_response(request.app[ROOMS].signer.jwks())


async def _openapi(request: web.Request) -> web.Response:
    model = request.app[ROOMS].model
    if request.query.get("endpoint_id") != model.endpoint:
        return refuse(404, f"This engine serves only {model.endpoint}.")
    return web.json_response(model.openapi(base_url(request)))


async def _nothing_here(request: web.Request) -> web.Response:
    endpoint = request.app[ROOMS].model.endpoint
    return refuse(404, f"Nothing answers {request.method} at this path. This engine serves the model {endpoint}.")


@contextlib.asynccontextmanager
async def _running(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the background work beside the body; its failure ends the body, the body's end stops it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _sweep(rooms: Rooms) -> None:
    """Drop what is old, or too much, every now and then."""
    settings = rooms.settings
    while True:
        try:
            await rooms.files.sweep(settings.keep_bytes, rooms.scheduler.files_in_use)
            await rooms.jobs.forget(time.time() - settings.keep_days * DAY_S)
        except (sqlite3.OperationalError, OSError) as error:
            # Somebody else holds the database, or the disk is full: the next round finds the rest.
            log.warning("clean-up failed", why=str(error) if isinstance(error, sqlite3.Error) else error.strerror)
        await asyncio.sleep(settings.sweep_s)
