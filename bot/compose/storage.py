"""The job store as the settings name it, and what the operator allows."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address

from adapters.links.addresses import Reach
from adapters.links.target import unasked
from adapters.moderation.patterns import broken
from adapters.store.audit import StoredAudit
from adapters.store.database import Database, url_of
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.servers import ServerBook
from bot.compose.outside import prepare
from bot.domain.budget import Allowance
from bot.domain.model import Model
from bot.flow.office import Office, RuleBook
from bot.ports import JobStore, Terms
from config import catalogue
from config.settings import Settings

COMMAND_S = 5.0
"""How long a command that somebody waits for waits for a database that does not answer."""


def database_url(settings: Settings) -> str:
    """Return the address of the job store: a file in the data folder unless the settings name another."""
    named = settings.database_url
    return url_of(settings.data_dir) if named is None else named.get_secret_value()


def terms(settings: Settings) -> Terms:
    """Return what the operator allows."""
    return Terms(
        running=settings.max_running,
        running_per_server=settings.max_running_per_server,
        running_per_author=settings.max_running_per_user,
        waiting=settings.max_waiting,
        waiting_per_author=settings.max_waiting_per_user,
        allowance=Allowance(author=settings.budget_per_user, server=settings.budget_per_server),
        ask_over=settings.ask_over,
    )


def office_of(settings: Settings, model: Model, database: Database, jobs: JobStore) -> Office:
    """Return the office where admins, and the operator, decide."""

    def is_own(host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in settings.links_allow)

    book = RuleBook(model, broken, is_own, partial(unasked, reach=Reach(settings.links_allow)))
    return Office(jobs, ServerBook(database), StoredAudit(database), book, terms(settings), time.time)


@asynccontextmanager
async def opened(settings: Settings, models: Mapping[str, Model]) -> AsyncIterator[tuple[Jobs, Office]]:
    """Open the job store and the office for a command that carries no jobs; a bot may be running on them."""
    prepare(settings.data_dir)
    database = Database(database_url(settings))
    try:
        await migrate(database, patience=COMMAND_S)
        jobs = Jobs(database, models, None)
        yield jobs, office_of(settings, models[catalogue.DEFAULT_ENDPOINT], database, jobs)
    finally:
        database.close()
