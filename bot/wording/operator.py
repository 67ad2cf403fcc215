"""The words of the operator's commands, which work on the job store."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain.budget import Budget, Usage
from bot.domain.job import Delivered, Failed
from bot.ports import Entry
from bot.wording.refusals import explain
from bot.wording.units import duration, money

JOBS_HELP = "List a user's newest jobs: when, state, request id, seed, cost and prompt."
USAGE_HELP = "Show what a user and the user's server have spent this month, and what they may."
BUDGET_HELP = """Budgets: US dollars a calendar month (UTC).

Of one user, of each member with a role, of each member of the server, or of the server as a whole. A user's own
budget goes before the largest of the user's roles, and that before everyone's. It holds from the next command on."""
BUDGET_SET_HELP = "Set a budget to USD a month; without --user, --role or --everyone, the server's as a whole."
BUDGET_DROP_HELP = "Remove a budget."
BUDGET_LIST_HELP = "List the budgets of a server."
FORGET_HELP = """Delete what is stored of a user's jobs on a platform.

Jobs that are under way are deleted when they end. What the month has cost stays, under a pseudonym: a budget is not
renewed by this. That a command of that id was taken, its model, times and price stay too, without its author and until
TWEENBOT_RETENTION_DAYS are over: a platform may deliver a command twice, and it must not be paid twice. In the log of
what was refused the user has a pseudonym; what the user decided as an admin stays there as it is."""
PLATFORM_HELP, SERVER_HELP, USER_HELP = "The platform's name.", "The server's id.", "The user's id."
ROLE_HELP, EVERYONE_HELP = "The role's id.", "Of each member."
LIMIT_HELP = "How many."
NO_JOBS, NO_BUDGETS = "No jobs.", "No budgets: the limits of the settings hold."
NO_SUM = "nan is no sum of money: give one, such as 20."
ONE_OF = "Give one of --user, --role and --everyone, or none for the server as a whole."


def entry(each: Entry) -> str:
    """Return a job in two lines."""
    job = each.job
    when = f"{datetime.fromtimestamp(job.accepted_at, UTC):%Y-%m-%d %H:%M} UTC"
    took = "" if each.finished_at is None else f" after {duration(each.finished_at - job.accepted_at)}"
    seed = job.state.seed if isinstance(job.state, Delivered) else job.request.options.get("seed")
    cost = money(job.state.cost) if isinstance(job.state, Delivered) and job.state.cost is not None else None
    facts = [
        job.request.model.endpoint,
        None if job.request_id is None else f"request {job.request_id}",
        None if seed is None else f"seed {seed}",
        cost,
        explain(job.state.error) if isinstance(job.state, Failed) else None,
    ]
    told = " · ".join(fact for fact in facts if fact)
    return f"{when}  {type(job.state).__name__.lower()}{took}  {job.id}\n    {told}\n    {job.request.prompt}"


def usage(month: Usage) -> str:
    """Return a month's money of a user and of the server."""
    rows = (("user", month.author, month.allowance.author), ("server", month.server, month.allowance.server))
    told = [f"{who}: {money(spent)} of {'no limit' if limit is None else money(limit)}" for who, spent, limit in rows]
    return f"{month.month}, until {month.renews:%-d %B %Y} (UTC)\n" + "\n".join(told)


def budgets(listed: Sequence[Budget]) -> str:
    """Return a server's budgets, one a line."""
    return "\n".join(f"{each.kind} {each.id}".rstrip() + f": {money(each.usd)} a month" for each in listed)


def forgotten(deleted: int, under_way: int) -> str:
    """Say what was deleted, and what will be."""
    later = f" {under_way} under way will be deleted when they end." if under_way else ""
    return f"Deleted {deleted} {'job' if deleted == 1 else 'jobs'}.{later}"
