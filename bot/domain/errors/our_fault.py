"""What the operator has to act on while jobs are under way."""

from pathlib import Path

from bot.domain.errors.base import OurFault


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
    """The provider's file is not the video it claims to be; ``what`` says why.

    ``is_late``: nobody came to its end in time, which a busy machine may have done as well as the file.
    """

    def __init__(self, what: str, *, is_late: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.is_late = is_late


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


class RulesUnreadable(OurFault):
    """What a server's admins have decided cannot be read; ``names`` are those rules. Nothing was accepted."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class Defect(OurFault):
    """A fault in our own code, met while the job was under way; ``said`` is its kind, the log has the rest."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class NotKept(OurFault):
    """A video could not be kept for handing out by a link; ``said`` is why."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Withheld(OurFault):
    """The video is made, and the moderation does not let it be shown; ``said`` is its reason, shortened."""

    def __init__(self, said: str = "") -> None:
        super().__init__(said)
        self.said = said
