"""Every way in which a job can end badly, as one tree split by who can do something about it.

    TweenError
    ├── UserFixable          the author mends it and sends it again
    │   ├── BadRequest           options or prompt against the model's rules (carries every fault)
    │   ├── BadImage             one of the two images cannot be used (BadImages: both)
    │   ├── ContentRefused       the provider's content policy
    │   ├── InputRefused         the provider refused an input that we let through
    │   ├── NotYours             only the author of a job may do that
    │   ├── NotHere, NotThem     the server's admins allow other channels, or other roles
    │   ├── UnsafeRefused        the safety checker may not be turned off here
    │   └── NoWayIn              the bot cannot post where the command was given
    ├── TryLater             nothing to mend: the same request may work in a while
    │   ├── ProviderBusy         429, a full queue
    │   ├── ProviderUnreachable  no connection, or the answer never came
    │   ├── ProviderFailed       the provider's own failure, before or while rendering
    │   ├── TookTooLong          our deadline passed; the provider was asked to stop
    │   ├── QueueFull            too many jobs wait, of this author or of everyone
    │   ├── BudgetSpent          the month's money of this author or server does not cover the price
    │   ├── StoreAway            the job store does not answer: nothing was accepted
    │   ├── Draining             the bot is about to restart: nothing was accepted
    │   ├── ChannelBusy          the platform did not take a message, and may in a while
    │   └── PostUnclear          the platform's answer to a message was lost: it may be there
    ├── OurFault             the operator has to act
    │   ├── FolderUnusable       the data folder cannot be made or written to
    │   ├── CannotListen         the HTTP server's address cannot be taken
    │   ├── SettingsUnfit        settings that cannot work together
    │   ├── DatabaseInUse        another process works on the SQLite file
    │   ├── StoreUnfit           the database was made by a newer version of the bot
    │   ├── EngineFailed         the embedded engine did not start
    │   ├── PlatformRefused, PlatformAway   a chat platform refuses the bot's token, or is not reached at the start
    │   ├── CredentialsMissing, CredentialsRefused, AccountExhausted, EndpointUnknown
    │   ├── ProtocolBroken       an answer that fits no contract
    │   ├── BadVideo             the result is not the MP4 it claims to be
    │   ├── NotFetched           the video is made, and does not come over
    │   ├── NotHandedOver        the video is here, and the channel does not take it
    │   ├── ChannelGone          the channel, or our way into it, is gone for good
    │   ├── Unreadable           a stored job that this version cannot read
    │   └── Defect               a fault in our own code, met while the job was under way
    ├── SubmitUnclear        the submit's answer was lost: it may have been accepted, and charged
    └── JobCancelled         the provider says that it stopped the job

The errors carry data; the sentences that users read are made from it in ``bot.wording``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Literal

Which = Literal["start", "end"]
"""One of a job's two images."""


class Charge(Enum):
    """What is known about the bill of a job that gave no video."""

    NONE = "none"
    POSSIBLE = "possible"
    BILLED = "billed"


class TweenError(Exception):
    """The root. ``charge`` says whether money may have been spent when it was raised."""

    charge: Charge = Charge.NONE

    def billed(self, charge: Charge) -> "TweenError":
        """Return the same error, with what is known about the bill."""
        self.charge = charge
        return self


class UserFixable(TweenError):
    """The author can mend it."""


class TryLater(TweenError):
    """Nothing to mend; the same request may work later."""


class OurFault(TweenError):
    """The operator has to act."""


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


class FolderUnusable(OurFault):
    """The folder for files under way cannot be made or written to; ``said`` is why."""

    def __init__(self, folder: Path, said: str) -> None:
        super().__init__(f"{folder}: {said}")
        self.folder = folder
        self.said = said


class CannotListen(OurFault):
    """The HTTP server's address cannot be taken; ``said`` is why."""

    def __init__(self, host: str, port: int, said: str) -> None:
        super().__init__(f"{host} port {port}: {said}")
        self.host = host
        self.port = port
        self.said = said


class SettingsUnfit(OurFault):
    """Settings that cannot work together: ``given`` needs one of the sets ``lacks``, or excludes ``clashes``."""

    def __init__(self, given: str, lacks: tuple[tuple[str, ...], ...] = (), clashes: str = "") -> None:
        super().__init__(f"{given} without {lacks}" if lacks else f"{given} with {clashes}")
        self.given = given
        self.lacks = lacks
        self.clashes = clashes


class DatabaseInUse(OurFault):
    """Another process works on the SQLite ``file``, which one process at a time may do."""

    def __init__(self, file: Path) -> None:
        super().__init__(str(file))
        self.file = file


class StoreUnusable(OurFault):
    """The job store of this ``name``, its address without secrets, refuses this process; ``said`` is why."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name = name
        self.said = said


class RoleNeedsPostgres(OurFault):
    """A process that only takes commands, or only carries jobs, on a SQLite file, which one process has for itself."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class StoreUnfit(OurFault):
    """The database's tables are of a ``revision`` that this version does not know: a newer one has been here."""

    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision


class EngineFailed(OurFault):
    """The embedded engine did not start; ``said`` is the end of what it wrote."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class PlatformRefused(OurFault):
    """A chat platform, by its ``name``, refuses the bot; ``setting`` holds its token, ``said`` is why."""

    def __init__(self, name: str, setting: str, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name = name
        self.setting = setting
        self.said = said


class PlatformAway(OurFault):
    """A chat platform, by its ``name``, cannot be reached; ``setting`` moves it, ``said`` is why."""

    def __init__(self, name: str, setting: str, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name = name
        self.setting = setting
        self.said = said


class CredentialsMissing(OurFault):
    """No key for the provider."""


class CredentialsRefused(OurFault):
    """The provider refused the key (401, 403)."""


class AccountExhausted(OurFault):
    """The provider's account is locked or has no balance left."""


class EndpointUnknown(OurFault):
    """The provider has no such endpoint, or no such request (404)."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.endpoint = endpoint


class ProtocolBroken(OurFault):
    """The provider's answer fits no contract; ``what`` names the part."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class BadVideo(OurFault):
    """The provider's file is not the video it claims to be; ``what`` says why."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotFetched(OurFault):
    """The provider has made the video, and it could not be downloaded; ``said`` is why."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class NotHandedOver(OurFault):
    """The video is on this machine, and could not be put where it belongs; ``said`` is why, ``kept`` where it lies.

    A path is told to whoever sits at this machine, a mere name to everybody else.
    """

    def __init__(self, said: str, kept: Path) -> None:
        super().__init__(f"{said}, kept at {kept}")
        self.said = said
        self.kept = kept


class ChannelGone(OurFault):
    """The channel, or our way into it, is gone for good; ``said`` is why."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Unreadable(OurFault):
    """A stored job that this version cannot read; ``said`` names the part."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Defect(OurFault):
    """A fault in our own code, met while the job was under way; ``said`` is its kind, the log has the rest."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class SubmitUnclear(TweenError):
    """The submit was sent and its answer was lost: it may have been accepted, and then it is billed."""

    charge = Charge.POSSIBLE


class JobCancelled(TweenError):
    """The provider says that it stopped the job because it was asked to."""
