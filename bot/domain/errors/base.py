"""The roots of the tree, and what is known about a bill."""

from enum import Enum
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


class SubmitUnclear(TweenError):
    """The submit was sent and its answer was lost: it may have been accepted, and then it is billed."""

    charge = Charge.POSSIBLE


class JobCancelled(TweenError):
    """The provider says that it stopped the job because it was asked to."""
