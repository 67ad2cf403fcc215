"""What servers' admins decide and what adapters note is kept, and never stops a bot that cannot read it."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.servers import LARGEST, ServerBook
from adapters.store.tables import servers
from bot.domain.budget import Budget
from bot.domain.server import Rules
from tests.contract.store.stored import MODELS, TERMS, job

RULES = Rules(
    channels=("c1", "c2"),
    roles=("painters",),
    defaults={"seed": 7, "resolution": "480p", "turbo": True, "guide_scale": 4.5},
    unsafe=True,
    running=3,
    running_per_author=0,
    waiting_per_author=2,
)


async def _overwrite(database: Database, stored: object) -> None:
    changing = sa.update(servers).values(rules=sa.literal(stored, sa.JSON))
    await database.run(lambda connection: connection.execute(changing))


async def test_rules_come_back_as_they_were_set(database: Database) -> None:
    """The last ones set hold, for that platform's server alone; a server without any leaves everything open."""
    book, store = ServerBook(database), Jobs(database, MODELS, None)
    await book.set_rules("discord", "guild", Rules(("c9",), running=1))
    await book.set_rules("discord", "guild", RULES)
    assert await store.rules("discord", "guild") == RULES
    assert await store.rules("discord", "other") == await store.rules("slack", "guild") == Rules()
    await book.set_rules("discord", "guild", Rules())
    assert await store.rules("discord", "guild") == Rules()


async def test_a_limit_that_no_column_holds_is_none(database: Database) -> None:
    """It would not narrow the operator's."""
    await ServerBook(database).set_rules("discord", "guild", Rules(running=10**20))
    assert (await Jobs(database, MODELS, None).rules("discord", "guild")).running == LARGEST


async def test_rules_of_another_version_are_read_as_far_as_they_are_known(database: Database) -> None:
    """Unknown fields are passed over, and so are defaults that are no option's value."""
    await ServerBook(database).set_rules("discord", "guild", RULES)
    await _overwrite(database, {"channels": ["c1"], "hours": "9-17", "defaults": {"seed": 7, "mask": [1]}})
    wanted = Rules(("c1",), defaults={"seed": 7}, running=3, running_per_author=0, waiting_per_author=2)
    assert await Jobs(database, MODELS, None).rules("discord", "guild") == wanted


@pytest.mark.parametrize("stored", [["c1"], "", {"channels": "c1"}, {"roles": [1]}, {"defaults": []}])
async def test_rules_that_cannot_be_read_leave_everything_open(database: Database, stored: object) -> None:
    """Nobody is locked out, the safety checker stays on, and it is logged once, without what is in them."""
    await ServerBook(database).set_rules("discord", "guild", RULES)
    await _overwrite(database, {"unsafe": True, **stored} if isinstance(stored, Mapping) else stored)
    store = Jobs(database, MODELS, None)
    with capture_logs() as logged:
        assert [await store.rules("discord", "guild") for _ in range(2)] == [Rules(), Rules()]
    assert [(each["event"], each["server"]) for each in logged] == [("rules_unreadable", "guild")]
    assert (await store.accept(job(), TERMS)).id == "e1"


async def test_rules_that_are_no_json_leave_everything_open(sqlite_url: str) -> None:
    """SQLite keeps any text in that column; Postgres would not."""
    database = Database(sqlite_url)
    await migrate(database)
    await ServerBook(database).set_rules("discord", "guild", RULES)
    broken = sa.text('UPDATE servers SET rules = \'{"channels": ["c1\'')
    await database.run(lambda connection: connection.execute(broken))
    assert await Jobs(database, MODELS, None).rules("discord", "guild") == Rules()
    database.close()


async def test_a_server_that_the_bot_was_taken_out_of_leaves_nothing(database: Database) -> None:
    """Its rules and its budgets go, and nobody else's."""
    book, store = ServerBook(database), Jobs(database, MODELS, None)
    for platform, server in (("discord", "guild"), ("discord", "other"), ("slack", "guild")):
        await book.set_rules(platform, server, RULES)
        await store.set_budget(Budget(platform, server, "everyone", "", Decimal(5)))
    await book.drop_server("discord", "guild")
    await book.drop_server("discord", "guild")
    left = {
        (platform, server): (await store.rules(platform, server), len(await store.budgets(platform, server)))
        for platform, server in (("discord", "guild"), ("discord", "other"), ("slack", "guild"))
    }
    assert left == {
        ("discord", "guild"): (Rules(), 0),
        ("discord", "other"): (RULES, 1),
        ("slack", "guild"): (RULES, 1),
    }


async def test_what_an_adapter_notes_is_there_after_a_restart(database: Database) -> None:
    """Under its name, the last value noted; None where nothing was."""
    book = ServerBook(database)
    assert await book.note("discord commands") is None
    await book.set_note("discord commands", "a1")
    await book.set_note("discord commands", "b2")
    await book.set_note("slack", "")
    assert await ServerBook(database).note("discord commands") == "b2"
    assert await ServerBook(database).note("slack") == ""
