"""What the request handlers share: the open rooms of a running engine, under one typed key of the application."""

from dataclasses import dataclass

from aiohttp import web

from engine.files import FileStore
from engine.inputs import Inputs
from engine.jobs import JobTable
from engine.model import Model
from engine.scheduler import Scheduler
from engine.settings import Settings
from engine.signing import Signer


@dataclass(frozen=True)
class Rooms:
    """Everything a handler may ask."""

    settings: Settings
    model: Model
    jobs: JobTable
    files: FileStore
    inputs: Inputs
    scheduler: Scheduler
    signer: Signer


ROOMS = web.AppKey("rooms", Rooms)


def base_url(request: web.Request) -> str:
    """Return the address to write into answers: the configured one, else the one that this client used."""
    return request.app[ROOMS].settings.public_url or f"{request.scheme}://{request.host}"


def refuse(status: int, sentence: str, **headers: str) -> web.Response:
    """Answer an error in fal's plain shape."""
    return web.json_response({"detail": sentence}, status=status, headers=headers)
