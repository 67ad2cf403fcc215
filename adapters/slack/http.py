"""Slack's requests to the bot's own HTTP server: events, commands and interactions, and the pages of an installation.

Whatever is not signed by Slack within the last five minutes is turned away before it is read, by the check that is
slack_sdk's, and without a line in the log: anybody may send it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack.install import InstallFlow
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH

TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
MOST_QUERY = 4096
BODY_S = 10.0
"""How long a body is waited for: anybody may begin to send one."""


def routes(app: AsyncApp, signing_secret: str, flow: InstallFlow | None) -> Sequence[web.AbstractRouteDef]:
    """Return what is served for Slack; with a flow, its pages too."""
    verifier = SignatureVerifier(signing_secret)

    async def told(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_S):
                body = await request.read()
        except TimeoutError as error:
            raise web.HTTPRequestTimeout from error
        if not _is_slacks(verifier, request, body):
            raise web.HTTPUnauthorized
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    served: list[web.AbstractRouteDef] = [web.post(EVENTS_PATH, told)]
    if flow is not None:
        served.append(web.get(INSTALL_PATH, _page(flow.handle_installation), allow_head=False))
        served.append(web.get(REDIRECT_PATH, _page(flow.handle_callback), allow_head=False))
    return served


def _page(
    answer: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def page(request: web.Request) -> web.Response:
        if len(request.query_string) > MOST_QUERY:
            raise web.HTTPRequestURITooLong
        asked = AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))
        return await to_aiohttp_response(await answer(asked))

    return page


def _is_slacks(verifier: SignatureVerifier, request: web.Request, body: bytes) -> bool:
    stamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    # The library raises where a stamp is no number, a signature not ASCII, or a body not UTF-8.
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16 and signature.isascii()):
        return False
    try:
        return verifier.is_valid(body, stamp, signature)
    except UnicodeDecodeError:
        return False
