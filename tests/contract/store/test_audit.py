"""What was decided is written down once, is never changed, and is read back page by page, newest first."""

import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from adapters.store.audit import BATCH, StoredAudit, purge
from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.servers import ServerBook
from adapters.store.staged_files import StagedFolder
from adapters.store.tables import audit
from bot.compose import assembly
from bot.domain.budget import Budget
from bot.domain.request import Author
from bot.ports import MODERATION, OPERATOR, Deed, pseudonym
from config.settings import Settings
from tests.contract.store.stored import ANN, MODELS

SET = Deed(
    1_795_000_000.5, "discord", "guild", "boss", "rules_set", "", {"words": "0 -> 1: +gore", "unsafe": "no -> yes"}
)
BUDGET = Deed(1_795_000_001.0, "slack", "guild", OPERATOR, "budget_set", "ann", {"usd": "none -> 5"})
REFUSED = Deed(1_795_000_002.0, "discord", "guild", MODERATION, "moderation_refused", "ann", {"job": "j1"})
JOINED = Deed(1_795_000_003.0, "discord", "other", "", "bot_installed")


async def _written(database: Database, *deeds: Deed) -> StoredAudit:
    log = StoredAudit(database)
    for each in deeds:
        await log.write(each)
    return log


async def test_what_is_written_comes_back_whole_and_newest_first(database: Database) -> None:
    """Of all servers, of one platform, of one server, since a moment, and so many."""
    log = await _written(database, JOINED, SET, REFUSED, BUDGET)
    assert await log.deeds() == [JOINED, REFUSED, BUDGET, SET]
    assert await log.deeds("discord") == [JOINED, REFUSED, SET]
    assert await log.deeds(server="guild") == [REFUSED, BUDGET, SET]
    assert await log.deeds("discord", "guild") == [REFUSED, SET]
    assert await log.deeds("slack", "other") == []
    assert await log.deeds(since=BUDGET.at) == [JOINED, REFUSED, BUDGET]
    assert await log.deeds(limit=1) == [JOINED]


async def test_a_refusal_that_is_told_again_is_one_deed(database: Database) -> None:
    """A command that is delivered twice, or a job that was judged right before a kill; admins may do the same twice."""
    refused = Deed(SET.at, "discord", "guild", MODERATION, "refused", "job 1", {"what": "prompt"})
    others = [replace(refused, at=SET.at + 2, **each) for each in ({"detail": {"what": "video"}}, {"subject": "job 2"})]
    again = replace(SET, at=SET.at + 1)
    log = await _written(database, refused, replace(refused, at=SET.at + 1), *others, SET, again)
    assert sorted(await log.deeds(), key=repr) == sorted([refused, *others, SET, again], key=repr)


async def test_a_commit_whose_answer_was_lost_leaves_one_deed(database: Database) -> None:
    """A transaction runs again then, and finds what it has written: the very same moment of the very same deed."""
    log, book, budget = StoredAudit(database), ServerBook(database), Budget("slack", "guild", "user", "ann", Decimal(5))
    for _ in range(2):
        await log.write(JOINED)
        await book.set_budget(budget, BUDGET)
    assert await log.deeds() == [JOINED, BUDGET]


async def test_deeds_of_one_moment_are_told_in_their_order(database: Database) -> None:
    """The last one written is the newest; what no column holds is replaced."""
    first, second = replace(SET, subject="\0a"), replace(SET, subject="b\ud800")
    log = await _written(database, first, second)
    assert [each.subject for each in await log.deeds()] == ["b\ufffd", "\ufffda"]


async def test_pages_hold_each_deed_once(database: Database) -> None:
    """Whatever is written while they are read is left out, also of the moment that a page ends at."""
    deeds = [replace(SET, at=SET.at + number // 3, subject=str(number)) for number in range(11)]
    log = await _written(database, *deeds)
    read: list[str] = []
    async for page in log.pages("discord", size=4):
        assert len(page) <= 4
        read += [each.subject for each in page]
        await log.write(replace(deeds[-1], subject="meanwhile"))
        await log.write(replace(SET, at=page[-1].at, subject="of that moment"))
    assert read == [str(number) for number in reversed(range(11))]
    assert [page async for page in log.pages("nowhere")] == []


async def test_an_author_who_is_forgotten_has_a_pseudonym_in_what_the_moderation_did(database: Database) -> None:
    """Admins' deeds stay under their ids, whomever they are about; another platform's user of that id is another."""
    elsewhere = replace(REFUSED, platform="slack")
    named = replace(REFUSED, subject="job 1", detail={"author": "ann", "of": "ann's"})
    acted = replace(REFUSED, actor="ann", subject="job 2", action="moderation_asked")
    admins = (replace(SET, actor="ann"), replace(SET, action="budget_set", subject="ann"))
    other = replace(REFUSED, subject="annabel")
    log = await _written(database, REFUSED, elsewhere, named, acted, *admins, other)
    store, author = Jobs(database, MODELS, None), replace(ANN, id="ann")
    told = Deed(1_795_000_009.0, "discord", "", OPERATOR, "data_deleted", pseudonym(author))
    await store.forget(author, told)
    hidden = pseudonym(author)
    wanted = [
        told,
        other,
        *reversed(admins),
        replace(acted, actor=hidden),
        replace(named, detail={"author": hidden, "of": "ann's"}),
        elsewhere,
        replace(REFUSED, subject=hidden),
    ]
    assert sorted(await log.deeds(), key=repr) == sorted(wanted, key=repr)
    assert "ann" not in hidden
    assert hidden != pseudonym(Author("slack", "ann"))


async def test_forgetting_nobody_changes_nothing(database: Database) -> None:
    """An id of no characters stands in no deed, though every text holds it."""
    log = await _written(database, replace(REFUSED, subject=""))
    await Jobs(database, MODELS, None).forget(Author("discord", ""))
    assert await log.deeds() == [replace(REFUSED, subject="")]


async def test_deeds_go_when_their_time_is_over(database: Database) -> None:
    """In several batches, and no other ones."""
    await _written(database, JOINED)
    row: Mapping[str, object] = {
        **{name: getattr(SET, name) for name in ("platform", "server", "actor", "action", "subject")},
        "detail": {},
    }
    rows = [{**row, "at": float(number)} for number in range(BATCH + 2)]
    await database.run(lambda connection: connection.execute(sa.insert(audit), rows))
    assert await purge(database, JOINED.at) == BATCH + 2
    assert await StoredAudit(database).deeds() == [JOINED]
    assert await purge(database, JOINED.at) == 0


async def test_the_bots_cleaning_takes_them(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """After the days that the operator has set, whatever ended jobs are kept for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWEENBOT_AUDIT_DAYS", "30")
    now = time.time()
    kept, gone = (replace(SET, at=now - days * 86400) for days in (29, 31))
    log = await _written(database, gone, kept)
    jobs = Jobs(database, MODELS, None)
    nobody: Any = SimpleNamespace(advance=None, ring=None, ready=None, is_parked=None)
    left = assembly._Tidy(jobs, StagedFolder(tmp_path / "staged"), tmp_path / "work")
    await assembly._driven(Settings(), database, jobs, nobody, [], left).purge()
    assert await log.deeds() == [kept]


async def test_details_that_cannot_be_read_are_none(database: Database) -> None:
    """The deed itself still tells who did what."""
    log = await _written(database, SET)
    changing = sa.update(audit).values(detail=sa.literal(["x"], sa.JSON))
    await database.run(lambda connection: connection.execute(changing))
    assert await log.deeds() == [replace(SET, detail={})]
