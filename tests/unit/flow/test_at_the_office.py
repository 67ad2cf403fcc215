"""What admins decide is checked, kept and written down, in one place for every platform."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.budget import Budget
from bot.domain.errors import BadRequest, BadRules, RuleFault, StoreAway
from bot.domain.request import Author
from bot.domain.server import Rules
from bot.flow import office as offices
from bot.flow.office import Admin, Office, RuleBook
from bot.ports import OPERATOR, Deed, pseudonym
from config import catalogue
from tests.fakes_office import MemoryAudit, MemoryServers
from tests.fakes_store import MemoryStore
from tests.fakes_table import Table
from tests.unit.flow.test_at_the_desk import TERMS

BOSS = Admin("chat", "studio", "boss")
MODEL = catalogue.load()[catalogue.DEFAULT_ENDPOINT]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def office(table: Table) -> Office:
    book = RuleBook(MODEL, lambda pattern: "it has no end" if pattern.startswith("(") else None)
    return Office(MemoryStore(table), MemoryServers(table), MemoryAudit(table), book, TERMS, lambda: 7.0)


def deed(action: str, subject: str = "", **detail: str) -> Deed:
    """Return a deed of the boss's."""
    return Deed(7.0, "chat", "studio", "boss", action, subject, detail)


async def test_a_change_is_a_deed_that_tells_what_is_different(office: Office, table: Table) -> None:
    """The fields that changed alone, before and after; of lists what came and went; of an address no path."""
    first = Rules(channels=("c1", "c2"), words=("gore",), check_url="https://u@check.example/key?k=1", running=3)
    await office.change(BOSS, lambda _: replace(first, check_url="https://check.example/key?k=1"))
    await office.change(
        BOSS,
        lambda rules: replace(
            rules,
            channels=("c2", "c3"),
            words=(),
            unsafe=True,
            ask_over=Decimal("0.50"),
            running=None,
            defaults={"seed": 7, "enable_prompt_expansion": True},
        ),
    )
    assert table.deeds == [
        deed(
            "rules_set",
            channels="0 -> 2: +c1, +c2",
            running="none -> 3",
            words="0 -> 1: +gore",
            check_url="none -> https://check.example/…",
        ),
        deed(
            "rules_set",
            channels="2 -> 2: +c3, -c1",
            defaults="0 -> 2: +seed=7, +enable_prompt_expansion=yes",
            unsafe="no -> yes",
            running="3 -> none",
            ask_over="none -> 0.5",
            words="1 -> 0: -gore",
        ),
    ]


async def test_long_changes_are_shortened(office: Office, table: Table) -> None:
    """A deed is a line to read, not a second copy of the rules."""
    await office.change(BOSS, lambda rules: rules.moderated(tuple(f"word{number}" for number in range(150)), (), None))
    (told,) = table.deeds[0].detail.values()
    assert told.startswith("0 -> 150: +word0, ")
    assert (len(told), told[-1]) == (200, "…")


async def test_what_changes_nothing_is_no_deed(office: Office, table: Table) -> None:
    """A form that is sent as it was opened, a budget that is set to what it is, or dropped where there is none."""
    rules = await office.change(BOSS, lambda rules: replace(rules, running=3))
    assert await office.change(BOSS, lambda rules: replace(rules, running=3)) == rules
    await office.set_budget(BOSS, "everyone", "", Decimal(5))
    await office.set_budget(BOSS, "everyone", "", Decimal("5.00"))
    await office.set_budget(BOSS, "server", "", None)
    assert [each.action for each in table.deeds] == ["rules_set", "budget_set"]


async def test_rules_that_cannot_be_read_are_told_so_and_set_again(office: Office, table: Table) -> None:
    """Saying again what they were to be is a change, also where that is nothing."""
    table.rules["chat", "studio"] = Rules(patterns=("a+",), unreadable=("words",))
    rules = await office.change(BOSS, lambda rules: replace(rules, running=3))
    assert rules.unreadable == ("words",)
    rules = await office.change(BOSS, lambda rules: rules.moderated((), rules.patterns, None))
    assert rules == Rules(patterns=("a+",), running=3)
    assert [each.detail for each in table.deeds] == [{"running": "none -> 3"}, {"words": "unreadable -> 0"}]


WORDS_TOO_LONG = tuple(f"{number:03}{'x' * 90}" for number in range(40))


@pytest.mark.parametrize(
    ("wanted", "faults"),
    [
        ({"channels": tuple(map(str, range(51)))}, [("channels", "count", "51")]),
        ({"roles": tuple(map(str, range(51)))}, [("roles", "count", "51")]),
        ({"ask_over": Decimal(-1)}, [("ask_over", "sum", "-1")]),
        ({"ask_over": Decimal("nan")}, [("ask_over", "sum", "NaN")]),
        ({"ask_over": Decimal("1e7")}, [("ask_over", "sum", "1E+7")]),
        ({"words": tuple(map(str, range(201)))}, [("words", "count", "201")]),
        ({"words": ("x" * 101,)}, [("words", "length", "x" * 101)]),
        ({"words": WORDS_TOO_LONG}, [("words", "room", "3759")]),
        ({"patterns": tuple(map(str, range(51)))}, [("patterns", "count", "51")]),
        ({"patterns": ("(a", "b", "(c")}, [("patterns", "pattern", "(a"), ("patterns", "pattern", "(c")]),
        ({"patterns": ("(" + "x" * 500,)}, [("patterns", "length", "(" + "x" * 500)]),
        *[
            ({"check_url": url}, [("check_url", "address", url)])
            for url in (
                "http://check.example/",
                "check.example",
                "https://",
                "https://user:key@check.example/",
                "https://check.example/#part",
                "https://check.example:0/",
                "https://check.example:99999/",
                "https://[::1/",
                "https://check.example/ x",
                "https://chéck.example/",
                "ftp://check.example/",
                f"https://check.example/{'x' * 500}",
            )
        ],
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    office: Office, table: Table, wanted: Mapping[str, object], faults: list[tuple[str, str, str]]
) -> None:
    """All that is wrong is told at once, each with its field and its rule."""
    with pytest.raises(BadRules) as refused:
        await office.change(BOSS, lambda rules: replace(rules, running=3, **wanted))  # type: ignore[arg-type]
    assert [(fault.field, fault.rule, fault.given) for fault in refused.value.faults] == faults
    assert (table.rules, table.deeds) == ({}, [])


@pytest.mark.parametrize("defaults", [{"num_frames": 500}, {"shft": 4}, {"enable_safety_checker": False}])
async def test_a_default_that_the_model_does_not_take_is_refused(
    office: Office, table: Table, defaults: Mapping[str, int]
) -> None:
    """By the model's own rules; the safety checker has no default of a server's own."""
    with pytest.raises(BadRequest):
        await office.change(BOSS, lambda rules: replace(rules, defaults=defaults))
    assert (table.rules, table.deeds) == ({}, [])


async def test_what_stood_before_stands_in_nobodys_way(office: Office, table: Table) -> None:
    """Rules of another version, or of an older catalogue, do not keep an admin from changing others."""
    old = Rules(patterns=("(a",), defaults={"gone": 1}, check_url="http://check.example/")
    table.rules["chat", "studio"] = old
    assert await office.change(BOSS, lambda rules: replace(rules, running=3)) == replace(old, running=3)


def test_plain_http_is_for_hosts_of_the_operators_own(table: Table) -> None:
    """A check inside the operator's network needs no certificate; any other address does."""
    book = RuleBook(MODEL, lambda _: None, lambda host: host == "10.0.0.7")
    book.check(Rules(), Rules(check_url="http://10.0.0.7:8080/check"))
    with pytest.raises(BadRules):
        book.check(Rules(), Rules(check_url="http://10.0.0.8/check"))


async def test_a_check_that_could_never_be_asked_is_refused(table: Table) -> None:
    """By the rules of whatever asks it, with its reason: else each job would wait for it in vain."""
    book = RuleBook(MODEL, lambda _: None, unasked=lambda url: "a bad port" if ":444" in url else None)
    book.check(Rules(), Rules(check_url="https://check.example/"))
    with pytest.raises(BadRules) as refused:
        book.check(Rules(), Rules(check_url="https://check.example:444/"))
    assert refused.value.faults == (RuleFault("check_url", "address", "https://check.example:444/", said="a bad port"),)


async def test_budgets_are_deeds_too(office: Office, table: Table) -> None:
    """Set, changed and dropped, with whose it is and both sums; one that is no sum is refused."""
    await office.set_budget(BOSS, "user", "ann", Decimal(5))
    await office.set_budget(BOSS, "user", "ann", Decimal("7.5"))
    _, budgets = await office.look("chat", "studio")
    assert budgets == [Budget("chat", "studio", "user", "ann", Decimal("7.5"))]
    await office.set_budget(BOSS, "user", "ann", None)
    assert table.deeds == [
        deed("budget_set", "ann", of="user", usd="none -> 5"),
        deed("budget_set", "ann", of="user", usd="5 -> 7.5"),
        deed("budget_dropped", "ann", of="user", usd="7.5 -> none"),
    ]
    for usd in ("-1", "nan", "inf", "1000001"):
        with pytest.raises(BadRules):
            await office.set_budget(BOSS, "server", "", Decimal(usd))
    assert len(table.deeds) == 3


async def test_coming_and_going_are_deeds(office: Office, table: Table) -> None:
    """A server that the bot is taken out of loses its rules, and keeps its log; who did it is not always known."""
    await office.joined(replace(BOSS, id=""))
    await office.change(BOSS, lambda rules: replace(rules, running=3))
    await office.left("chat", "studio")
    assert table.rules == {}
    told = [(each.action, each.actor) for each in await office.newest(BOSS)]
    assert told == [("bot_removed", ""), ("rules_set", "boss"), ("bot_installed", "")]


def test_the_deed_of_forgetting_does_not_keep_whom(office: Office) -> None:
    """It would otherwise hold the very id that was to be forgotten."""
    told = office.forgetting(Author("chat", "ann"))
    assert (told.actor, told.action, told.platform, told.server) == (OPERATOR, "data_deleted", "chat", "")
    assert told.subject == pseudonym(Author("chat", "ann"))


async def test_admins_see_their_own_server_alone(office: Office, table: Table) -> None:
    """In the list and in the sheet."""
    await office.set_budget(BOSS, "everyone", "", Decimal(5))
    await office.set_budget(replace(BOSS, server="other"), "everyone", "", Decimal(6))
    await office.set_budget(replace(BOSS, platform="elsewhere"), "everyone", "", Decimal(7))
    assert [each.detail["usd"] for each in await office.newest(BOSS)] == ["none -> 5"]
    rows = list(csv.reader(io.StringIO((await office.sheet(BOSS)).decode())))
    assert [row[6] for row in rows[1:]] == ["of: everyone; usd: none -> 5"]
    assert sum([len(page) async for page in office.pages()]) == 3


async def test_a_sheet_holds_the_newest_deeds_that_it_has_room_for(
    office: Office, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut between two rows, so that it is a whole sheet."""
    table.deeds = [deed("rules_set", str(number)) for number in range(100)]
    monkeypatch.setattr(offices, "SHEET_BYTES", 500)
    sheet = await office.sheet(BOSS)
    rows = list(csv.reader(io.StringIO(sheet.decode())))
    assert len(sheet) <= 500
    assert {len(row) for row in rows} == {7}
    assert [row[5] for row in rows[1:4]] == ["99", "98", "97"]


async def test_a_store_that_is_away_is_told_of(office: Office, table: Table) -> None:
    """And neither the change nor its deed is there then."""
    table.away = True
    with pytest.raises(StoreAway):
        await office.change(BOSS, lambda rules: replace(rules, running=3))
    assert (table.rules, table.deeds) == ({}, [])
