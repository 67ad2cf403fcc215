"""A job and the states it goes through: a closed union, and the only steps allowed between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from bot.domain.errors import Charge, TweenError
from bot.domain.media import Frame, Video
from bot.domain.request import TweenRequest


@dataclass(frozen=True)
class Ticket:
    """The provider's receipt for an accepted request. The URLs are the provider's own, checked to be on its host."""

    request_id: str
    status_url: str
    response_url: str
    cancel_url: str


@dataclass(frozen=True)
class Outcome:
    """What the provider made. ``units`` are the billed units of its answer, None where it does not say."""

    video_url: str
    seed: int | None
    units: Decimal | None


Way = Literal["as it is", "copy", "link"]
"""How a video comes to its channel: the file as it was made, a lighter copy of it, or a link to it."""


@dataclass(frozen=True)
class Delivery:
    """How a video came to its channel. ``bytes`` are those of the file that is there, or that the link leads to.

    ``ssim`` is how like the video a copy is (0..1, structural similarity), None where there is no copy. ``kept`` is the
    video's id at the media store and ``until`` the end of its link (epoch seconds), None where there is no link. It
    opens the video to whoever has it, so no repr and no log shows it.
    """

    way: Way
    bytes: int
    ssim: float | None = None
    kept: str | None = field(default=None, repr=False)
    until: float | None = None


@dataclass(frozen=True)
class Expected:
    """What a job is expected to take from its submit to its end, in seconds, as ``jobs`` of before tell."""

    low: float
    high: float
    jobs: int


PROPOSED_S = 3600.0
"""How long a proposed job keeps its money reserved for an author who says nothing; then it is cancelled.

It counts from when the job was left to its author.
"""


@dataclass(frozen=True)
class Accepted:
    """Checked and ours; nothing has left the machine. ``asks``: its author is to see the frames and say *Go* first."""

    asks: bool = False


@dataclass(frozen=True)
class Proposed:
    """Both images are known to be usable, their author sees them as they will be, and nothing is sent without a *Go*.

    ``since`` is when it was proposed; ``left`` is what is left of the author's budget of the month once this is paid,
    in US dollars, None without a budget.
    """

    since: float
    left: Decimal | None = None


@dataclass(frozen=True)
class Staged:
    """Both images are prepared and lie at the provider, under URLs that only this process knows."""

    start: Frame
    end: Frame
    start_url: str
    end_url: str


@dataclass(frozen=True)
class Submitting:
    """The one POST may be on its way: the intent, recorded before it is sent.

    ``since`` is the moment of the intent; ``trace`` is what the provider's history knows the request by.
    """

    since: float
    trace: str = ""


@dataclass(frozen=True)
class Submitted:
    """The provider has accepted it; ``since`` is when the request was sent."""

    ticket: Ticket
    since: float


@dataclass(frozen=True)
class Finished:
    """The provider has made the video, which is not yet here."""

    ticket: Ticket
    outcome: Outcome
    since: float


@dataclass(frozen=True)
class Posting:
    """The video is here and may be on its way to the channel: the intent, recorded before it is posted.

    ``delivery`` is the way that it is about to take.
    """

    ticket: Ticket
    outcome: Outcome
    video: Video
    since: float
    delivery: Delivery | None = None


@dataclass(frozen=True)
class Delivered:
    """The author has the video. ``cost`` in US dollars, None where nobody is billed; ``seconds`` from accept to now.

    ``delivery`` is how it came, None where an older version has brought it.
    """

    video: Video
    seed: int | None
    cost: Decimal | None
    seconds: float
    delivery: Delivery | None = None


@dataclass(frozen=True)
class Failed:
    """It ended without a video, for a reason that is known."""

    error: TweenError


@dataclass(frozen=True)
class Cancelled:
    """It was stopped because its author asked; ``charge`` is what is known about the bill.

    ``unanswered``: its author was asked, and has said nothing for :data:`PROPOSED_S`.
    """

    charge: Charge
    unanswered: bool = False


@dataclass(frozen=True)
class Unclear:
    """The submit's answer was lost: it may have been accepted, and charged. Only its author may send it again.

    ``since`` and ``trace`` are the intent's. Should the request come home after all, the job goes on.
    """

    charge: Charge
    since: float = 0.0
    trace: str = ""


Final = Delivered | Failed | Cancelled | Unclear
State = Accepted | Proposed | Staged | Submitting | Submitted | Finished | Posting | Final

_NEXT: dict[type, tuple[type, ...]] = {
    Accepted: (Proposed, Staged, Failed, Cancelled),
    # Back to Accepted by a Go, or a change, which show the frames anew.
    Proposed: (Accepted, Failed, Cancelled),
    Staged: (Submitting, Failed, Cancelled),
    # Back to Staged where the provider surely took nothing.
    Submitting: (Submitted, Staged, Failed, Unclear),
    Submitted: (Finished, Failed, Cancelled),
    Finished: (Posting, Failed),
    # Back to Submitted after a restart that finds nothing posted: the video is fetched again.
    Posting: (Delivered, Submitted, Failed),
    Delivered: (),
    Failed: (),
    Cancelled: (),
    Unclear: (Submitting, Submitted),
}
FINAL = (Delivered, Failed, Cancelled, Unclear)


class IllegalTransition(AssertionError):
    """A step between two states that no job may take: a defect of ours."""


@dataclass(frozen=True)
class Job:
    """One request on its way, with what has become known about it.

    ``accepted_at`` is in seconds of the flow's clock; ``image_sizes`` are (width, height) of the start and the end
    image once they are staged; ``request_id`` is the provider's, once it has accepted. ``place`` is what the platform's
    adapter needs to find the channel and the card again, and belongs to it; it may hold a link, so no repr shows it.
    ``expected`` is what its author was told.
    """

    request: TweenRequest
    accepted_at: float
    state: State = Accepted()
    image_sizes: tuple[tuple[int, int], tuple[int, int]] | None = None
    request_id: str | None = None
    place: Mapping[str, str] = field(default_factory=dict, repr=False)
    expected: Expected | None = None

    @property
    def id(self) -> str:
        """The idempotency key: the platform's own event id."""
        return self.request.id

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return isinstance(self.state, FINAL)

    @property
    def video_size(self) -> tuple[int, int] | None:
        """(width, height) in pixels of the video to come, once the start image is known."""
        if self.image_sizes is None:
            return None
        return self.request.model.frame.size(self.request.options, self.image_sizes[0])

    def to(self, state: State) -> "Job":
        """Return the job in its next state; raise :class:`IllegalTransition` where that step is not allowed."""
        if type(state) not in _NEXT[type(self.state)]:
            raise IllegalTransition(f"{type(self.state).__name__} -> {type(state).__name__}")
        match state:
            case Staged(start=start, end=end):
                # Where the frames have borders, the images have other sizes.
                return replace(self, state=state, image_sizes=self.image_sizes or (start.size, end.size))
            case Submitted(ticket=ticket):
                return replace(self, state=state, request_id=ticket.request_id)
            case _:
                return replace(self, state=state)
