"""accept: a command becomes a job, or is refused with every fault at once, before anything is spent."""

from bot.domain.job import Job
from bot.domain.model import Model
from bot.domain.request import Command, checked


def accept(command: Command, model: Model, now: float) -> Job:
    """Return the job; raise :class:`BadRequest` where the command breaks the model's rules."""
    return Job(checked(command, model), accepted_at=now)
