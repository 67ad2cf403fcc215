"""How the Slack twin brings things to the app: acknowledged within three seconds, or, for events, brought again."""

import asyncio
import itertools
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.twins.slack_state import Json

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin
    from tests.twins.slack_places import Workspace

Kind = Literal["events_api", "slash_commands", "interactive"]
ACK_S = 3.0


@dataclass(eq=False)
class Delivery:
    """Something that was brought to the app. ``attempts`` counts how often.

    ``ack`` is the body of the acknowledgement, ``failed`` the code that the person sees where none came.
    ``expects_no_ack``: a test has said that the app may not answer.
    """

    kind: Kind
    payload: Json
    workspace: "Workspace"
    expects_no_ack: bool = False
    attempts: int = 0
    ack: Json | str | None = None
    failed: str | None = None
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def what(self) -> str:
        """Its name in a failure."""
        event = self.payload.get("event", {})
        return str(event.get("type") or self.payload.get("command") or self.payload.get("type"))


@dataclass(frozen=True)
class Attempt:
    """One try. ``number`` is 0 at first; ``reason`` is why the one before failed."""

    number: int
    reason: str
    envelope_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Deliveries:
    """Brings things over whatever the app listens on: its ``request_url``, else its sockets.

    ``pauses`` are the seconds before each retry of an event (docs.slack.dev/apis/events-api, "Error handling").
    """

    def __init__(self, twin: "SlackTwin") -> None:
        self.pauses: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.all: list[Delivery] = []
        self.unacked: list[Delivery] = []
        self._twin = twin
        self._tasks: set[asyncio.Task[None]] = set()
        self._names = itertools.count(1)

    def start(self, kind: Kind, payload: Json, workspace: "Workspace") -> Delivery:
        """Begin to bring something."""
        delivery = Delivery(kind, payload, workspace, self._twin.expects_no_ack)
        self.all.append(delivery)
        self.hold(self._events(delivery) if kind == "events_api" else self._once(delivery))
        return delivery

    def again(self, payload: Json, workspace: "Workspace", reason: str = "timeout") -> Delivery:
        """Bring a payload once more, as the retry of one that was acknowledged after all."""
        delivery = Delivery("events_api", payload, workspace, self._twin.expects_no_ack)
        self.all.append(delivery)
        self.hold(self._once(delivery, Attempt(1, reason)))
        return delivery

    def hold(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until it ends, or the twin does."""
        task = asyncio.create_task(work, name=f"slack twin {next(self._names)}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until everything so far was acknowledged, or will not be brought again for the moment."""
        for delivery in list(self.all):
            while not delivery.acked.is_set() and not delivery.done.is_set() and delivery.attempts <= 1:
                await self._twin.clock.news(1.0)

    async def close(self) -> None:
        """Bring nothing more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                self._twin.violations.append(f"the twin broke: {ended!r}")

    async def _events(self, delivery: Delivery) -> None:
        reason = ""
        for number, pause in enumerate((0.0, *self.pauses)):
            await self._twin.clock.wait(asyncio.Event(), pause)
            failed = await self._attempt(delivery, Attempt(number, reason))
            if failed is None or failed == "no_retry":
                break
            reason = failed
        delivery.done.set()
        self._twin.clock.tell()

    async def _once(self, delivery: Delivery, attempt: Attempt | None = None) -> None:
        delivery.failed = await self._attempt(delivery, attempt or Attempt(0, ""))
        delivery.done.set()
        self._twin.clock.tell()

    async def _attempt(self, delivery: Delivery, attempt: Attempt) -> str | None:
        """Bring it once; return None when it was acknowledged, else what went wrong in Slack's words."""
        delivery.attempts += 1
        self._twin.clock.tell()
        channel = self._twin.http if self._twin.request_url else self._twin.sockets
        failed = await channel.bring(delivery, attempt)
        if failed is None:
            delivery.acked.set()
            self._twin.clock.tell()
            return None
        self.unacked.append(delivery)
        self._twin.clock.tell()
        if failed != "no_socket" and not (delivery.expects_no_ack or self._twin.expects_no_ack):
            self._twin.violations.append(f"{delivery.what} was not acknowledged: {failed}")
        return failed
