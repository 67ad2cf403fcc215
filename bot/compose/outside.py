"""What every command works with: the provider, the kit of the flow, and the data folder."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Literal

from adapters.embedded import process as embedded
from adapters.fal.credentials import Credentials, find_credentials, from_settings
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from adapters.media.apart import VideosApart
from adapters.media.frames import PillowFrames
from bot.domain.errors import FolderUnusable
from bot.flow.kit import Kit, Limits
from bot.ports import Attachments, Provider
from config.settings import Settings

ENGINE_PATIENCE = Patience(away=20)
"""On loopback there are no outages: an engine that is silent for so many seconds is gone, and its job with it."""

At = Literal["fal", "embedded"]


def prepare(folder: Path) -> None:
    """Make the data folder; raise :class:`FolderUnusable` where that cannot be done, or it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(folder, (error.strerror or str(error)).lower()) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderUnusable(folder, "it cannot be written to")


@contextmanager
def kit(
    provider: Provider, attachments: Attachments, workroom: Path, limits: Limits, clock: Callable[[], float]
) -> Iterator[Kit]:
    """Open what looks into images and videos, and put the flow's kit together."""
    with closing(PillowFrames()) as frames, closing(VideosApart()) as videos:
        yield Kit(provider, attachments, frames, videos, workroom, limits, clock)


async def credentials(at: At | None, settings: Settings) -> Credentials | None:
    """Find the key: in the settings, and where fal is named, also where fal's own client looks."""
    secrets = (settings.fal_key, settings.fal_key_id, settings.fal_key_secret)
    keys = [secret.get_secret_value() if secret else None for secret in secrets]
    return await find_credentials(*keys) if at == "fal" else from_settings(*keys)


def is_embedded(at: At | None, found: Credentials | None, settings: Settings) -> bool:
    """Whether the engine on this machine renders: where it is named, or there is neither a key nor another address."""
    return at == "embedded" or (at is None and found is None and settings.fal_url is None)


def base_url(settings: Settings) -> str | None:
    """Return the address that stands for all of fal's hosts, None for fal itself."""
    return None if settings.fal_url is None else str(settings.fal_url)


@asynccontextmanager
async def service_provider(settings: Settings, *, carries: bool) -> AsyncIterator[Provider]:
    """Open the provider for a process whose jobs outlive it; one that carries none starts no engine."""
    found = await credentials(None, settings)
    if not is_embedded(None, found, settings):
        webhooks = None if settings.public_url is None else str(settings.public_url).rstrip("/")
        async with FalProvider(found, base_url(settings), webhook_base=webhooks, stops_orphans=False) as opened:
            yield opened
    elif not carries:
        async with FalProvider(None, charges=False) as opened:
            yield opened
    else:
        async with embedded.lasting(settings.data_dir / "embedded") as engine:
            key = Credentials("the embedded engine", engine.key)
            async with FalProvider(key, engine.url, charges=False, stops_orphans=False) as opened:
                yield opened


@asynccontextmanager
async def provider(at: At | None, settings: Settings) -> AsyncIterator[Provider]:
    """Open the provider for a command that ends with its job."""
    found = await credentials(at, settings)
    if is_embedded(at, found, settings):
        async with (
            embedded.running(settings.data_dir) as engine,
            FalProvider(
                Credentials("the embedded engine", engine.key), engine.url, charges=False, patience=ENGINE_PATIENCE
            ) as opened,
        ):
            yield opened
    else:
        async with FalProvider(found, base_url(settings), charges=True) as opened:
            yield opened
