"""The door of the room: fal as the core's provider."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Self

from fal_client import AsyncRequestHandle

from adapters.fal.connection import Connection
from adapters.fal.credentials import Credentials
from adapters.fal.download import Download
from adapters.fal.follow import Watch
from adapters.fal.history import History, trace_of
from adapters.fal.hosts import Hosts
from adapters.fal.patience import Patience
from adapters.fal.places import WITH_WEBHOOK, WITHOUT_WEBHOOK, Places
from adapters.fal.queue import Queue
from adapters.fal.storage import upload
from adapters.fal.webhook import callback_url
from bot.domain.errors import Charge, CredentialsMissing, CredentialsRefused, ProtocolBroken, TweenError
from bot.domain.job import Outcome, Ticket
from bot.domain.media import Frame
from bot.domain.model import Value
from bot.domain.progress import Update
from bot.ports import CancelAnswer

_ENDPOINT = re.compile(r"/([\w.-]+/[\w.-]+)/requests/")
"""Owner and alias of an endpoint, in the addresses of its requests."""
_PLACEHOLDER = Credentials("a placeholder", "none")
"""What a moved address gets when there is no key: servers that speak fal's protocol want the form of one."""


class FalProvider:
    """fal, or with ``base_url`` another server that speaks its protocol; a ``bot.ports.Provider``.

    Without credentials every call to fal itself raises :class:`CredentialsMissing` and sends nothing. ``charges`` is
    whether its jobs cost money. ``webhook_base`` is the address under which fal reaches ``adapters.fal.webhook``; each
    submit with a token then asks to be called back there. ``stops_orphans``: whether a job is stopped whose submit
    nobody waits for any more; False where the intent is on record and the job will be looked up. Opens its connections
    on the first call, inside the running loop; ``close`` it, or use it as a context manager.
    """

    def __init__(
        self,
        credentials: Credentials | None,
        base_url: str | None = None,
        *,
        charges: bool = True,
        webhook_base: str | None = None,
        stops_orphans: bool = True,
        patience: Patience | None = None,
    ) -> None:
        self._credentials = credentials or (_PLACEHOLDER if base_url else None)
        self._hosts = Hosts(base_url)
        self._charges = charges
        self._webhook_base = webhook_base
        self._stops_orphans = stops_orphans
        self._patience = patience or Patience()
        self._places = Places(self._patience.pace or (WITHOUT_WEBHOOK if webhook_base is None else WITH_WEBHOOK))
        self._open: tuple[Connection, Queue, History] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection, after a moment for submits that are still out."""
        if self._open is not None:
            connection, queue, _ = self._open
            self._open = None
            await queue.close()
            await connection.http.aclose()

    @property
    def charges(self) -> bool:
        """Whether a job costs money."""
        return self._charges

    async def upload(self, frame: Frame) -> str:
        """Store a frame in fal's storage for a day."""
        return await upload(self._connection, frame, self._patience)

    async def submit(self, endpoint: str, arguments: Mapping[str, Value], token: str | None = None) -> Ticket:
        """Send the request exactly once; ``adapters.fal.queue`` says how each answer counts."""
        base = self._webhook_base
        callback = None if base is None or token is None else callback_url(base, token)
        try:
            return await self._queue.submit(endpoint, arguments, callback)
        except TweenError as error:
            raise self._truthful(error) from None

    def trace(self, arguments: Mapping[str, Value]) -> str:
        """Return the digests of the images' addresses, which are in no other request."""
        return trace_of(arguments)

    async def look_up(self, endpoint: str, trace: str, since: float) -> Ticket | None:
        """Look for a request in the account's history; None also where the key or the server has none."""
        request_id = await self._opened[2].find(endpoint, trace, since)
        return None if request_id is None else self.ticket(endpoint, request_id)

    def ticket(self, endpoint: str, request_id: str) -> Ticket:
        """Return the ticket that a request id stands for."""
        handle = AsyncRequestHandle.from_request_id(self._connection.http, endpoint, request_id)
        return Ticket(request_id, handle.status_url, handle.response_url, handle.cancel_url)

    async def follow(self, ticket: Ticket) -> AsyncGenerator[Update, None]:
        """Yield every change of the job, by server-sent events or by asking."""
        watch = Watch(self._connection.http, self._own(ticket), self._patience, self._places)
        try:
            async with aclosing(watch.updates()) as updates:
                async for update in updates:
                    yield update
        except TweenError as error:
            raise self._truthful(error) from None

    async def result(self, ticket: Ticket) -> Outcome:
        """Return what a completed job made."""
        try:
            return await self._queue.result(self._own(ticket))
        except TweenError as error:
            raise self._truthful(error) from None

    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        """Ask fal to stop the job."""
        try:
            return await self._queue.cancel(self._own(ticket))
        except TweenError as error:
            raise self._truthful(error) from None

    async def download(self, url: str, to: Path) -> None:
        """Stream the video to disk, without the key."""
        await Download(self._connection.http, self._hosts, self._patience).to(url, to)

    @property
    def _connection(self) -> Connection:
        return self._opened[0]

    @property
    def _queue(self) -> Queue:
        return self._opened[1]

    @property
    def _opened(self) -> tuple[Connection, Queue, History]:
        if self._open is None:
            if self._credentials is None:
                raise CredentialsMissing
            if not self._credentials.is_sendable:
                raise CredentialsRefused("the key has characters that no key has")
            connection = Connection(self._credentials, self._hosts, self._patience)
            queue = Queue(connection, self._hosts, self._patience, stops_orphans=self._stops_orphans)
            self._open = connection, queue, History(connection.http, self._patience)
        return self._open

    def _own(self, ticket: Ticket) -> Ticket:
        """Return a stored ticket with addresses of our own hosts: the key goes to no other.

        An engine that was started anew listens at another port, and knows the request all the same.
        """
        if all(self._hosts.is_own(url) for url in (ticket.status_url, ticket.response_url, ticket.cancel_url)):
            return ticket
        endpoint = _ENDPOINT.search(ticket.status_url)
        if endpoint is None:
            raise ProtocolBroken("a ticket that is not of this provider").billed(Charge.POSSIBLE)
        return self.ticket(endpoint[1], ticket.request_id)

    def _truthful(self, error: TweenError) -> TweenError:
        return error if self._charges else error.billed(Charge.NONE)
