"""What every verb works with: the outside, the limits and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import Charge
from bot.ports import Attachments, Frames, Provider, Videos


@dataclass(frozen=True)
class Limits:
    """What a job may take: bytes of an image, seconds until its result, seconds to wait for a stop to be confirmed."""

    image_bytes: int
    deadline: float
    stop_grace: float = 20.0


@dataclass(frozen=True)
class Kit:
    """The outside of one flow. ``workroom`` is a folder for files under way; ``clock`` gives monotonic seconds."""

    provider: Provider
    attachments: Attachments
    frames: Frames
    videos: Videos
    workroom: Path
    limits: Limits
    clock: Callable[[], float]

    def owed(self, charge: Charge) -> Charge:
        """Return what may be said of a bill: this, or nothing where nobody is billed."""
        return charge if self.provider.charges else Charge.NONE
