"""The one message about a job, neutral to platforms: the core says what it holds, an adapter says how it looks."""

from dataclasses import dataclass
from enum import Enum

from bot.domain.progress import Phase


class Tone(Enum):
    """What a platform may colour a card by."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Field:
    """A fact with a short name."""

    name: str
    value: str


class Action(Enum):
    """What a reader may do with a job, as a button; the value is what a platform stores in it."""

    GO = "go"
    EXCHANGE = "exchange"
    WIDE = "wide"
    TALL = "tall"
    SQUARE = "square"
    BLUR = "blur"
    CROP = "crop"
    CANCEL = "cancel"
    LOOK_AGAIN = "look"
    SEND_AGAIN = "again"
    RERUN = "rerun"
    EDIT = "edit"
    SWAP = "swap"
    CONTINUE = "continue"
    RECIPE = "recipe"
    DELETE = "delete"


@dataclass(frozen=True)
class Card:
    """What a reader sees of a job at one moment; two equal cards look the same.

    ``fraction`` (0..1) is None where nothing is known of it; ``status`` is one line; ``notices`` are whole sentences;
    ``actions`` are what may be done now, in the order to show them: each platform shows those that it serves.
    ``since`` is when the job was accepted, in seconds of the flow's clock.
    """

    job_id: str
    tone: Tone
    title: str
    prompt: str
    phase: Phase | None
    status: str
    fraction: float | None
    fields: tuple[Field, ...]
    notices: tuple[str, ...]
    actions: tuple[Action, ...] = ()
    since: float = 0.0
