"""What a scripted call to the Slack twin gets instead of the usual answer."""

from dataclasses import dataclass

from tests.twins.replies import Answer, CutFile, HoldAnswer, LoseAnswer, Refuse, Usual


@dataclass(frozen=True)
class Error:
    """``ok: false`` with this code, and nothing happens behind it."""

    code: str


@dataclass(frozen=True)
class RateLimited:
    """HTTP 429 with Retry-After in seconds, and nothing happens behind it."""

    retry_after: int = 1


Reply = Answer | Error | RateLimited | Usual | LoseAnswer | Refuse | HoldAnswer | CutFile
