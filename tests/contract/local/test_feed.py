"""All jobs as one stream of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.local import feed
from adapters.local.folders import job_id_of
from adapters.local.form import ME
from bot.domain.budget import Allowance
from bot.domain.progress import Completed, InProgress, InQueue
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.ports import Terms
from config import catalogue
from tests.contract.local.running import Bot, Setting, running
from tests.fakes import FakeProvider
from tests.fakes_store import MemoryStore
from tests.fakes_table import Table

MODEL = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
TERMS = Terms(9, 9, 9, 99_999, 99_999, Allowance())


@dataclass
class Told:
    """An event of the stream."""

    id: int
    event: str
    job: dict[str, Any]


class Stream:
    """An open stream."""

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        self._content = content
        self.comments = 0

    async def next(self) -> Told:
        """Return the next event."""
        event: dict[str, str] = {}
        async with asyncio.timeout(20):
            async for line in self._content:
                text = line.decode().rstrip("\n")
                name, _, value = text.partition(": ")
                if text:
                    event[name] = value
                    self.comments += name == ""
                elif "data" in event:
                    return Told(int(event["id"]), event["event"], json.loads(event["data"]))
        raise AssertionError("the stream has ended")

    async def until(self, **wanted: object) -> Told:
        """Return the next event whose job has these values."""
        while True:
            told = await self.next()
            if all(told.job.get(name) == value for name, value in wanted.items()):
                return told


@asynccontextmanager
async def _stream(bot: Bot, last_id: int | str | None = None) -> AsyncIterator[Stream]:
    headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
    async with bot.http.get(f"{bot.url}/v1/events", headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Stream(aiter(response.content))


async def _accepted(bot: Bot, name: str, moment: float, author: Author = ME) -> str:
    image = ImageRef("a", "b")
    job_id = job_id_of(name)
    command = Command(job_id, author, image, image, "it rains", {})
    await bot.store.accept(accept(command, MODEL, moment), TERMS)
    return job_id


async def test_every_change_of_every_job_is_told(tmp_path: Path) -> None:
    """From the accept on, in the order of the ids, to everybody who reads, and what was made last of all."""
    go_on = asyncio.Event()
    provider = FakeProvider(updates=[InQueue(2), InProgress(("12/30",)), go_on, Completed()])
    async with running(tmp_path, Setting(provider=provider)) as bot, _stream(bot) as one, _stream(bot) as two:
        _, sent = await bot.send()
        first = await one.until(id=sent["id"])
        assert (first.event, first.job["state"]) == ("job", "accepted")
        carrying = asyncio.create_task(bot.carry(sent["id"]))
        ids = [first.id]
        while True:
            told = await one.next()
            ids.append(told.id)
            if told.job["card"]["phase"] == "rendering":
                go_on.set()
            if told.job["final"]:
                break
        await carrying
        assert (told.job["state"], told.job["has_frames"]) == ("delivered", True)
        assert told.job == (await bot.call("GET", f"/v1/tweens/{sent['id']}"))[1]
        assert ids == sorted(set(ids))
        assert (await two.until(final=True)).job == told.job


async def test_a_job_that_another_process_carries_is_told_too(tmp_path: Path) -> None:
    """This one has no card of it, and looks at the marks of all once a second."""
    table = Table()
    async with (
        running(tmp_path, Setting(MemoryStore(table, "worker"))) as worker,
        running(tmp_path, Setting(MemoryStore(table, "gateway"), carries=False)) as gateway,
        _stream(gateway) as stream,
    ):
        _, sent = await worker.send()
        assert (await stream.next()).job["state"] == "accepted"
        await worker.carry(sent["id"])
        assert (await stream.until(final=True)).job["state"] == "delivered"


async def test_it_begins_with_how_things_stand(bot: Bot) -> None:
    """All that is under way, and what ended just now: a page that has listed its jobs misses nothing in between."""
    done = await bot.made()
    waiting = (await bot.send())[1]["id"]
    await _accepted(bot, "somebody else's", 1.0, Author("discord", "ann"))
    async with _stream(bot) as stream:
        told = [await stream.next(), await stream.next()]
        assert {each.job["id"]: each.job["state"] for each in told} == {done: "delivered", waiting: "accepted"}


async def test_over_a_restart_nothing_is_missed(tmp_path: Path) -> None:
    """What ended while nobody listened is told to who comes back, by a process that has not told it before."""
    now = 1_000_000.0
    store = MemoryStore(clock=lambda: now)
    async with running(tmp_path, Setting(store, clock=lambda: now)) as bot:
        _, sent = await bot.send()
        old = await bot.made()
        async with _stream(bot) as stream:
            await stream.next()
            last = max((await stream.next()).id, 0)
    now += 10 * feed.BEFORE_S
    async with running(tmp_path, Setting(store, clock=lambda: now)) as bot:
        await bot.carry(sent["id"])
        now += 10 * feed.BEFORE_S
        waiting = (await bot.send())[1]["id"]
        async with _stream(bot, last) as stream:
            told = [await stream.next() for _ in range(3)]
            assert {each.job["id"] for each in told} == {sent["id"], old, waiting}
            assert min(each.id for each in told) > last
        async with _stream(bot) as stream:
            assert (await stream.next()).job["id"] == waiting
            later = (await bot.send())[1]["id"]
            assert (await stream.next()).job["id"] == later


@pytest.mark.parametrize("last_id", ["", "x", "-1", "9" * 15, "9" * 5000, "1e5", "\u0661", "0"])
async def test_an_id_that_is_none_of_ours_breaks_nothing(bot: Bot, last_id: str) -> None:
    """It is as if there was none, or an old one."""
    job_id = await bot.made()
    async with _stream(bot, last_id.encode("utf-8").decode("latin-1")) as stream:
        assert (await stream.next()).job["id"] == job_id


async def test_a_job_that_is_deleted_is_told_as_gone(bot: Bot) -> None:
    """In every tab: by itself, and with all of its owner's data."""
    one, two = await bot.made(), await bot.made()
    async with _stream(bot) as stream:
        await stream.next()
        await stream.next()
        await bot.call("DELETE", f"/v1/tweens/{one}")
        assert await _gone(stream) == one
        await bot.call("DELETE", "/v1/me")
        assert await _gone(stream) == two


async def _gone(stream: Stream) -> str:
    """Return the next job that is gone; that others are told once more does no harm."""
    while (told := await stream.next()).event == "job":
        pass
    assert told.event == "gone"
    return str(told.job["id"])


async def test_a_store_that_goes_away_breaks_no_stream(tmp_path: Path) -> None:
    """What happened meanwhile is told when it is back; who comes meanwhile is told to come later."""
    table = Table()
    async with running(tmp_path, Setting(MemoryStore(table))) as bot, _stream(bot) as stream:
        _, sent = await bot.send()
        await stream.next()
        table.away = True
        bot.board.touch(sent["id"])
        assert (await bot.call("GET", "/v1/events"))[0] == 503
        table.away = False
        await bot.carry(sent["id"])
        assert (await stream.until(final=True)).job["state"] == "delivered"


class _Leaving(MemoryStore):
    """A store that says when it was asked for jobs while it was away."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.asked_in_vain = asyncio.Event()

    async def load_all(self, job_ids: Any) -> Any:  # noqa: ANN401  # as it is
        if self.table.away:
            self.asked_in_vain.set()
        return await super().load_all(job_ids)


async def test_what_was_heard_of_while_the_store_was_away_is_told_later(tmp_path: Path) -> None:
    """A job that has ended has no mark any more, so nothing else would tell of it."""
    store = _Leaving(Table())
    async with running(tmp_path, Setting(store)) as bot:
        job_id = await bot.made()
        async with _stream(bot) as stream:
            await stream.next()
            await bot.desk.delete(job_id, ME)
            store.table.away = True
            bot.board.touch(job_id)
            async with asyncio.timeout(10):
                await store.asked_in_vain.wait()
            store.table.away = False
            assert (await stream.next()).event == "gone"


class _Counting(MemoryStore):
    """Counts what is loaded."""

    loaded = 0
    looks = 0

    async def load_all(self, job_ids: Any) -> Any:  # noqa: ANN401  # as it is
        self.loaded += len(job_ids)
        return await super().load_all(job_ids)

    async def under_way(self, author: Author, ended_since: float | None = None) -> Any:  # noqa: ANN401  # as it is
        self.looks += 1
        return await super().under_way(author, ended_since)


async def test_many_jobs_that_wait_cost_one_look_a_second(tmp_path: Path) -> None:
    """They are told once; then only what changes is loaded, however many read."""
    store = _Counting()
    async with running(tmp_path, Setting(store)) as bot:
        ids = {await _accepted(bot, str(number), float(number)) for number in range(1500)}
        async with _stream(bot) as one, _stream(bot) as two:
            for stream in (one, two):
                assert {(await stream.next()).job["id"] for _ in ids} == ids
            store.loaded, store.looks = 0, 0
            for round_ in range(3):
                changed = job_id_of(str(round_))
                await store.ask_to_stop(changed)
                bot.board.touch(changed)
                new = await _accepted(bot, f"new {round_}", 0.0)
                assert (await one.until(id=new)).job["state"] == "accepted"
            assert store.loaded < 50
            assert store.looks <= 8


async def test_nobody_looks_when_nobody_reads(bot: Bot) -> None:
    """The last reader that leaves ends it; the next one begins it anew."""

    def looking() -> int:
        return sum(task.get_name() == "look for news of all jobs" for task in asyncio.all_tasks())

    for _ in range(3):
        job_id = (await bot.send())[1]["id"]
        async with _stream(bot) as one, _stream(bot) as two:
            await one.until(id=job_id)
            await two.until(id=job_id)
            assert looking() == 1
        async with asyncio.timeout(20):
            while looking():
                bot.board.touch(job_id)
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=0.05)


async def test_a_slow_reader_is_told_the_newest(bot: Bot) -> None:
    """Memory does not grow with what it has not read, and its ids still grow."""
    reader = feed.Reader()
    for number in range(1000):
        reader.put("a", f"{number} ")
        reader.put("b" if number % 2 else "c", f"{number} ")
    assert await reader.take(0.1) == "998 999 999 "


async def test_a_silent_stream_says_that_it_is_alive(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something between here and the browser may cut what is silent."""
    monkeypatch.setattr(feed, "ALIVE_S", 0.01)
    monkeypatch.setattr(feed, "LOOK_S", 0.01)
    async with _stream(bot) as stream:
        asking = asyncio.create_task(stream.next())
        async with asyncio.timeout(10):
            while stream.comments < 3:
                await asyncio.wait({asking}, timeout=0.05)
        await bot.send()
        assert (await asking).job["state"] == "accepted"
