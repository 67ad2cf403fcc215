"""What servers' admins decide and what adapters note is kept, and never stops a bot that cannot read it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from adapters.store.audit import StoredAudit
from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.servers import LARGEST, ServerBook
from adapters.store.tables import servers
from bot.domain.budget import Budget
from bot.domain.errors import BadRules, RuleFault, RulesUnreadable
from bot.domain.request import Where
from bot.domain.server import Rules
from bot.ports import Revise
from tests.contract.store.stored import ANN, DEED, MODELS, set_budget, set_rules

RULES = Rules(
    channels=("c1", "c2"),
    roles=("painters",),
    defaults={"seed": 7, "resolution": "480p", "turbo": True, "guide_scale": 4.5},
    unsafe=True,
    running=3,
    running_per_author=0,
    waiting_per_author=2,
    ask_over=Decimal("2.50"),
    words=("gore", "blood and guts"),
    patterns=(r"\\bgore\\b",),
    check_url="https://check.example.org/tween?key=k",
)


async def _overwrite(database: Database, stored: object) -> None:
    changing = sa.update(servers).values(rules=sa.literal(stored, sa.JSON))
    await database.run(lambda connection: connection.execute(changing))


async def test_rules_come_back_as_they_were_set(database: Database) -> None:
    """The last ones set hold, for that platform's server alone; a server without any leaves everything open."""
    store = Jobs(database, MODELS, None)
    await set_rules(database, "discord", "guild", Rules(("c9",), running=1))
    await set_rules(database, "discord", "guild", RULES)
    assert await store.rules("discord", "guild") == RULES
    assert await store.rules("discord", "other") == await store.rules("slack", "guild") == Rules()
    await set_rules(database, "discord", "guild", Rules())
    assert await store.rules("discord", "guild") == Rules()


async def test_a_change_begins_with_what_stands(database: Database) -> None:
    """Of several admins at once none undoes what another has set, also where nothing was set before."""
    book = ServerBook(database)

    def adding(channel: str) -> Revise:
        deed = replace(DEED, detail={"channels": f"+{channel}"})
        return lambda rules: (replace(rules, channels=(*rules.channels, channel)), deed)

    channels = [f"c{number}" for number in range(6)]
    await asyncio.gather(*(book.change_rules("discord", "guild", adding(each)) for each in channels))
    rules = await Jobs(database, MODELS, None).rules("discord", "guild")
    assert sorted(rules.channels) == channels
    assert len(await StoredAudit(database).deeds("discord", "guild")) == len(channels)


async def test_a_change_and_its_deed_are_there_together_or_not_at_all(database: Database) -> None:
    """A deed that cannot be written takes the change back; a change that is refused, or is none, leaves no deed."""
    book, log = ServerBook(database), StoredAudit(database)
    unwritable = replace(DEED, action="unwritable", detail={"x": object()})  # type: ignore[dict-item]  # what no column holds
    budget = Budget("discord", "guild", "everyone", "", Decimal(5))
    await set_rules(database, "discord", "guild", RULES)
    with pytest.raises((TypeError, sa.exc.StatementError)):
        await book.change_rules("discord", "guild", lambda _: (Rules(), unwritable))
    for changing in (book.set_budget(budget, unwritable), book.drop_server("discord", "guild", unwritable)):
        with pytest.raises((TypeError, sa.exc.StatementError)):
            await changing

    def refusing(_: Rules) -> None:
        raise BadRules((RuleFault("words", "count", "300", 200),))

    with pytest.raises(BadRules):
        await book.change_rules("discord", "guild", refusing)
    assert await book.change_rules("discord", "guild", lambda _: None) == RULES
    store = Jobs(database, MODELS, None)
    assert (await store.rules("discord", "guild"), await store.budgets("discord", "guild")) == (RULES, [])
    assert await log.deeds() == [DEED]


async def test_a_limit_that_no_column_holds_is_none(database: Database) -> None:
    """It would not narrow the operator's."""
    await set_rules(database, "discord", "guild", Rules(running=10**20))
    assert (await Jobs(database, MODELS, None).rules("discord", "guild")).running == LARGEST


async def test_rules_of_another_version_are_read_as_far_as_they_are_known(database: Database) -> None:
    """Unknown fields are passed over, and so are defaults that are no option's value."""
    await set_rules(database, "discord", "guild", RULES)
    await _overwrite(database, {"channels": ["c1"], "hours": "9-17", "defaults": {"seed": 7, "mask": [1]}})
    wanted = Rules(("c1",), defaults={"seed": 7}, running=3, running_per_author=0, waiting_per_author=2)
    assert await Jobs(database, MODELS, None).rules("discord", "guild") == wanted


STORED: Mapping[str, object] = {
    "channels": ["c1", "c2"],
    "roles": ["painters"],
    "defaults": {"seed": 7},
    "unsafe": True,
    "ask_over": "5",
    "words": ["gore"],
    "patterns": ["a+"],
    "check_url": "https://check.example.org/",
}
READ = Rules(
    ("c1", "c2"),
    ("painters",),
    {"seed": 7},
    unsafe=True,
    running=3,
    running_per_author=0,
    waiting_per_author=2,
    ask_over=Decimal(5),
    words=("gore",),
    patterns=("a+",),
    check_url="https://check.example.org/",
)


@pytest.mark.parametrize(
    ("field", "stored", "read"),
    [
        ("channels", "c1", ()),
        ("roles", [1], ()),
        ("defaults", [], {}),
        ("unsafe", "yes", False),
        ("ask_over", "much", Decimal(0)),
        ("ask_over", "NaN", Decimal(0)),
        ("ask_over", "-1", Decimal(0)),
        ("ask_over", {}, Decimal(0)),
    ],
)
async def test_a_field_that_cannot_be_read_takes_no_other_with_it(
    database: Database, field: str, stored: object, read: object
) -> None:
    """Nobody is locked out by it, the safety checker stays on, every job asks, and what else is set holds."""
    await set_rules(database, "discord", "guild", RULES)
    await _overwrite(database, {**STORED, field: stored})
    rules = await Jobs(database, MODELS, None).rules("discord", "guild")
    assert rules == _changed(field, read)
    rules.check_readable()


@pytest.mark.parametrize(
    ("field", "stored", "read"),
    [("words", "gore", ()), ("words", None, ()), ("patterns", ["a", 1], ()), ("check_url", 7, None)],
)
async def test_what_may_be_made_fails_closed_where_it_cannot_be_read(
    database: Database, field: str, stored: object, read: object
) -> None:
    """Nothing is made then, it is logged once without what is in it, and the other fields hold."""
    await set_rules(database, "discord", "guild", RULES)
    await _overwrite(database, {**STORED, field: stored})
    store = Jobs(database, MODELS, None)
    with capture_logs() as logged:
        rules = [await store.rules("discord", "guild") for _ in range(2)][-1]
    assert rules == replace(_changed(field, read), unreadable=(field,))
    with pytest.raises(RulesUnreadable):
        rules.check(ANN, Where(("c1",)))
    assert [(each["event"], each["server"], each["fields"]) for each in logged] == [
        ("rules_unreadable", "guild", [field])
    ]


async def test_what_cannot_be_read_is_kept_until_it_is_set_again(database: Database) -> None:
    """A change of something else opens nothing; setting what may be made does."""
    await set_rules(database, "discord", "guild", RULES)
    await _overwrite(database, {**STORED, "words": "gore"})
    book, store = ServerBook(database), Jobs(database, MODELS, None)
    await book.change_rules("discord", "guild", lambda rules: (replace(rules, channels=("c3",)), DEED))
    rules = await store.rules("discord", "guild")
    assert (rules.channels, rules.patterns, rules.unreadable) == (("c3",), ("a+",), ("words",))
    await book.change_rules("discord", "guild", lambda rules: (rules.moderated((), (), None), DEED))
    rules = await store.rules("discord", "guild")
    assert (rules.words, rules.patterns, rules.unreadable) == ((), (), ())


@pytest.mark.parametrize("stored", [["c1"], "", 7])
async def test_rules_of_which_nothing_can_be_read_close_the_server(database: Database, stored: object) -> None:
    """Its limits, which are columns, hold; and what is set again opens it."""
    await set_rules(database, "discord", "guild", RULES)
    await _overwrite(database, stored)
    await _closed_until_set_again(database)


async def test_rules_that_are_no_json_close_the_server(sqlite_url: str) -> None:
    """SQLite keeps any text in that column; Postgres would not."""
    database = Database(sqlite_url)
    await migrate(database)
    await set_rules(database, "discord", "guild", RULES)
    broken = sa.text('UPDATE servers SET rules = \'{"channels": ["c1\'')
    await database.run(lambda connection: connection.execute(broken))
    await _closed_until_set_again(database)
    database.close()


def _changed(field: str, value: Any) -> Rules:  # noqa: ANN401  # as the field has it
    return replace(READ, **{field: value})


async def _closed_until_set_again(database: Database) -> None:
    store, book = Jobs(database, MODELS, None), ServerBook(database)
    closed = Rules(
        running=3,
        running_per_author=0,
        waiting_per_author=2,
        ask_over=Decimal(0),
        unreadable=("words", "patterns", "check_url"),
    )
    assert await store.rules("discord", "guild") == closed
    await book.change_rules("discord", "guild", lambda rules: (replace(rules, running=4), DEED))
    assert await store.rules("discord", "guild") == replace(closed, running=4)
    await book.change_rules("discord", "guild", lambda rules: (rules.moderated(("gore",), (), None), DEED))
    (await store.rules("discord", "guild")).check_readable()


async def test_a_server_that_the_bot_was_taken_out_of_leaves_nothing_but_its_deeds(database: Database) -> None:
    """Its rules and its budgets go, and nobody else's; that it is told of several times is one deed."""
    book, store = ServerBook(database), Jobs(database, MODELS, None)
    for platform, server in (("discord", "guild"), ("discord", "other"), ("slack", "guild")):
        await set_rules(database, platform, server, RULES)
        await set_budget(database, Budget(platform, server, "everyone", "", Decimal(5)))
    removed = replace(DEED, action="bot_removed", actor="")
    told = [replace(removed, at=removed.at + number) for number in range(1, 5)]
    await asyncio.gather(*(book.drop_server("discord", "guild", each) for each in told))
    left = {
        (platform, server): (await store.rules(platform, server), len(await store.budgets(platform, server)))
        for platform, server in (("discord", "guild"), ("discord", "other"), ("slack", "guild"))
    }
    assert left == {
        ("discord", "guild"): (Rules(), 0),
        ("discord", "other"): (RULES, 1),
        ("slack", "guild"): (RULES, 1),
    }
    # The helpers give one deed for all: it is the same, so it is there once.
    assert [each.action for each in await StoredAudit(database).deeds("discord", "guild")] == [
        "bot_removed",
        "rules_set",
    ]


async def test_what_an_adapter_notes_is_there_after_a_restart(database: Database) -> None:
    """Under its name, the last value noted; None where nothing was."""
    book = ServerBook(database)
    assert await book.note("discord commands") is None
    await book.set_note("discord commands", "a1")
    await book.set_note("discord commands", "b2")
    await book.set_note("slack", "")
    assert await ServerBook(database).note("discord commands") == "b2"
    assert await ServerBook(database).note("slack") == ""
