"""One run of the engine: listen, say so, work until told to stop, leave within five seconds.

Told by SIGTERM or SIGINT or, for an engine that a parent holds, by the end of stdin: then a parent that was killed
leaves no orphan behind.
"""

import asyncio
import contextlib
import dataclasses
import os
import signal
import socket
import stat
import threading

import structlog
from aiohttp import web

from engine.app import open_engine
from engine.settings import Settings

LEAVE_S = 1.0
LEAVE_AT_LAST_S = 4.0
STDIN = 0

log = structlog.get_logger()


class CannotListen(Exception):
    """The address cannot be taken."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(f"Cannot listen on {host} port {port}: {why}. Choose another --host or --port.")


async def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises CannotListen, DataDirError."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.stop_on_stdin_eof and _is_pipe(STDIN):
        loop.add_reader(STDIN, _at_eof, stop)
    with contextlib.closing(_listen(settings.host, settings.port)) as sock:
        host, port = sock.getsockname()[:2]
        async with open_engine(dataclasses.replace(settings, port=port)) as app:
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=LEAVE_S)
            await runner.setup()
            try:
                await web.SockSite(runner, sock).start()
                named = f"[{host}]" if ":" in host else host
                print(f"engine ready on http://{named}:{port}", flush=True)  # noqa: T201 - the line that parents wait for
                await stop.wait()
                log.info("engine stops")
                _leave_in_time()
            finally:
                await runner.cleanup()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family, backlog=512)
    except OSError as error:
        raise CannotListen(host, port, error.strerror or str(error)) from error


def _leave_in_time() -> None:
    """See to it that the process ends, whatever still hangs: a name lookup in a thread cannot be cancelled.

    The table survives it as it survives a kill, and the workers end when their pipes close.
    """
    last = threading.Timer(LEAVE_AT_LAST_S, os._exit, [0])
    last.daemon = True
    last.start()


def _is_pipe(fileno: int) -> bool:
    """Only a pipe tells by its end that its writer is gone; a file or /dev/null is at its end from the start."""
    try:
        mode = os.fstat(fileno).st_mode
    except OSError:
        # Closed from the start: nobody holds the other end.
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _at_eof(stop: asyncio.Event) -> None:
    if not os.read(STDIN, 4096):
        asyncio.get_running_loop().remove_reader(STDIN)
        stop.set()
