"""The bot as a process: from its start to an orderly end.

It is crash-only: whatever must last is in the store before it is said, so the end below is a courtesy to those who
watch their cards, and a kill at any instant costs nothing but time.
"""

import asyncio
import os
import threading
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import structlog

from bot.compose.assembly import Bot, assembled
from bot.compose.face import MakeFaces
from bot.compose.files import open_files
from bot.compose.role import Role
from bot.compose.signals import on_signals
from config.settings import Settings

log = structlog.get_logger()

DRAIN_S = 5.0
"""How long what had better not be cut is waited for, and cards are shown, before the process ends."""
END_S = 9.0
"""After so many seconds the process ends whatever still runs: ten are what a supervisor gives it at least."""
EXIT_LOST = 75
"""sysexits' EX_TEMPFAIL: whatever watches over the process is to start it again."""
EXIT_NOW = 130
"""A second signal: whoever sent it has had enough of waiting."""


async def serve(settings: Settings, role: Role, make_faces: MakeFaces | None = None) -> int:
    """Run until a signal, and return the exit status: not 0 where the others gave this process up.

    ``make_faces`` opens the platforms; by default the local channel, and those whose tokens are set.
    """
    ending = asyncio.Event()

    def asked() -> None:
        if ending.is_set():
            os._exit(EXIT_NOW)
        ending.set()

    open_files()
    with on_signals(asked):
        async with AsyncExitStack() as stack:
            bot = await _started(stack, assembled(settings, role, make_faces, ending), ending)
            if bot is None:
                return 0
            status = await _until_the_end(bot)
            _end_in_time(status)
            log.info("ending", status=status)
            bot.desk.close()
            if bot.runtime and bot.runner and not status:
                bot.runtime.stop_admitting()
                await bot.runner.drain(DRAIN_S)
    return status


async def _started(stack: AsyncExitStack, bot: AbstractAsyncContextManager[Bot], ending: asyncio.Event) -> Bot | None:
    """Return the bot once it is ready, and None where it was asked to end before: nothing is under way by then."""
    program = asyncio.current_task()
    assert program is not None

    async def heed() -> None:
        await ending.wait()
        _end_in_time(0)
        program.cancel()

    heeding = asyncio.create_task(heed(), name="an end before the beginning")
    try:
        return await stack.enter_async_context(bot)
    except asyncio.CancelledError:
        if not ending.is_set():
            raise
        program.uncancel()
        return None
    finally:
        heeding.cancel()


def _end_in_time(status: int) -> None:
    """End the process with this status once a supervisor would, whatever still runs, on the event loop or beside it."""
    timer = threading.Timer(END_S, os._exit, (status,))
    timer.daemon = True
    timer.start()


async def _until_the_end(bot: Bot) -> int:
    lost = [*([bot.runtime.lost] if bot.runtime else []), *(face.lost for face in bot.faces if face.lost)]
    events = [bot.ending, *lost]
    waits = [asyncio.create_task(event.wait(), name="end") for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return EXIT_LOST if any(event.is_set() for event in lost) else 0
