"""What admins decide, kept in memory beside ``MemoryStore``'s jobs, for tests of what works with it."""

from collections.abc import AsyncIterator, Sequence

from bot.domain.budget import Budget
from bot.domain.errors import StoreAway
from bot.domain.server import Rules
from bot.ports import Deed, Revise
from tests.fakes_table import Table


class MemoryServers:
    """``bot.ports.Servers`` on a table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.notes: dict[str, str] = {}

    async def change_rules(self, platform: str, server: str, revise: Revise) -> Rules:
        """Change a server's rules, and keep the deed."""
        before = self.table.rules.get((platform, server), Rules())
        revised = revise(before)
        if revised is None:
            return before
        self._keep(revised[1])
        self.table.rules[platform, server] = revised[0]
        return revised[0]

    async def set_budget(self, budget: Budget, deed: Deed) -> None:
        """Set a budget."""
        await self.drop_budget(budget, deed)
        self.table.budgets.append(budget)

    async def drop_budget(self, budget: Budget, deed: Deed) -> None:
        """Remove a budget."""
        self._keep(deed)
        self.table.budgets = [each for each in self.table.budgets if _key(each) != _key(budget)]

    async def drop_server(self, platform: str, server: str, deed: Deed) -> None:
        """Remove a server's rules and budgets."""
        newest = await MemoryAudit(self.table).deeds(platform, server, limit=1)
        if [each.action for each in newest] != [deed.action]:
            self._keep(deed)
        self.table.rules.pop((platform, server), None)
        here = (platform, server)
        self.table.budgets = [each for each in self.table.budgets if (each.platform, each.server) != here]

    async def note(self, name: str) -> str | None:
        """Return what was noted."""
        return self.notes.get(name)

    async def set_note(self, name: str, value: str) -> None:
        """Note something."""
        self.notes[name] = value

    def _keep(self, deed: Deed) -> None:
        if self.table.away:
            raise StoreAway
        self.table.deeds.append(deed)


class MemoryAudit:
    """``bot.ports.AuditLog`` on a table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    async def write(self, deed: Deed) -> None:
        """Add a deed."""
        self.table.deeds.append(deed)

    async def deeds(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, limit: int = 1000
    ) -> Sequence[Deed]:
        """Return the newest deeds."""
        kept = [
            each
            for each in reversed(self.table.deeds)
            if platform in (None, each.platform) and server in (None, each.server) and each.at >= since
        ]
        return kept[:limit]

    async def pages(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, size: int = 500
    ) -> AsyncIterator[Sequence[Deed]]:
        """Yield all of them."""
        deeds = await self.deeds(platform, server, since, len(self.table.deeds))
        for start in range(0, len(deeds), size):
            yield deeds[start : start + size]


def _key(budget: Budget) -> tuple[str, str, str, str]:
    return budget.platform, budget.server, budget.kind, budget.id
