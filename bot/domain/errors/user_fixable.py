"""What the author can mend."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from bot.domain.errors.base import UserFixable, Which

Rule = Literal["required", "type", "choice", "range", "unknown"]


@dataclass(frozen=True)
class Fault:
    """One broken rule of one field.

    ``allowed`` is the rule as data: the option's JSON Schema, or the known names where the field itself is unknown.
    """

    field: str
    rule: Rule
    given: object
    allowed: Mapping[str, object]


class BadRequest(UserFixable):
    """A request that breaks the model's rules; all faults at once, in the model's order."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(f"{fault.field}: {fault.rule}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class RuleFault:
    """What is wrong with one of the rules that an admin sets for a server; ``field`` is its name in ``Rules``.

    ``given`` is what was set, or the entry that is meant; ``most`` the limit that it is over, with the number that it
    has in ``given``; ``said`` why a pattern cannot be used, or an address is never asked.
    """

    field: str
    rule: Literal["sum", "limit", "count", "length", "room", "pattern", "address"]
    given: str
    most: int = 0
    said: str = ""


class BadRules(UserFixable):
    """Rules that an admin wants to set, and that cannot be: all faults at once. Nothing was changed."""

    def __init__(self, faults: tuple[RuleFault, ...]) -> None:
        super().__init__(", ".join(f"{fault.field}: {fault.rule}" for fault in faults))
        self.faults = faults


class ImageFault(Enum):
    """Why an image cannot be used."""

    MISSING = "missing"
    EMPTY = "empty"
    TOO_HEAVY = "too heavy"
    TOO_LARGE = "too large"
    TOO_SMALL = "too small"
    NOT_AN_IMAGE = "not an image"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"


class BadImage(UserFixable):
    """One of the two images cannot be used.

    ``detail`` is a fact for the sentence: the format's name ("HEIC"), the size ("50000 x 50000 pixels"), the limit.
    """

    def __init__(self, which: Which, fault: ImageFault, detail: str = "") -> None:
        super().__init__(f"{which} image: {fault.value} {detail}".rstrip())
        self.which = which
        self.fault = fault
        self.detail = detail


class BadImages(UserFixable):
    """Both images cannot be used; ``images`` holds the start's and the end's error."""

    def __init__(self, images: tuple[BadImage, ...]) -> None:
        super().__init__("; ".join(str(image) for image in images))
        self.images = images


class ContentRefused(UserFixable):
    """The provider's content policy refused the prompt or an image; ``field`` is the provider's, where it says."""

    def __init__(self, field: str | None) -> None:
        super().__init__(f"content policy: {field or 'unspecified'}")
        self.field = field


class InputRefused(UserFixable):
    """The provider refused an input; ``kind`` is its own error type, ``said`` its own words, shortened."""

    def __init__(self, field: str, kind: str, said: str) -> None:
        super().__init__(f"{field}: {kind}: {said}")
        self.field = field
        self.kind = kind
        self.said = said


class NotYours(UserFixable):
    """Only the author of a job may do that."""


class NotHere(UserFixable):
    """The server's admins allow videos in the ``channels`` of these ids only."""

    def __init__(self, channels: tuple[str, ...]) -> None:
        super().__init__(f"only in {', '.join(channels)}")
        self.channels = channels


class NotThem(UserFixable):
    """The server's admins allow videos to members with one of the ``roles`` of these ids only."""

    def __init__(self, roles: tuple[str, ...]) -> None:
        super().__init__(f"only for {', '.join(roles)}")
        self.roles = roles


class UnsafeRefused(UserFixable):
    """The ``option`` would turn the safety checker off, against the admins, or where a channel is open to all ages."""

    def __init__(self, option: str, *, by_admins: bool) -> None:
        super().__init__(f"{option}: {'not allowed' if by_admins else 'not age-restricted'}")
        self.option = option
        self.by_admins = by_admins


class NoWayIn(UserFixable):
    """The bot cannot post in the channel, nor write to the author directly; nothing was accepted.

    ``missing`` are the permissions that it lacks there, by the platform's names; empty where it is no member at all.
    """

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"lacks {', '.join(missing) or 'membership'}")
        self.missing = missing


class Moderated(UserFixable):
    """A server's rules, or whoever is asked to judge, do not let this be made; nothing was sent to the provider.

    ``what`` is ``prompt``, or what else was refused; ``said`` is the reason that was given, shortened; empty where none
    is told, as for words and patterns.
    """

    def __init__(self, what: str, said: str = "") -> None:
        super().__init__(f"{what}: moderated")
        self.what = what
        self.said = said
