"""Debian's Chromium, driven by Node through one scenario of the local page.

It needs Node, Chromium and the packages of this folder. Without them the tests skip with a reason on a plain machine,
and fail where `CI` is set: there they must never be left out unseen.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.bot import Bot
from tests.scenario.tweenbot import EXAMPLES

HERE = Path(__file__).parent
PATIENCE_S = 240.0
"""A scenario renders up to two videos on a machine that does other things too."""
FRAMES = {"start": str(EXAMPLES / "first.png"), "end": str(EXAMPLES / "last.png")}
MOST_LINE = 2**24
"""Bytes of a line that the driver writes: what axe finds may be long."""


@dataclass(frozen=True)
class Tools:
    """What a scenario is driven with."""

    node: str
    chromium: str


def tools() -> Tools:
    """Find Node and Chromium; skip, or fail in CI, where something is missing."""
    node, chromium = shutil.which("node"), shutil.which("chromium") or shutil.which("chromium-browser")
    if node is None:
        _leave_out("node")
    elif chromium is None:
        _leave_out("chromium")
    elif not (HERE / "node_modules" / "playwright-core").is_dir():
        _leave_out("tests/browser/node_modules (run `npm ci` there)")
    else:
        return Tools(node, chromium)
    raise AssertionError


def _leave_out(missing: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{missing} is not installed, and CI leaves nothing out")
    pytest.skip(f"{missing} is not installed")


class Drive:
    """A scenario that is under way."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def reached(self, point: str) -> None:
        """Return once the scenario says that it is at this point, where it waits."""
        line = await self._line()
        assert line == {"point": point}

    def go_on(self) -> None:
        """Let it go on."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")

    async def seen(self) -> Any:  # noqa: ANN401  # JSON
        """Return what it saw; nothing may have gone wrong in the page, and nobody else have been asked by it."""
        line = await self._line()
        assert (line["errors"], line["strangers"]) == ([], [])
        return line["seen"]

    async def _line(self) -> Any:  # noqa: ANN401  # JSON
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await self._process.stdout.readline()
        if not line:
            assert self._process.stderr is not None
            raise AssertionError((await self._process.stderr.read()).decode())
        return json.loads(line)


@asynccontextmanager
async def driving(scenario: str, bot: Bot, **given: object) -> AsyncIterator[Drive]:
    """Drive a browser through a scenario at a bot's page; whatever happens, it is gone afterwards."""
    found = tools()
    process = await asyncio.create_subprocess_exec(
        *(found.node, str(HERE / "drive.mjs"), found.chromium, scenario, bot.url, json.dumps(given)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=MOST_LINE,
    )
    try:
        yield Drive(process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def drive(scenario: str, bot: Bot, **given: object) -> Any:  # noqa: ANN401  # JSON
    """Drive a browser through a scenario to its end; return what it saw."""
    async with driving(scenario, bot, **given) as under_way:
        return await under_way.seen()
