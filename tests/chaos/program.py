"""The bot's own program with the board for a platform, and an order of where to die.

``python -m tests.chaos.program --role all --board URL --note FILE --die-at "before submit" --nth 2``
"""

import argparse
import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from bot.compose.face import Face
from bot.compose.role import Role
from bot.compose.run import log_to_stderr
from bot.compose.serve import serve
from bot.flow.desk import Desk
from bot.flow.kit import Kit
from bot.flow.runner import Runner
from bot.ports import JobStore
from config.settings import Settings
from tests.chaos.board_adapter import BoardPlatform
from tests.chaos.board_client import BoardClient
from tests.chaos.board_gateway import BoardGateway
from tests.chaos.crossings import BOUNDARIES, Crossings
from tests.twins.board import TOKEN

RECONCILE_S = 5.0
"""How long a request whose answer was lost is looked for: it is a quarter of an hour elsewhere."""


def _hurry() -> None:
    build = Runner.__init__

    def built(runner: Runner, store: JobStore, kit: Kit, *others: Any) -> None:  # noqa: ANN401  # whatever it takes
        build(runner, store, replace(kit, limits=replace(kit.limits, reconcile=RECONCILE_S)), *others)

    setattr(Runner, "__init__", built)  # noqa: B010  # no subclass of it is asked for


async def _run(given: argparse.Namespace) -> int:
    crossings = Crossings(given.die_at, given.nth, given.note)
    crossings.set_up()
    _hurry()
    async with BoardClient(given.board, TOKEN) as client:
        platform = BoardPlatform(client)

        @asynccontextmanager
        async def listening(desk: Desk) -> AsyncIterator[None]:
            polling = asyncio.create_task(BoardGateway(client, desk, platform, crossings).run(), name="board")
            try:
                yield
            finally:
                polling.cancel()
                await asyncio.gather(polling, return_exceptions=True)

        face = Face(platform, listening, lambda _: ())
        return await serve(Settings(), Role(given.role), lambda _: [face])


def _end_with_the_test() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Run the bot, until its standard input ends at the latest."""
    threading.Thread(target=_end_with_the_test, daemon=True).start()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    log_to_stderr()
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--role", choices=[each.value for each in Role], default=Role.ALL.value)
    parser.add_argument("--board", required=True, help="the board's address")
    parser.add_argument("--note", type=Path, required=True, help="where to write the boundary that it dies at")
    parser.add_argument("--die-at", choices=BOUNDARIES)
    parser.add_argument("--nth", type=int, default=1)
    sys.exit(asyncio.run(_run(parser.parse_args())))


if __name__ == "__main__":
    main()
