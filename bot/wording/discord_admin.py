"""The words of ``/tween-admin``."""

from collections.abc import Iterable, Sequence

from bot.domain.budget import Budget
from bot.domain.server import Rules, narrower
from bot.ports import Terms
from bot.wording.rules import address, asks, unreadable
from bot.wording.units import money

NOT_FOR_YOU = "Only members who may manage this server can do that."
ONE_OF = "Give one of member, role and everyone, or none for the server as a whole."
SUM_OR_REMOVE = "Give a sum in US dollars, or remove: True, and not both."
SUM_OR_CLEAR = "Give a sum in US dollars (0: every job asks), or clear: True, and not both."
WHICH = "Say which one, or clear: True for all of them."
OPTION_AND_VALUE = "Give an option with its value, an option with remove: True, or clear: True for all of them."
NO_SUCH_OPTION = "That option has no default of a server's own. Choose one from the list."


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
        f"**Asks first:** {asks(rules, terms)}",
        f"**Forbidden words:** {_some(rules.words)}",
        f"**Forbidden patterns:** {_some(rules.patterns)}",
        f"**Check of every job:** {'none' if rules.check_url is None else f'`{address(rules.check_url)}`'}",
    ]
    if rules.unreadable:
        lines.append(f"⚠️ **{unreadable(rules.unreadable)}** Use `/tween-admin moderation`.")
    return "\n".join(lines)


_SAFETY = {
    True: "may be turned off in age-restricted channels",
    False: "always on",
}


SHOWN = 200
"""Characters of a list that are shown; the form holds all of it."""


def _some(entries: Sequence[str]) -> str:
    """Count entries, and show the first of them as they are: in code there is no markup."""
    if not entries:
        return "none"
    shown = ", ".join(entries).replace("`", "\u02cb")
    return f"{len(entries)}: `{shown if len(shown) <= SHOWN else f'{shown[: SHOWN - 1]}…'}`"


def _all(listed: Iterable[str]) -> str:
    return ", ".join(listed)


def _budget(budget: Budget) -> str:
    who = {"user": f"<@{budget.id}>", "role": f"<@&{budget.id}>", "everyone": "each member", "server": "the server"}
    return f"{who[budget.kind]} {money(budget.usd)} a month"
