"""What every verb works with: the outside, the limits and the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.errors import Charge
from bot.flow.judge import Judge
from bot.flow.ladder import Ladder
from bot.ports import Attachments, Frames, Outlook, Provider, Videos


@dataclass(frozen=True)
class Limits:
    """What a job may take: bytes of an image, and seconds.

    ``deadline``: from the submit to the result. ``stop_grace``: until a stop is confirmed. ``patience``: how long what
    the provider surely did not take is tried again. ``reconcile``: how long a submit whose answer was lost is looked
    for. ``posting``: how long a channel that does not take the video, or the last card, is tried again. With 0 nothing
    is tried again, which is right where somebody sits and waits. ``outlasts``: whether a provider that cannot be
    reached is waited for until the deadline.
    """

    image_bytes: int
    deadline: float
    stop_grace: float = 20.0
    patience: float = 0.0
    reconcile: float = 0.0
    posting: float = 0.0
    outlasts: bool = False


@dataclass(frozen=True)
class Kit:
    """The outside of one flow. ``workroom`` is a folder for files under way; ``clock`` gives seconds.

    ``webhooks`` is whether the provider is to call back: each request then carries a secret of its own. ``at_hand`` is
    whether those who read the cards sit at this machine, and can be told where a file lies. ``ladder`` has the ways of
    a video to a channel that does not take it as it is. ``outlook`` foretells from earlier jobs, where any are stored.
    ``judge`` lets through what may be made and shown; without one, everything may.
    """

    provider: Provider
    attachments: Attachments
    frames: Frames
    videos: Videos
    workroom: Path
    limits: Limits
    clock: Callable[[], float]
    webhooks: bool = False
    at_hand: bool = True
    ladder: Ladder = field(default_factory=Ladder)
    outlook: Outlook | None = None
    judge: Judge | None = None

    def owed(self, charge: Charge) -> Charge:
        """Return what may be said of a bill: this, or nothing where nobody is billed."""
        return charge if self.provider.charges else Charge.NONE
