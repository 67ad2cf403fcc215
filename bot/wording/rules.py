"""The rules of a server, as its admins read them on every platform."""

from urllib.parse import urlsplit

from bot.domain.errors import RuleFault
from bot.domain.server import Rules
from bot.ports.store import Terms
from bot.wording.faults import listed
from bot.wording.units import money

RULES = {
    "channels": "channels",
    "roles": "roles",
    "running": "running at the same time",
    "running_per_author": "running of one member",
    "waiting_per_author": "waiting of one member",
    "budget": "the budget",
    "budget_server": "the budget of the server",
    "budget_everyone": "the budget of each member",
    "ask_over": "the price above which a job asks first",
    "words": "forbidden words",
    "patterns": "forbidden patterns",
    "check_url": "the address of the check",
}
"""What each is called, by its name in ``Rules`` or in a form."""


def bad_rule(fault: RuleFault) -> str:
    """Name the rule, what is wrong with it, and the mend."""
    name, given = RULES.get(fault.field, fault.field), _given(fault.given)
    match fault.rule:
        case "sum":
            said = f"{name}: {given} is no sum of money: give US dollars, such as 5"
        case "limit":
            said = f"{name}: {given} is no number of jobs: give a whole number from 1"
        case "count":
            said = f"{name}: {fault.given} on the list, but at most {fault.most}: take some off"
        case "length":
            said = f"{name}: {given} is over {fault.most} characters: shorten it"
        case "room":
            said = f"{name}: {fault.given} characters in all, but at most {fault.most}: take some off"
        case "pattern":
            said = f"{name}: {given} is no pattern that can be used ({fault.said}): mend it, or take it off"
        case "address" if fault.said:
            said = f"{name}: {given} is never asked: {fault.said}"
        case "address":
            said = f"{name}: {given} is no https address: give one, such as https://check.example.org/tween"
    return f"{said[0].upper()}{said[1:]}."


def unreadable(names: tuple[str, ...]) -> str:
    """Say that rules which are stored cannot be read, and what that means."""
    which = listed([RULES.get(name, name) for name in names], "and")
    return f"Stored and not readable: {which}. Nothing is made until you set it again."


def asks(rules: Rules, terms: Terms) -> str:
    """Say above which price a job waits for its author's word."""
    over = terms.ask_over if rules.ask_over is None else rules.ask_over
    if over is None:
        return "no job"
    by = " (as the bot's operator has it)" if rules.ask_over is None else ""
    return f"{f'jobs above {money(over)}' if over else 'every job'}{by}"


def address(url: str) -> str:
    """Return where an address leads, without its path, which may hold a secret: ``https://check.example.org/…``."""
    parts = urlsplit(url)
    rest = "/…" if parts.path.strip("/") or parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{rest}"


def _given(text: str) -> str:
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
