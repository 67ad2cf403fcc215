"""What nobody has to mend: the same request may work later."""

from datetime import date
from decimal import Decimal
from typing import Literal

from bot.domain.errors.base import TryLater


class ProviderBusy(TryLater):
    """The provider took nothing because it is full; ``retry_after`` in seconds, where it says."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__(f"provider busy, retry after {retry_after}")
        self.retry_after = retry_after


class ProviderUnreachable(TryLater):
    """The provider could not be reached; unless ``charge`` says otherwise, it surely accepted nothing."""


class ProviderFailed(TryLater):
    """The provider failed; ``kind`` is its error type (``runner_disconnected``) or the HTTP status."""

    def __init__(self, kind: str, said: str = "") -> None:
        super().__init__(f"{kind}: {said}" if said else kind)
        self.kind = kind
        self.said = said


class TookTooLong(TryLater):
    """The job was given up after ``seconds``; the provider was asked to stop it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"given up after {seconds:g} s")
        self.seconds = seconds


Whose = Literal["author", "server", "everyone"]
"""Whose limit it is."""


class QueueFull(TryLater):
    """``limit`` jobs of ``whose`` wait already; nothing was accepted."""

    def __init__(self, whose: Whose, limit: int) -> None:
        super().__init__(f"{limit} jobs of {whose} wait")
        self.whose = whose
        self.limit = limit


class BudgetSpent(TryLater):
    """The month's budget of ``whose`` does not cover the price; nothing was accepted.

    ``limit``, ``spent`` (with what is reserved for jobs under way) and ``price`` in US dollars; a new month begins on
    ``renews`` (UTC).
    """

    def __init__(self, whose: Whose, limit: Decimal, spent: Decimal, price: Decimal, renews: date) -> None:
        super().__init__(f"{spent} of {limit} of {whose} spent, {price} wanted")
        self.whose = whose
        self.limit = limit
        self.spent = spent
        self.price = price
        self.renews = renews


class StoreAway(TryLater):
    """The job store does not answer."""


class Draining(TryLater):
    """The bot takes no more jobs because it is about to stop or restart."""


class ChannelBusy(TryLater):
    """The platform surely did not take a message; ``retry_after`` in seconds, where it says."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__(f"channel busy, retry after {retry_after}")
        self.retry_after = retry_after


class PostUnclear(TryLater):
    """The platform's answer to a message was lost: it may be there."""


class CheckAway(TryLater):
    """Whoever is asked whether this may be made, or shown, does not answer: what was not checked is not done."""
