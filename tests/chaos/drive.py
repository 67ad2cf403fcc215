"""One chaos test from beginning to end: people ask, services fail, bots die; then all calms down and is counted."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from tests.chaos import places
from tests.chaos.people import People
from tests.chaos.plan import Kill, Plan
from tests.chaos.services import Bot, Twin
from tests.chaos.verdict import Books
from tests.twins.fal import KEY
from tests.unit.media.videos import write

QUIET_S = 120.0
"""Seconds after the last death within which every job must have ended."""
END_S = 15.0
GLANCE_S = 0.4
PATIENCE_S, MORE = 3.0, 0.3
"""After so long without a death, so many commands more at each glance: some boundaries need a certain kind of job."""


@dataclass
class Chaos:
    """One run of a plan in an empty folder."""

    plan: Plan
    folder: Path
    deaths: Counter[str] = field(default_factory=Counter)
    given_up: int = 0
    exits: list[int] = field(default_factory=list)

    @property
    def bad_ends(self) -> list[str]:
        """Tell of bots that did not end in order when they were asked to."""
        return [f"a bot ended with {status}" for status in self.exits if status]

    async def run(self) -> Books:
        """Let it happen; raise :class:`AssertionError` where it does not calm down in time."""
        self._video = write(self.folder / "video.mp4", frames=8)
        async with places.database(self.plan.database, self.folder / "bot0" / "data") as self._url, self._services():
            people = People(self._board, self.plan.seed)
            bots = [self._bot(number, role) for number, role in enumerate(self.plan.roles)]
            try:
                await self._storm(people, bots)
                await self._calm(people)
            finally:
                self.exits = await asyncio.gather(*(bot.end(END_S) for bot in bots))
            return await self._books("".join(bot.log.read_text(errors="replace") for bot in bots))

    async def _storm(self, people: People, bots: list[Bot]) -> None:
        kills = self.plan.schedule()
        self._died_at = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            crowd = group.create_task(self._crowd(people), name="people")
            deaths = [group.create_task(self._lives(bot, kills), name=bot.name) for bot in bots]
            await asyncio.gather(*deaths)
            crowd.cancel()

    async def _lives(self, bot: Bot, kills: list[Kill]) -> None:
        """Have one bot die the deaths that are open to its role, and live on when there are no more."""
        while kill := next((each for each in kills if each.fits(bot.role)), None):
            kills.remove(kill)
            await bot.start(kill.boundary, kill.nth)
            if kill.freezes:
                self.deaths[await bot.sleep(kill.seconds, kill.freezes)] += 1
                continue
            while (died_at := await bot.death(kill.seconds)) is None:
                self.given_up += 1
                await bot.start(kill.boundary, kill.nth)
            self.deaths[died_at] += 1
            self._died_at = asyncio.get_running_loop().time()
            if kill.boundary and kill.boundary != died_at and kill.tries > 1:
                kills.append(replace(kill, tries=kill.tries - 1, nth=1))
        await bot.start()

    async def _crowd(self, people: People) -> None:
        """Ask as the deaths go on, and more while one is waited for; and react to what the cards say."""
        more = 0.0
        while True:
            share = (self.deaths.total() + len(self.plan.roles)) / (self.plan.kills + self.plan.freezes)
            more += MORE * (asyncio.get_running_loop().time() - self._died_at > PATIENCE_S)
            await people.ask(until=round(self.plan.jobs * min(1.0, share) + more))
            await people.react()
            await asyncio.sleep(GLANCE_S)

    async def _calm(self, people: People) -> None:
        await asyncio.gather(self._board.ask("faults", rate=0.0), self._fal.ask("faults", rate=0.0, webhooks=0.0))
        async with self._deadline(), asyncio.timeout(QUIET_S):
            await people.ask(until=self.plan.jobs)
            # What is waited for happens in other processes.
            while not await self._is_quiet(people):  # noqa: ASYNC110
                await asyncio.sleep(GLANCE_S)

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        """Say what is unfinished where it does not calm down in time."""
        try:
            yield
        except TimeoutError:
            rows = await asyncio.to_thread(places.job_rows, self._url)
            left = [(row["id"], row["state"], row["node"]) for row in rows if not row["concluded"]]
            raise AssertionError(f"{self.plan}: not done after {QUIET_S:g} s: {left}") from None

    async def _is_quiet(self, people: People) -> bool:
        pressed = len(people.done)
        await people.react()
        events = (await self._board.ask("report"))["interactions"]
        rows = await asyncio.to_thread(places.job_rows, self._url)
        answered = all(each["answer"] for each in events)
        return pressed == len(people.done) and answered and all(row["concluded"] for row in rows)

    async def _books(self, logs: str) -> Books:
        board, fal = await asyncio.gather(self._board.ask("report"), self._fal.ask("report"))
        rows = await asyncio.to_thread(places.job_rows, self._url)
        accounts = await asyncio.to_thread(places.account_rows, self._url)
        return Books(board, fal, rows, accounts, hashlib.sha256(self._video.read_bytes()).hexdigest(), logs)

    @asynccontextmanager
    async def _services(self) -> AsyncIterator[None]:
        start, end = self.folder / "start.png", self.folder / "end.png"
        Image.new("RGB", (160, 96), "teal").save(start)
        Image.new("RGB", (160, 96), "orange").save(end)
        bad = ("--seed", str(self.plan.seed), "--faults", str(self.plan.faults))
        # So short a time that a bot which does not look for its own messages posts them twice.
        images = ("--start", str(start), "--end", str(end), "--nonce-s", "2")
        self._board = Twin("tests.twins.board", (*bad, *images), self.folder / "board.log")
        self._fal = Twin(
            "tests.twins.fal", (*bad, "--seconds", "1", "--video", str(self._video)), self.folder / "fal.log"
        )
        await asyncio.gather(self._board.start(), self._fal.start())
        try:
            yield
        finally:
            await asyncio.gather(self._board.close(), self._fal.close())

    def _bot(self, number: int, role: str) -> Bot:
        environment = {"FAL_KEY": KEY, "TWEENBOT_FAL_URL": self._fal.url}
        if self.plan.database == "postgres":
            environment["TWEENBOT_DATABASE_URL"] = self._url
        return Bot(f"{role} {number}", role, self.folder / f"bot{number}", environment, self._board.url)
