"""What a scripted request to the Discord twin gets instead of the usual answer."""

from dataclasses import dataclass

from tests.twins.replies import HoldAnswer, LoseAnswer, Refuse, Usual


@dataclass(frozen=True)
class Answer:
    """Discord's error JSON with this status, and nothing happens behind it. ``via`` false looks like Cloudflare's."""

    status: int
    code: int = 0
    message: str = "scripted"
    via: bool = True


@dataclass(frozen=True)
class RateLimited:
    """A 429 that asks for so many seconds; counted in ``twin.too_many``."""

    after: float
    everywhere: bool = False


Reply = Answer | RateLimited | LoseAnswer | Refuse | HoldAnswer | Usual
