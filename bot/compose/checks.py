"""All that ``tweenbot doctor`` looks at, in the order in which a bot needs it. Nothing is spent, and nothing is put."""

import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from adapters.embedded import process as embedded
from adapters.fal.doctor import check_key
from adapters.media_store.doctor import check_storage
from adapters.moderation.doctor import check_moderation
from adapters.store.database import Database
from adapters.store.media_index import StoredMediaIndex
from adapters.store.migrate import migrate
from adapters.store.servers import ServerBook
from adapters.web.doctor import check_public_url
from bot.compose.media import media_storage
from bot.compose.moderation import operators
from bot.compose.outside import base_url, credentials, is_embedded, prepare
from bot.compose.role import Role
from bot.compose.slack_way import Way, slack_way
from bot.compose.storage import COMMAND_S, database_url
from bot.domain.check import Check, Mark
from bot.domain.errors import EngineFailed, FolderUnusable, SettingsUnfit, StoreAway, TweenError
from bot.domain.model import Model
from bot.ports import Servers
from bot.wording import doctor as words
from bot.wording.refusals import explain
from config.settings import Settings


async def checks(settings: Settings, model: Model) -> AsyncIterator[Check]:
    """Look at everything that a bot with these settings needs."""
    async with AsyncExitStack() as stack:
        yield _folder(settings.data_dir)
        store, database = await _store(stack, settings)
        yield store
        async for check in _provider(settings):
            yield check
        async for check in _moderation(stack, settings):
            yield check
        yield await _public_url(settings)
        async for check in _media(stack, settings, database):
            yield check
        servers = None if database is None else ServerBook(database)
        for look in PLATFORMS:
            async for check in look(settings, model, servers):
                yield check


def _folder(folder: Path) -> Check:
    try:
        prepare(folder)
    except FolderUnusable as error:
        return Check(words.FOLDER, Mark.MEND, error.said, explain(error))
    return Check(words.FOLDER, Mark.OK, str(folder))


async def _store(stack: AsyncExitStack, settings: Settings) -> tuple[Check, Database | None]:
    """Open the job store as every command does; it stays open as long as the stack."""
    try:
        database = Database(database_url(settings))
        stack.callback(database.close)
        await migrate(database, patience=COMMAND_S)
    except TweenError as error:
        return Check(words.STORE, Mark.MEND, words.STORE_UNUSABLE, explain(error)), None
    return Check(words.STORE, Mark.OK, database.name), database


async def _provider(settings: Settings) -> AsyncIterator[Check]:
    """Try the key; where there is none to try, start the engine that renders then."""
    if (settings.fal_key_id is None) is not (settings.fal_key_secret is None) and settings.fal_key is None:
        yield Check(words.KEY, Mark.MEND, words.HALF_A_KEY, words.HALF_A_KEY_MEND)
        return
    found = await credentials(None, settings)
    if not is_embedded(None, found, settings):
        yield await check_key(found, base_url(settings))
        return
    yield Check(words.KEY, Mark.NOT_SET, words.NO_KEY)
    try:
        with tempfile.TemporaryDirectory() as room:
            async with embedded.running(Path(room)):
                pass
    except EngineFailed as error:
        yield Check(words.ENGINE, Mark.MEND, words.ENGINE_FAILS, explain(error))
    else:
        yield Check(words.ENGINE, Mark.OK, words.ENGINE_STARTS)


async def _moderation(stack: AsyncExitStack, settings: Settings) -> AsyncIterator[Check]:
    """Ask the operator's check, if there is one. Those of servers' admins are theirs."""
    asked = await operators(stack, settings)
    if asked.url is not None:
        yield await check_moderation(asked, time.time)


async def _public_url(settings: Settings) -> Check:
    if settings.public_url is None:
        return Check(words.PUBLIC_URL, Mark.NOT_SET, words.NO_PUBLIC_URL)
    return await check_public_url(str(settings.public_url))


async def _media(stack: AsyncExitStack, settings: Settings, database: Database | None) -> AsyncIterator[Check]:
    """Try where videos are kept that are handed out by a link, if any are."""
    if settings.public_url is None:
        if settings.s3_bucket is not None:
            yield Check(words.MEDIA, Mark.NOT_SET, words.NO_LINKS)
        return
    try:
        storage = media_storage(stack, settings)
    except SettingsUnfit as error:
        yield Check(words.MEDIA, Mark.MEND, words.SETTINGS_CLASH, explain(error))
        return
    kept = None
    if database is not None:
        with suppress(StoreAway):
            kept = await StoredMediaIndex(database).total()
    yield await check_storage(storage, kept, settings.media_max_bytes)


async def _discord(settings: Settings, model: Model, servers: Servers | None) -> AsyncIterator[Check]:
    if settings.discord_token is None:
        yield Check(words.DISCORD, Mark.NOT_SET, words.NO_DISCORD)
        return
    # A second of imports that nobody else needs.
    from adapters.discord import doctor  # noqa: PLC0415
    from adapters.discord.client import point_at  # noqa: PLC0415

    point_at(None if settings.discord_api_url is None else str(settings.discord_api_url), None)
    async for check in doctor.checks(settings.discord_token.get_secret_value(), model, servers):
        yield check


async def _slack(settings: Settings, _: Model, __: Servers | None) -> AsyncIterator[Check]:
    try:
        way = slack_way(settings, Role.ALL)
    except SettingsUnfit as error:
        yield Check(words.SLACK, Mark.MEND, words.SETTINGS_CLASH, explain(error))
        return
    if way is None:
        yield Check(words.SLACK, Mark.NOT_SET, words.NO_SLACK)
        return
    # A second of imports that nobody else needs.
    from adapters.slack import doctor  # noqa: PLC0415

    if settings.slack_bot_token is not None:
        app_token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else None
        base = None if settings.slack_api_url is None else str(settings.slack_api_url)
        async for check in doctor.of_one_workspace(settings.slack_bot_token.get_secret_value(), app_token, base):
            yield check
    if way is not Way.SOCKET:
        public = None if settings.public_url is None else str(settings.public_url)
        yield doctor.over_http(public, many=way is Way.OAUTH)


PLATFORMS: tuple[Callable[[Settings, Model, Servers | None], AsyncIterator[Check]], ...] = (_discord, _slack)
"""One entry a chat platform. The servers' notes are None where the job store cannot be used."""
