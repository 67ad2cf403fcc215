"""The job store as the settings name it, and what the operator allows."""

from adapters.store.database import url_of
from bot.domain.budget import Allowance
from bot.ports import Terms
from config.settings import Settings


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
    )
