"""fal's own client, kept whole, on our transport.

``fal_client.AsyncClient`` knows the protocol: paths, headers, both upload flows, the retries of what may be repeated.
Left alone it builds an httpx client for every upload (27 ms of blocked event loop each), its pool collapses above a
hundred jobs, and its hosts are constants. So it is given one httpx client for everything, on ``FalTransport``. What is
overridden here is private to it; the contract tests notice when a version moves it.
"""

import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import httpx
from fal_client import AsyncClient
from fal_client.auth import AuthCredentials
from fal_client.client import USER_AGENT, AsyncCDNTokenManager, CDNToken

from adapters.fal.credentials import Credentials
from adapters.fal.hosts import Hosts
from adapters.fal.patience import Patience
from adapters.fal.transport import FalTransport

T = TypeVar("T")


class Connection(AsyncClient):
    """fal's client, and the httpx client under it as ``http``, which sends the key by itself where the key may go."""

    def __init__(self, credentials: Credentials, hosts: Hosts, patience: Patience) -> None:
        super().__init__(key=credentials.token, default_timeout=patience.answer)
        _keep_quiet()
        self._credentials = credentials.for_client()
        self.http = httpx.AsyncClient(
            transport=FalTransport(hosts, credentials.header, patience),
            headers={"Authorization": credentials.header, "User-Agent": USER_AGENT},
            timeout=patience.timeout(patience.answer),
            follow_redirects=False,
            trust_env=False,
        )
        self._tokens = _Tokens(self._credentials, self.http)

    @property
    def _auth(self) -> Awaitable[AuthCredentials]:
        return _ready(self._credentials)

    @property
    def _client(self) -> Awaitable[httpx.AsyncClient]:
        return _ready(self.http)

    @property
    def _token_manager(self) -> Awaitable[AsyncCDNTokenManager]:
        return _ready(self._tokens)

    @asynccontextmanager
    async def _cdn_client(self) -> AsyncIterator[httpx.AsyncClient]:
        yield self.http


class _Tokens(AsyncCDNTokenManager):
    """The upload host's tokens, asked for over our connection instead of over a new client each time."""

    def __init__(self, auth: AuthCredentials, http: httpx.AsyncClient) -> None:
        super().__init__(auth)
        self._http = http

    async def _refresh_token(self) -> CDNToken:
        answer = await self._http.post(self._url, headers=self._headers, json={})
        answer.raise_for_status()
        data = answer.json()
        expires_at = datetime.fromisoformat(data["expires_at"])
        return CDNToken(data["token"], data["token_type"], data["base_url"], expires_at)


async def _ready(value: T) -> T:
    return value


def _keep_quiet() -> None:
    # Both write whole URLs, signed ones too, and answers' bodies: httpx at INFO, fal's client at DEBUG and WARNING.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("fal_client").setLevel(logging.ERROR)
