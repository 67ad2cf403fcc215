"""The office: everything that an admin of a server, or the operator, may set, and the book in which it is written down.

It works with the store alone. What is set here is checked here, and is one transaction with the deed that tells of it,
so no platform's adapter can forget either.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.budget import Budget, Kind
from bot.domain.errors import BadRequest, BadRules, Fault, RuleFault
from bot.domain.model import Model
from bot.domain.request import Author, check_option, unknown_option
from bot.domain.rule_check import Broken, check_sum, faults_of
from bot.domain.server import Rules
from bot.flow.deeds import NONE, changes, plainly
from bot.ports import OPERATOR, AuditLog, Deed, JobStore, Servers, Terms, pseudonym
from bot.wording.audit import sheet

Change = Callable[[Rules], Rules]
SHOWN = 20
"""Deeds that an admin is shown without opening the sheet."""
SHEET_BYTES = 2_000_000
"""What the sheet of a server weighs at most: its newest deeds."""


@dataclass(frozen=True)
class Admin:
    """Who decides, and for which server; ``id`` as in :attr:`Deed.actor`."""

    platform: str
    server: str
    id: str


@dataclass(frozen=True)
class RuleBook:
    """What rules are checked against: the model's options, what is a pattern, and which hosts are the operator's own.

    A check at one of those may be asked over plain http. ``unasked`` says why an address will never be asked, whatever
    listens there; None where it may be.
    """

    model: Model
    broken: Broken
    is_own: Callable[[str], bool] = lambda _: False
    unasked: Callable[[str], str | None] = lambda _: None

    def faults(self, before: Rules, after: Rules) -> tuple[RuleFault, ...]:
        """Return what is wrong with what is new, whatever the model."""
        return faults_of(before, after, self.broken, self.is_own, self.unasked)

    def check(self, before: Rules, after: Rules) -> None:
        """Raise :class:`BadRules` or :class:`BadRequest` with all that is wrong with what is new."""
        if faults := self.faults(before, after):
            raise BadRules(faults)
        known = {option.name: option for option in self.model.options if option.name != self.model.safety}
        wrong: list[Fault] = []
        for name, value in after.defaults.items():
            if name in before.defaults and before.defaults[name] == value:
                continue
            fault = check_option(known[name], value) if name in known else unknown_option(name, known)
            wrong.extend([] if fault is None else [fault])
        if wrong:
            raise BadRequest(tuple(wrong))


class Office:
    """Takes what admins decide. ``terms`` are the operator's, which a server's own limits only narrow."""

    def __init__(
        self,
        store: JobStore,
        servers: Servers,
        audit: AuditLog,
        book: RuleBook,
        terms: Terms,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._servers = servers
        self._audit = audit
        self._book = book
        self._clock = clock
        self.terms = terms

    async def look(self, platform: str, server: str) -> tuple[Rules, Sequence[Budget]]:
        """Return a server's rules and budgets."""
        return await self._store.rules(platform, server), await self._store.budgets(platform, server)

    def faults(self, rules: Rules) -> Sequence[RuleFault]:
        """Return what is wrong with rules as if all of them were new, so that a form can show it at once."""
        return self._book.faults(Rules(), rules)

    async def change(self, admin: Admin, change: Change) -> Rules:
        """Change the server's rules, and return them; what changes nothing is no deed.

        Raises :class:`BadRules` or :class:`BadRequest`, and then nothing is changed.
        """

        def revise(before: Rules) -> tuple[Rules, Deed] | None:
            after = change(before)
            self._book.check(before, after)
            told = changes(before, after)
            return (after, self._deed(admin, "rules_set", detail=told)) if told else None

        return await self._servers.change_rules(admin.platform, admin.server, revise)

    async def set_budget(self, admin: Admin, kind: Kind, id_: str, usd: Decimal | None) -> None:
        """Set a budget to US dollars a month, or drop it where there is no sum; what changes nothing is no deed."""
        if usd is not None and (fault := check_sum("budget", usd)) is not None:
            raise BadRules((fault,))
        budgets = await self._store.budgets(admin.platform, admin.server)
        before = next((each.usd for each in budgets if (each.kind, each.id) == (kind, id_)), None)
        if before == usd:
            return
        budget = Budget(admin.platform, admin.server, kind, id_, usd or Decimal(0))
        detail = {"of": kind, "usd": f"{_usd(before)} -> {_usd(usd)}"}
        if usd is None:
            await self._servers.drop_budget(budget, self._deed(admin, "budget_dropped", id_, detail))
        else:
            await self._servers.set_budget(budget, self._deed(admin, "budget_set", id_, detail))

    async def joined(self, admin: Admin) -> None:
        """Note that the bot was brought into a server; the admin's id is empty where nobody says who did it."""
        await self._audit.write(self._deed(admin, "bot_installed"))

    async def left(self, platform: str, server: str) -> None:
        """Drop a server's rules and budgets: the bot was taken out of it, and no platform says by whom."""
        await self._servers.drop_server(platform, server, self._deed(Admin(platform, server, ""), "bot_removed"))

    def forgetting(self, author: Author) -> Deed:
        """Return the deed of an operator who deletes what is stored of an author, whose id it does not keep."""
        return self._deed(Admin(author.platform, "", OPERATOR), "data_deleted", pseudonym(author))

    async def newest(self, admin: Admin, limit: int = SHOWN) -> Sequence[Deed]:
        """Return the server's newest deeds, newest first."""
        return await self._audit.deeds(admin.platform, admin.server, limit=limit)

    async def sheet(self, admin: Admin) -> bytes:
        """Return the server's deeds as a CSV file, newest first, as many as it may weigh."""
        written = bytearray(sheet(()).encode())
        async for page in self._audit.pages(admin.platform, admin.server):
            for row in (sheet((deed,), head=False).encode() for deed in page):
                if len(written) + len(row) > SHEET_BYTES:
                    return bytes(written)
                written += row
        return bytes(written)

    def pages(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0
    ) -> AsyncIterator[Sequence[Deed]]:
        """Yield the deeds of all servers, or of one, a page at a time: for the operator alone."""
        return self._audit.pages(platform, server, since)

    def _deed(self, admin: Admin, action: str, subject: str = "", detail: dict[str, str] | None = None) -> Deed:
        return Deed(self._clock(), admin.platform, admin.server, admin.id, action, subject, detail or {})


def _usd(usd: Decimal | None) -> str:
    return NONE if usd is None else plainly(usd)
