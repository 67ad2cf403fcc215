"""What admins, the operator and the moderation have done, as lines to read, as a sheet, and as data."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from bot.ports.moderation import MODERATION, OPERATOR, Deed

TITLE, NONE_YET = "What was decided here", "Nothing was decided here yet."
FILE = "tween-admin-log.csv"
COLUMNS = ("time", "platform", "server", "by", "what", "about", "details")
AUDIT_HELP = """Show what admins, the operator and the moderation have done, newest first.

It is written down with the very change, and kept for TWEENBOT_AUDIT_DAYS."""
SINCE_HELP = "From that day on (UTC): 2026-11-01."
FORMAT_HELP = "As lines, a JSON array, or a CSV file whose cells no spreadsheet takes for formulas."
ALL_SERVERS_HELP, ALL_PLATFORMS_HELP = "Of the server of this id alone.", "Of this platform alone."
NO_DEEDS = "Nothing was done."

DEEDS: Mapping[str, str] = {
    "rules_set": "set the rules",
    "budget_set": "set a budget",
    "budget_dropped": "removed a budget",
    "bot_installed": "installed the bot",
    "bot_removed": "took the bot out",
    "data_deleted": "deleted a user's data",
    "refused": "refused a job",
}
"""By the action; what is not here is told by its own name."""
_NOBODY = "somebody"
_FORMULAS = re.compile(r"(^|[;|\t\r\n])(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where one begins, or would where a spreadsheet parts cells at another sign than the comma: semicolons in much of
Europe, and then a line's end parts rows within quotes, too. In full width the signs count alike in East Asia."""
LONGEST = 160
"""Characters of a deed's details in a line that is read in a chat."""


def newest(deeds: Sequence[Deed], when: Callable[[float], str], plain: Callable[[str, int], str]) -> str:
    """Return a server's newest deeds, a line each, as a chat shows them.

    ``when`` shows a moment, and ``plain`` a text of so many characters in which nothing is markup.
    """
    if not deeds:
        return NONE_YET
    return "\n".join(_line(each, when, plain) for each in deeds)


def _line(deed: Deed, when: Callable[[float], str], plain: Callable[[str, int], str]) -> str:
    # Discord and Slack write a mention of a user in the same way.
    who = {OPERATOR: "The operator", MODERATION: "The moderation", "": "Somebody"}.get(deed.actor, f"<@{deed.actor}>")
    about = "" if not deed.subject else f" ({plain(deed.subject, 60)})"
    details = plain(_details(deed), LONGEST)
    return f"{when(deed.at)} {who} {_did(deed)}{about}{f': {details}' if details else ''}"


def table(deed: Deed) -> str:
    """Return a deed as a line for a terminal, in which nothing moves the cursor."""
    place = " ".join(filter(None, (deed.platform, deed.server))) or "everywhere"
    about = f" {deed.subject}" if deed.subject else ""
    details = _details(deed)
    told = f"{_time(deed)}  {place}  {deed.actor or _NOBODY} {_did(deed)}{about}{f': {details}' if details else ''}"
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in told)


def as_data(deed: Deed) -> Mapping[str, object]:
    """Return a deed as JSON has it."""
    values = (_time(deed), deed.platform, deed.server, deed.actor, deed.action, deed.subject, dict(deed.detail))
    return dict(zip(COLUMNS, values, strict=True))


def sheet(deeds: Sequence[Deed], *, head: bool = True) -> str:
    """Return deeds as rows of a CSV file, below its head. No cell is a formula in any spreadsheet."""
    written = io.StringIO()
    rows = csv.writer(written)
    if head:
        rows.writerow(COLUMNS)
    for deed in deeds:
        cells = (_time(deed), deed.platform, deed.server, deed.actor, deed.action, deed.subject, _details(deed))
        rows.writerow(map(_neutral, cells))
    return written.getvalue()


def _neutral(cell: str) -> str:
    """Put a mark before what a spreadsheet would take for a formula, also behind blanks, which some strip."""
    marked = _FORMULAS.sub(r"\1'", cell)
    return f"'{marked}" if marked[:1] in {"\t", "\r", "\n"} else marked


def _did(deed: Deed) -> str:
    return DEEDS.get(deed.action, deed.action.replace("_", " "))


def _details(deed: Deed) -> str:
    return "; ".join(f"{name}: {said}" for name, said in deed.detail.items())


def _time(deed: Deed) -> str:
    return f"{datetime.fromtimestamp(deed.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
