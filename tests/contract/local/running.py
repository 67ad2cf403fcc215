"""A bot with the local channel over real HTTP: a desk, a runner and a store in memory, and a provider that plays."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from adapters.local.access import Access
from adapters.local.board import Board
from adapters.local.folders import Folders
from adapters.local.form import FormReader
from adapters.local.guard import Guard
from adapters.local.pictures import Pictures
from adapters.local.platform import LocalPlatform
from adapters.local.routes import routes
from adapters.local.service import Service
from adapters.web.server import Address, Health, serve
from bot.domain.budget import Allowance
from bot.domain.errors import BadImage, BadVideo, ImageFault, StoreAway, Which
from bot.domain.job import Expected, Job
from bot.domain.request import Author
from bot.flow.card import CardMaker
from bot.flow.desk import Desk
from bot.flow.kit import Kit, Limits
from bot.flow.run import Exit
from bot.flow.runner import Runner
from bot.ports import PARKED, Attachments, JobStore, Links, Terms
from config import catalogue
from tests.fakes import FakeFiles, FakeProvider, FakeVideos
from tests.fakes_store import MemoryStore

LIMIT = 100_000
TOKEN = "a token of this bot's own"
START, END = b"1280x720", b"832x480"


class FakeDrawings:
    """Last frames and posters in one, which say of which video they are."""

    def __init__(self) -> None:
        self.drawn = 0
        self.error: BadVideo | None = None

    async def last_frame(self, path: Path) -> bytes:
        """Return a picture of a size, as the fake files have them."""
        return self._draw(b"640x360", path)

    async def poster(self, path: Path) -> bytes:
        """Return something else."""
        return self._draw(b"poster", path)

    async def posters(self, path: Path, count: int) -> list[bytes]:
        """Return as many as are asked for."""
        return [self._draw(b"poster", path)] * count

    def _draw(self, picture: bytes, path: Path) -> bytes:
        assert path.read_bytes() == b"mp4"
        self.drawn += 1
        if self.error:
            raise self.error
        return picture


class _AsTheyAre:
    """No disk between the platform and the flow."""

    def around(self, job: Job, attachments: Attachments) -> Attachments:
        return attachments

    async def drop(self, job_id: str) -> None:
        pass


@dataclass
class Bot:
    """One running bot, its HTTP client, and what a test may change of it."""

    url: str
    http: aiohttp.ClientSession
    store: JobStore
    runner: Runner
    desk: Desk
    provider: FakeProvider
    folders: Folders
    data_dir: Path
    routes: list[web.RouteDef]
    board: Board
    drawings: FakeDrawings

    def form(self, **fields: str | bytes | None) -> aiohttp.FormData:
        """Return a whole form; a field of None is left out."""
        given: dict[str, str | bytes | None] = {"start": START, "end": END, "prompt": "it rains"}
        given |= fields
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in given.items():
            if isinstance(value, bytes):
                form.add_field(name, value, filename=f"{name}.png", content_type="image/png")
            elif value is not None:
                form.add_field(name, value)
        return form

    async def call(self, method: str, path: str, **given: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401  # aiohttp's own
        """Return the status and the JSON of an answer."""
        async with self.http.request(method, self.url + path, **given) as response:
            return response.status, json.loads(await response.text())

    async def send(self, key: str | None = None, /, **fields: str | bytes | None) -> tuple[int, dict[str, Any]]:
        """Send a job."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.call("POST", "/v1/tweens", data=self.form(**fields), headers=headers)

    async def carry(self, job_id: str) -> None:
        """Carry a job to its end, as the durable runtime does, and bring it the news of its stops."""
        carrying = asyncio.create_task(self._advance(job_id))
        while not carrying.done():
            for news in await self.store.rung():
                self.runner.ring(news)
            await asyncio.wait({carrying}, timeout=0.01)
        await carrying

    async def made(self, **fields: str | bytes | None) -> str:
        """Send a job and carry it to its end; return its id."""
        job_id: str = (await self.send(**fields))[1]["id"]
        await self.carry(job_id)
        return job_id

    def files(self, folder: str) -> list[str]:
        """Return the names in one of the folders."""
        return sorted(file.name for file in (self.data_dir / folder).iterdir())

    async def _advance(self, job_id: str) -> None:
        while state := await self.runner.advance(job_id):
            if state == PARKED:
                await asyncio.sleep(0)


class FakeLinks:
    """Links whose files are told by their path: of a size, missing, or more than are taken."""

    async def fetch(self, which: Which, link: str, limit: int) -> bytes:
        """Return what the path says."""
        name = link.rpartition("/")[2].partition("?")[0]
        if name == "missing":
            raise BadImage(which, ImageFault.MISSING, "missing: not there")
        return b"" if name == "empty" else name.encode()


@dataclass
class FakeOutlook:
    """Foretells what it is told to, of every job; it notes which those were."""

    range: Expected | None = None
    rest: Decimal | None = None
    away: bool = False
    asked: list[Job] = field(default_factory=list)

    async def expected(self, job: Job, now: float) -> Expected | None:
        """Return what it was told."""
        if self.away:
            raise StoreAway("gone")
        self.asked.append(job)
        return self.range

    async def left(self, author: Author) -> Decimal | None:
        """Return what it was told."""
        return self.rest


@dataclass
class Setting:
    """How a bot is put together."""

    store: JobStore = field(default_factory=MemoryStore)
    provider: FakeProvider = field(default_factory=FakeProvider)
    waiting: int = 5
    allowance: Allowance = field(default_factory=Allowance)
    carries: bool = True
    public_host: str | None = None
    reconcile: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    public: str | None = None
    clock: Callable[[], float] = time.time
    links: Links = field(default_factory=FakeLinks)
    outlook: FakeOutlook = field(default_factory=FakeOutlook)
    link: Callable[[Job], str | None] = lambda job: f"https://{job.request.author.platform}.example/{job.id}"


@asynccontextmanager
async def running(data_dir: Path, setting: Setting | None = None) -> AsyncIterator[Bot]:
    """Run a bot. One that does not carry jobs is a gateway: its board stays empty."""
    setting = setting or Setting()
    store, model = setting.store, catalogue.load()[catalogue.DEFAULT_ENDPOINT]
    folders, board = Folders(data_dir), Board()
    maker = CardMaker(charges=setting.provider.charges)
    terms = Terms(10, 10, 10, 100, setting.waiting, setting.allowance)
    desk = Desk(store, model, terms, maker, time.time, lambda: None)
    kit = Kit(
        provider=setting.provider,
        attachments=FakeFiles(),
        frames=FakeFiles(),
        videos=FakeVideos(),
        workroom=data_dir,
        limits=Limits(LIMIT, deadline=60.0, reconcile=setting.reconcile),
        clock=time.time,
    )
    platform = LocalPlatform(folders, board if setting.carries else Board(), store.load)
    runner = Runner(store, kit, {"local": platform}, _AsTheyAre(), Exit())
    drawings = FakeDrawings()
    pictures = Pictures(folders, drawings, drawings, store.load)
    form = FormReader(model, folders, LIMIT, setting.links)
    service = Service(desk, form, folders, board, pictures, store.load, setting.clock, setting.outlook, setting.link)
    public = None if setting.public is None else URL(setting.public)
    access = None if setting.token is None else Access(setting.token, setting.clock, public)
    served = routes(service, Guard(setting.clock, access, public), access)
    address = Address(public_host=setting.public_host, any_host=access is not None)

    async def health() -> Health:
        return Health(draining=False, carried=runner.carried, store=True)

    async with (
        serve(served, address, health) as address,
        aiohttp.ClientSession(headers=setting.headers, timeout=aiohttp.ClientTimeout(20)) as http,
    ):
        provider = setting.provider
        yield Bot(address.url, http, store, runner, desk, provider, folders, data_dir, served, board, drawings)


class Events:
    """Reads a stream of server-sent events."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Yield the id and the data of every event."""
        event: dict[str, str] = {}
        async for line in self._response.content:
            text = line.decode().rstrip("\n")
            if text:
                name, _, value = text.partition(": ")
                event[name] = value
            elif "data" in event:
                yield event["id"], json.loads(event["data"])
                event = {}
