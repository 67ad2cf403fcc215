"""What the admins of a server have decided before a bot starts, and what is in the log when it has ended."""

from contextlib import closing
from pathlib import Path

from adapters.store.audit import StoredAudit
from adapters.store.database import Database, url_of
from adapters.store.migrate import migrate
from adapters.store.servers import ServerBook
from bot.domain.server import Rules
from bot.ports import Deed


async def decide(folder: Path, platform: str, server: str, rules: Rules) -> None:
    """Set a server's rules in the store of a bot that runs in this folder, or will."""
    data_dir = folder / ".tweenbot"
    data_dir.mkdir(exist_ok=True)
    with closing(Database(url_of(data_dir))) as database:
        await migrate(database)
        deed = Deed(0.0, platform, server, "admin", "rules_set")
        await ServerBook(database).change_rules(platform, server, lambda _: (rules, deed))


async def deeds(folder: Path, platform: str, server: str) -> list[Deed]:
    """Return the log of a server, the oldest first, from the store of a bot that has ended."""
    with closing(Database(url_of(folder / ".tweenbot"))) as database:
        return list(await StoredAudit(database).deeds(platform, server))[::-1]
