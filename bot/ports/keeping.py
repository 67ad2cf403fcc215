"""What adapters keep between two starts: images on their way, secrets, rules of servers."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.domain.budget import Budget
from bot.domain.errors import BadImage, Which
from bot.domain.server import Rules
from bot.ports.moderation import Deed


class Inbox(Protocol):
    """Images that a platform hands over once, under links that expire: kept until their job has ended.

    What one process puts in, each process of the same store finds. Raises :class:`StoreAway`.
    """

    async def put(self, job_id: str, which: Which, data: bytes) -> None:
        """Keep an image; a second one replaces the first."""
        ...

    async def put_fault(self, fault: BadImage, job_id: str) -> None:
        """Keep, in the place of the image that the fault is about, why there is none."""
        ...

    async def get(self, job_id: str, which: Which) -> bytes | None:
        """Return the image, or None while there is none; raise the :class:`BadImage` that stands in its place."""
        ...


class Vault(Protocol):
    """Values that are secret, under names that are not. They are sealed before they come here.

    What one process puts in, each process of the same store finds. Raises :class:`StoreAway`.
    """

    async def put(self, name: str, value: bytes) -> None:
        """Keep a value; a second one replaces the first."""
        ...

    async def swap(self, name: str, old: bytes | None, new: bytes) -> bool:
        """Keep ``new`` where ``old`` still stands, or, with None, nothing; False where that is not so.

        Of several at once, one succeeds.
        """
        ...

    async def get(self, name: str) -> bytes | None:
        """Return a value, or None where there is none."""
        ...

    async def take(self, name: str) -> bytes | None:
        """Return a value and remove it: of several at once, one gets it."""
        ...

    async def names(self, prefix: str) -> Sequence[str]:
        """Return the names that begin so, in order."""
        ...

    async def drop(self, prefix: str) -> int:
        """Remove every value whose name begins so; return how many."""
        ...


Revise = Callable[[Rules], tuple[Rules, Deed] | None]
"""Makes new rules of those that stand, and the deed that tells of it; None leaves them. It may be called again."""


class Servers(Protocol):
    """What the admins of servers have decided, and what an adapter notes for itself. Raises :class:`StoreAway`.

    A change and the deed that tells of it are one transaction: neither is there without the other.
    """

    async def change_rules(self, platform: str, server: str, revise: Revise) -> Rules:
        """Change a server's rules, and return them; they hold from the next accept on.

        Nobody else changes them meanwhile. What ``revise`` raises is raised, and nothing is changed then. Of rules that
        are :attr:`Rules.unreadable` in what it returns, what is stored stays.
        """
        ...

    async def set_budget(self, budget: Budget, deed: Deed) -> None:
        """Set a budget; it holds from the next accept on."""
        ...

    async def drop_budget(self, budget: Budget, deed: Deed) -> None:
        """Remove the budget of that platform, server, kind and id."""
        ...

    async def drop_server(self, platform: str, server: str, deed: Deed) -> None:
        """Remove a server's rules and budgets: the bot was taken out of it. Its deeds stay, with this one.

        A platform may tell of it more than once: where such a deed is the newest already, there is no second one.
        """
        ...

    async def note(self, name: str) -> str | None:
        """Return what a platform's adapter has noted under this name."""
        ...

    async def set_note(self, name: str, value: str) -> None:
        """Note something; it replaces what was noted under this name."""
        ...
