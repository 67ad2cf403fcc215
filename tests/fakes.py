"""Small real classes in the place of the outside, for tests of the flow alone; they keep ``bot.ports``' contracts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.domain.card import Card
from bot.domain.errors import BadImage, ImageFault, JobCancelled, PostUnclear, TweenError, Which
from bot.domain.job import Delivery, Job, Outcome, Ticket
from bot.domain.media import Frame, Video
from bot.domain.model import Value
from bot.domain.progress import Completed, InQueue, Update
from bot.domain.request import ImageRef
from bot.ports import CancelAnswer, NotTaken, Parcel


@dataclass
class FakeProvider:
    """A provider that plays a script: ``updates`` one after the other, then ``outcome``.

    An ``asyncio.Event`` among the updates is waited for, an error is raised once. The next submits and uploads raise
    ``refusals``, one each; ``found`` are the answers of the history. ``asked`` records every call that has an effect.
    """

    updates: list[Update | asyncio.Event | TweenError] = field(default_factory=lambda: [InQueue(0), Completed()])
    outcome: Outcome | TweenError = field(default_factory=lambda: Outcome("video", 7, None))
    submit_error: TweenError | None = None
    refusals: list[TweenError] = field(default_factory=list)
    upload_refusals: list[TweenError] = field(default_factory=list)
    cancel_answer: CancelAnswer | TweenError = CancelAnswer.REQUESTED
    download_error: TweenError | None = None
    charges: bool = True
    during_submit: Callable[[], None] | None = None
    found: list[str | TweenError | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    async def upload(self, frame: Frame) -> str:
        """Return a URL that names the frame."""
        self.asked.append(f"upload {frame.which}")
        if self.upload_refusals:
            raise self.upload_refusals.pop(0)
        return f"https://files/{frame.which}"

    async def submit(self, endpoint: str, arguments: Mapping[str, Value], token: str | None = None) -> Ticket:
        """Accept, or raise what the script says."""
        self.asked.append(f"submit {endpoint}")
        self.arguments = dict(arguments)
        self.tokens.append(token)
        if self.during_submit:
            self.during_submit()
        if self.refusals:
            raise self.refusals.pop(0)
        if self.submit_error:
            raise self.submit_error
        return self.ticket(endpoint, "r1")

    def ticket(self, endpoint: str, request_id: str) -> Ticket:
        """Return the ticket of an id."""
        return Ticket(request_id, "status", "response", "cancel")

    def trace(self, arguments: Mapping[str, Value]) -> str:
        """Return what the history knows a request by."""
        return str(arguments["prompt"])

    async def look_up(self, endpoint: str, trace: str, since: float) -> Ticket | None:
        """Play the next of ``found``; None once it is used up."""
        self.asked.append("look up")
        found = self.found.pop(0) if self.found else None
        if isinstance(found, TweenError):
            raise found
        return None if found is None else self.ticket(endpoint, found)

    async def follow(self, ticket: Ticket) -> AsyncIterator[Update]:
        """Play the script."""
        for update in list(self.updates):
            if isinstance(update, TweenError):
                self.updates.remove(update)
                raise update
            if isinstance(update, asyncio.Event):
                await update.wait()
            else:
                yield update

    async def result(self, ticket: Ticket) -> Outcome:
        """Return or raise the script's outcome; a cancelled job has none."""
        if isinstance(self.outcome, TweenError):
            raise self.outcome
        return self.outcome

    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        """Answer as the script says; a job that could be stopped is completed, as cancelled."""
        self.asked.append(f"cancel {ticket.request_id}")
        if isinstance(self.cancel_answer, TweenError):
            raise self.cancel_answer
        if self.cancel_answer is CancelAnswer.REQUESTED:
            for update in self.updates:
                if isinstance(update, asyncio.Event) and not update.is_set():
                    self.outcome = JobCancelled()
                    update.set()
        return self.cancel_answer

    async def download(self, url: str, to: Path) -> None:
        """Write a file, or raise what the script says."""
        self.asked.append("download")
        if self.download_error:
            raise self.download_error
        to.write_bytes(b"mp4")


@dataclass
class FakeFiles:
    """Attachments and frames in one: a locator is ``WIDTHxHEIGHT``, or the name of an image fault."""

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the locator as the file's content."""
        return image.locator.encode()

    async def bordered(self, frame: Frame, size: tuple[int, int]) -> Frame:
        """Return a frame of that size, of the same bytes."""
        return replace(frame, width=size[0], height=size[1])

    async def prepare(self, which: Which, data: bytes) -> Frame:
        """Return a frame of the size that the content names, or raise the fault that it names."""
        name = data.decode()
        if not name[0].isdigit():
            raise BadImage(which, ImageFault(name))
        width, height = name.split("x")
        return Frame(which, data, "image/png", int(width), int(height))


@dataclass
class FakeVideos:
    """Every file is a video of 81 frames."""

    error: TweenError | None = None

    async def inspect(self, path: Path) -> Video:
        """Return the facts, or raise what the script says."""
        assert path.exists()
        if self.error:
            raise self.error
        return Video(832, 480, 81, 5.06, path.stat().st_size)


def as_it_is(path: Path) -> Parcel:
    """Return the parcel of a file that its channel takes as it is."""
    return Parcel(Delivery("as it is", path.stat().st_size), path)


@dataclass
class FakeChannel:
    """Keeps the cards shown, the parcels posted and their videos. ``takes`` is its limit in bytes.

    ``errors`` are raised by the next shows, ``post_errors`` by the next posts, one each. A post that raises
    :class:`PostUnclear` is there all the same where ``lands`` is set.
    """

    pace: float = 0.0
    post_error: TweenError | None = None
    post_errors: list[TweenError | NotTaken] = field(default_factory=list)
    takes: int | None = None
    lands: bool = False
    cards: list[Card] = field(default_factory=list)
    videos: list[bytes] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    errors: list[TweenError] = field(default_factory=list)
    frame_errors: list[TweenError] = field(default_factory=list)
    bring_errors: list[TweenError] = field(default_factory=list)
    brings: bool = False
    pictures: list[tuple[Frame, Frame, tuple[int, int]]] = field(default_factory=list)
    place: Mapping[str, str] = field(default_factory=dict)
    _shown: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Keep what was shown, or raise what the script says."""
        if self.frame_errors:
            raise self.frame_errors.pop(0)
        self.pictures.append((start, end, size))

    async def show(self, card: Card) -> None:
        """Keep the card."""
        if self.errors:
            raise self.errors.pop(0)
        self.cards.append(card)
        async with self._shown:
            self._shown.notify_all()

    async def until(self, seen: Callable[[Card], bool]) -> None:
        """Return once a card was shown that fits; raise ``TimeoutError`` after 5 s."""
        async with asyncio.timeout(5), self._shown:
            await self._shown.wait_for(lambda: any(seen(card) for card in self.cards))

    async def limit(self) -> int | None:
        """As the script says."""
        return self.takes

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Take note of it in the place, or raise what the script says."""
        if self.bring_errors:
            raise self.bring_errors.pop(0)
        if self.brings:
            self.place = {**self.place, "upload": parcel.file.name if parcel.file else "a link"}

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Keep the parcel and its video, or raise what the script says."""
        if self.post_error:
            raise self.post_error
        if self.post_errors:
            error = self.post_errors.pop(0)
            if self.lands and isinstance(error, PostUnclear):
                self._keep(parcel)
            raise error
        self._keep(parcel)

    async def posted(self, job: Job) -> bool:
        """Whether a parcel was posted."""
        return bool(self.parcels)

    def _keep(self, parcel: Parcel) -> None:
        self.parcels.append(parcel)
        if parcel.file is not None:
            self.videos.append(parcel.file.read_bytes())
