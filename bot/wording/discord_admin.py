"""The words of ``/tween-admin``."""

from collections.abc import Iterable, Sequence

from bot.domain.budget import Budget
from bot.domain.server import Rules, narrower
from bot.ports import Terms
from bot.wording.units import money

NOT_FOR_YOU = "Only members who may manage this server can do that."
ONE_OF = "Give one of member, role and everyone, or none for the server as a whole."
SUM_OR_REMOVE = "Give a sum in US dollars, or remove: True, and not both."
WHICH = "Say which one, or clear: True for all of them."
OPTION_AND_VALUE = "Give an option with its value, an option with remove: True, or clear: True for all of them."
NO_SUCH_OPTION = "That option has no default of a server's own. Choose one from the list."


def too_many(most: int) -> str:
    """Refuse a list that is too long."""
    return f"A list holds {most} at most: clear it, and allow a role or a channel that covers several."


def rules(rules: Rules, budgets: Sequence[Budget], terms: Terms) -> str:
    """Return all rules of a server, those that nobody has set included."""
    limits = (
        (rules.running, terms.running_per_server, "running at the same time"),
        (rules.running_per_author, terms.running_per_author, "running of one member"),
        (rules.waiting_per_author, terms.waiting_per_author, "waiting of one member"),
    )
    lines = [
        "### Rules of this server",
        f"**Channels:** {_all(f'<#{each}>' for each in rules.channels) or 'all'}",
        f"**Roles:** {_all(f'<@&{each}>' for each in rules.roles) or 'everyone'}",
        f"**Limits:** {', '.join(f'{narrower(own, most)} {what}' for own, most, what in limits)}",
        f"**Budgets:** {_all(map(_budget, budgets)) or 'none of its own'}",
        f"**Defaults:** {_all(f'{name} = {value}' for name, value in rules.defaults.items()) or 'those of the model'}",
        f"**Safety checker:** {_SAFETY[rules.unsafe]}",
    ]
    return "\n".join(lines)


_SAFETY = {
    True: "may be turned off in age-restricted channels",
    False: "always on",
}


def _all(listed: Iterable[str]) -> str:
    return ", ".join(listed)


def _budget(budget: Budget) -> str:
    who = {"user": f"<@{budget.id}>", "role": f"<@&{budget.id}>", "everyone": "each member", "server": "the server"}
    return f"{who[budget.kind]} {money(budget.usd)} a month"
