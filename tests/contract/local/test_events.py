"""The card as server-sent events."""

import asyncio
from pathlib import Path
from typing import Any

from bot.domain.job import Job
from bot.domain.progress import Completed, InProgress, InQueue
from tests.contract.local.running import Bot, Events, Setting, running
from tests.fakes import FakeProvider
from tests.fakes_store import MemoryStore
from tests.fakes_table import Table


async def _all(bot: Bot, job_id: str, last: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    headers = {"Last-Event-ID": last} if last else {}
    async with bot.http.get(f"{bot.url}/v1/tweens/{job_id}/events", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        return [event async for event in Events(response)]


async def test_every_change_of_the_card_is_told_until_the_last(tmp_path: Path) -> None:
    """A reader sees the job queue, render and end, without asking; then the stream is over."""
    go_on, done = asyncio.Event(), asyncio.Event()
    provider = FakeProvider(updates=[InQueue(2), go_on, InProgress(("12/30",)), done, Completed()])
    async with running(tmp_path, Setting(provider=provider)) as bot:
        _, sent = await bot.send()
        carrying = asyncio.create_task(bot.carry(sent["id"]))
        seen = []
        async with bot.http.get(f"{bot.url}/v1/tweens/{sent['id']}/events") as response:
            async for _, told in Events(response):
                seen.append(told["card"]["status"])
                if "2 before it" in seen[-1]:
                    go_on.set()
                if "Step 12/30" in seen[-1]:
                    done.set()
        await carrying
        assert told["final"]
        assert told["video"]
        assert any("Step 12/30" in status for status in seen)


async def test_a_board_keeps_no_job_that_has_ended(bot: Bot) -> None:
    """Memory does not grow with what was made: an ended job's card is drawn from the store."""
    job_id = await bot.made()
    assert bot.board.newest(job_id) is None


async def test_who_watches_a_job_hears_of_every_card_of_it(bot: Bot) -> None:
    """At once, and not at the next look; of other jobs nothing is heard."""
    _, sent = await bot.send()
    job = await bot.store.load(sent["id"])
    assert job is not None
    with bot.board.watched(job.id) as mine, bot.board.watched("another") as other:
        bot.board.put(bot.desk.card(job))
        assert (mine.is_set(), other.is_set()) == (True, False)


async def test_a_job_that_another_process_carries_is_told_too(tmp_path: Path) -> None:
    """A gateway has no card of it, and looks at the store."""
    table = Table()
    async with (
        running(tmp_path, Setting(MemoryStore(table, "worker"))) as worker,
        running(tmp_path, Setting(MemoryStore(table, "gateway"), carries=False)) as gateway,
    ):
        _, sent = await gateway.send()
        reading = asyncio.create_task(_all(gateway, sent["id"]))
        await worker.carry(sent["id"])
        events = await reading
        assert events[-1][1]["state"] == "delivered"
        assert events[-1] == (await _all(gateway, sent["id"]))[-1]


async def test_who_comes_back_is_told_only_what_is_new(bot: Bot) -> None:
    """The last card is not told twice: a reader that has it is sent away for good, with a 204."""
    job_id = await bot.made()
    events = await _all(bot, job_id)
    assert [told["state"] for _, told in events] == ["delivered"]
    assert (await _all(bot, job_id, "something old")) == events
    headers = {"Last-Event-ID": events[-1][0]}
    async with bot.http.get(f"{bot.url}/v1/tweens/{job_id}/events", headers=headers) as response:
        assert (response.status, await response.read()) == (204, b"")


async def test_a_hundred_readers_that_hang_up_leave_nothing_behind(bot: Bot) -> None:
    """Each stream ends soon after its reader is gone, and the bot goes on."""
    before = len(asyncio.all_tasks())
    _, sent = await bot.send()
    readers = [await bot.http.get(f"{bot.url}/v1/tweens/{sent['id']}/events") for _ in range(100)]
    await asyncio.gather(*(reader.content.readline() for reader in readers))
    for reader in readers:
        reader.close()
    async with asyncio.timeout(10):
        while len(asyncio.all_tasks()) > before + 5:
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=0.1)
    await bot.carry(sent["id"])
    assert (await _all(bot, sent["id"]))[-1][1]["state"] == "delivered"


async def test_an_end_of_the_bot_does_not_wait_for_readers(tmp_path: Path) -> None:
    """An open stream is cut at once, and its reader comes back to the next process."""
    loop = asyncio.get_running_loop()
    async with running(tmp_path) as bot:
        _, sent = await bot.send()
        reader = await bot.http.get(f"{bot.url}/v1/tweens/{sent['id']}/events")
        await reader.content.readline()
        # The client outlives the server, as a browser does.
        bot.http.detach()
        began = loop.time()
    assert loop.time() - began < 1.0
    reader.close()


class _Leaving(MemoryStore):
    """A store that says when it was asked while it was away."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.asked_in_vain = asyncio.Event()

    async def load(self, job_id: str) -> Job | None:
        if self.table.away:
            self.asked_in_vain.set()
        return await super().load(job_id)


async def test_a_store_that_goes_away_breaks_no_stream(tmp_path: Path) -> None:
    """The reader hears nothing meanwhile, nothing twice, and the end when it is there."""
    table = Table()
    store = _Leaving(table)
    async with running(tmp_path, Setting(store)) as bot:
        _, sent = await bot.send()
        async with bot.http.get(f"{bot.url}/v1/tweens/{sent['id']}/events") as response:
            events = aiter(Events(response))
            ids = [(await anext(events))[0]]
            table.away = True
            async with asyncio.timeout(10):
                await store.asked_in_vain.wait()
            table.away = False
            await bot.carry(sent["id"])
            rest = [event async for event in events]
            assert rest[-1][1]["final"]
            ids += [digest for digest, _ in rest]
            assert len(set(ids)) == len(ids)
