"""Whether a bot answers at the public URL, as fal's webhooks will reach it."""

import asyncio
import json

import aiohttp

from bot.domain.check import Check, Mark
from bot.wording import doctor as words

ANSWER_S = 5.0
"""Whoever looks waits for it, and a webhook's sender has no more patience."""
MOST_BODY = 4096
"""Bytes of an answer that are read: a bot's is far shorter."""
_STATUSES = frozenset({"ok", "draining"})


async def check_public_url(url: str) -> Check:
    """Ask for ``/healthz`` under the URL. No answer is no fault of its own: the bot may not be running."""
    try:
        async with (
            asyncio.timeout(ANSWER_S),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
            http.get(f"{url.rstrip('/')}/healthz", allow_redirects=False) as answer,
        ):
            body = await answer.content.read(MOST_BODY)
    except (aiohttp.ClientError, OSError) as error:
        return Check(words.PUBLIC_URL, Mark.LOOK, words.not_healthy(url, type(error).__name__), words.PUBLIC_URL_MEND)
    if answer.status == 200 and _is_ours(body):
        return Check(words.PUBLIC_URL, Mark.OK, words.healthy(url))
    why = f"HTTP {answer.status}"
    return Check(words.PUBLIC_URL, Mark.LOOK, words.not_healthy(url, why), words.PUBLIC_URL_MEND)


def _is_ours(body: bytes) -> bool:
    try:
        return json.loads(body)["status"] in _STATUSES
    except (ValueError, KeyError, TypeError):
        return False
