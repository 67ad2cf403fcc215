"""The log reads well in a chat and a terminal, and does no harm in a spreadsheet."""

import csv
import io
import json

import pytest

from bot.ports import MODERATION, OPERATOR, Deed
from bot.wording import audit

AT = 1_795_000_000.5
SET = Deed(AT, "discord", "guild", "42", "rules_set", "", {"words": "0 -> 1: +gore", "unsafe": "no -> yes"})


def told(*deeds: Deed) -> str:
    """Return deeds as a chat shows them."""
    return audit.newest(deeds, lambda at: f"[{at:.0f}]", lambda text, most: text[:most])


def test_a_line_says_when_who_what_and_whom() -> None:
    """An id is a mention, as Discord and Slack write it; what no id did is told in words."""
    assert told(SET) == "[1795000000] <@42> set the rules: words: 0 -> 1: +gore; unsafe: no -> yes"
    assert told(Deed(AT, "discord", "guild", OPERATOR, "budget_set", "7", {"usd": "none -> 5"})) == (
        "[1795000000] The operator set a budget (7): usd: none -> 5"
    )
    assert told(Deed(AT, "discord", "guild", "", "bot_removed")) == "[1795000000] Somebody took the bot out"
    assert told(Deed(AT, "discord", "guild", MODERATION, "something_new", "j1")).endswith(
        "The moderation something new (j1)"
    )
    assert told() == "Nothing was decided here yet."


def test_a_terminals_line_moves_no_cursor() -> None:
    """What people typed cannot colour, clear or end a line there."""
    line = audit.table(Deed(AT, "", "", "", "rules_set", "a\x1b[2Jb", {"words": "0 -> 1: +x\ny"}))
    assert line == "2026-11-18T11:06:40Z  everywhere  somebody set the rules a\ufffd[2Jb: words: 0 -> 1: +x\ufffdy"


DANGEROUS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    " =1",
    "\t=1",
    "\r",
    "\n=1",
    "\tx",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
)


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula(text: str) -> None:
    """Whichever cell it stands in: a mark before it has every spreadsheet take it for text."""
    deed = Deed(AT, text, text, text, text, text, {text: text})
    head, row = csv.reader(io.StringIO(audit.sheet([deed]), newline=""))
    assert tuple(head) == audit.COLUMNS
    assert [cell[0] for cell in row[1:]] == ["'"] * 6
    assert [cell.replace("'", "") for cell in row[1:6]] == [text] * 5


@pytest.mark.parametrize("before", ["x;", "x\t", "x|", "x\n", "x\r", "x; ", 'x";', 'x;"', "x;\t", "x;;", "x;'"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d"])
def test_no_cell_is_a_formula_by_another_delimiter(before: str, sign: str) -> None:
    """Where the comma is decimal, a spreadsheet parts cells at semicolons: what people typed begins no formula."""
    text = f"{before}{sign}1+1"
    deed = Deed(AT, text, text, text, text, text, {"words": f"0 -> 1: +{text}"})
    lines = audit.sheet([deed]).splitlines()
    for delimiter in ",;\t|":
        cells = [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]
        # There are those that know no quotes, too.
        cells += [cell for line in lines for cell in line.split(delimiter)]
        assert not [cell for cell in cells if cell.strip('" \t').startswith(sign)]


def test_whatever_was_written_is_one_row() -> None:
    """Quotes, commas and line ends come back from csv.reader as they were."""
    text = 'a "quoted", line\nand another; \u00fc'
    deed = Deed(AT, "slack", "T1", "U1", "rules_set", text, {"words": text})
    _, row = csv.reader(io.StringIO(audit.sheet([deed]), newline=""))
    assert row == ["2026-11-18T11:06:40Z", "slack", "T1", "U1", "rules_set", text, f"words: {text}"]
    assert audit.sheet([deed], head=False) == audit.sheet([deed]).partition("\r\n")[2]


def test_the_data_are_the_deed() -> None:
    """Under the names of the columns, its details as an object."""
    assert json.loads(json.dumps(audit.as_data(SET))) == {
        "time": "2026-11-18T11:06:40Z",
        "platform": "discord",
        "server": "guild",
        "by": "42",
        "what": "rules_set",
        "about": "",
        "details": {"words": "0 -> 1: +gore", "unsafe": "no -> yes"},
    }
