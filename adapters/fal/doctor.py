"""Whether fal takes the key, found out without spending anything.

Asked for is a token for uploads, which every job's images need anyway: it costs nothing, leaves nothing behind, and
every key may have one. The history would tell less: some good keys may not read it (``adapters.fal.history``).
"""

import asyncio

from fal_client.client import REST_URL

from adapters.fal.connection import Connection
from adapters.fal.credentials import Credentials
from adapters.fal.errors import body_of, of_answer, of_break
from adapters.fal.hosts import Hosts
from adapters.fal.patience import Patience
from adapters.fal.transport import BREAKS
from bot.domain.check import Check, Mark
from bot.domain.errors import AccountExhausted, CredentialsRefused, ProtocolBroken, TweenError
from bot.wording import doctor as words
from bot.wording.refusals import explain

URL = f"{REST_URL}/storage/auth/token?storage_type=fal-cdn-v3"
"""Where fal's client asks for a token before an upload."""
ANSWER_S = 15.0
"""How long somebody who waits for the answer is kept waiting."""
_ANYONE = Credentials("no key", "none")
"""What a moved address gets where there is no key, as in ``adapters.fal.provider``."""


async def check_key(credentials: Credentials | None, base_url: str | None) -> Check:
    """Try the key at fal, or at ``base_url``, which may take requests without one."""
    used = credentials or _ANYONE
    try:
        await _try(used, base_url)
    except (AccountExhausted, CredentialsRefused) as error:
        return Check(words.KEY, Mark.MEND, words.key_refused(used.source, base_url), explain(error))
    except TweenError as error:
        return Check(words.KEY, Mark.MEND, words.key_not_tried(used.source, base_url), explain(error))
    if credentials is None:
        return Check(words.KEY, Mark.OK, words.NO_KEY_ELSEWHERE)
    return Check(words.KEY, Mark.OK, words.key_accepted(used.source, base_url))


async def _try(credentials: Credentials, base_url: str | None) -> None:
    if not credentials.is_sendable:
        raise CredentialsRefused("the key has characters that no key has")
    connection = Connection(credentials, Hosts(base_url), Patience())
    try:
        async with asyncio.timeout(ANSWER_S):
            answer = await connection.http.post(URL, json={})
    except BREAKS as broken:
        raise of_break(broken) from None
    finally:
        await connection.http.aclose()
    if not answer.is_success:
        raise of_answer(answer, "the tokens of its file storage")
    if "token" not in body_of(answer):
        raise ProtocolBroken("a token for uploads that is none")
