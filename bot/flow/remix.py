"""remix: what a new job takes over from an old one, whose frames it is made of."""

from bot.domain.job import Job
from bot.domain.model import Value


def options_of(job: Job, *, new_seed: bool = False) -> dict[str, Value]:
    """Return the options of a job that today's model still has; without the seed where the video is to be another one.

    A stored job's options are those of the version that accepted it.
    """
    model = job.request.model
    dropped = model.seed if new_seed else None
    known = {option.name for option in model.options} - {dropped}
    return {name: value for name, value in job.request.options.items() if name in known}
