"""Uploads: the two images go to fal's storage, where the model can read them, and expire there by themselves.

fal's client does it (a token of the upload host, one POST; above 100 MB in parts; the older signed-URL flow when that
fails), with its repetitions, which cost nothing here.
"""

import asyncio
import mimetypes

import httpx
from fal_client import FalClientHTTPError
from fal_client.client import StorageSettings

from adapters.fal.connection import Connection
from adapters.fal.errors import of_answer, of_break
from adapters.fal.patience import Patience
from adapters.fal.transport import BREAKS
from bot.domain.errors import ProtocolBroken, ProviderFailed, TweenError
from bot.domain.media import Frame

_LIFETIME = StorageSettings(expires_in="1d")
"""Longer than any queue; the model reads the images once."""
_NO_STORAGE = frozenset({404, 405, 501})
"""What a server that is no fal says to an upload."""


async def upload(connection: Connection, frame: Frame, patience: Patience) -> str:
    """Store a frame and return its URL. The stored file's name is ``start`` or ``end``, nothing of the author's."""
    name = frame.which + (mimetypes.guess_extension(frame.content_type) or "")
    try:
        async with asyncio.timeout(patience.upload):
            url: object = await connection.upload(frame.data, frame.content_type, name, lifecycle=_LIFETIME)
    except (FalClientHTTPError, httpx.HTTPStatusError) as refused:
        raise _of_upload(refused.response) from None
    except BREAKS as broken:
        raise of_break(broken) from None
    except (ValueError, KeyError, TypeError):
        raise ProtocolBroken("an upload without a URL") from None
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise ProtocolBroken("an upload without a URL")
    return url


def _of_upload(answer: httpx.Response) -> TweenError:
    if answer.status_code in _NO_STORAGE:
        return ProtocolBroken(f"no file storage, HTTP {answer.status_code}")
    error = of_answer(answer, "its file storage")
    return ProviderFailed(f"at the upload, {error.kind}", error.said) if isinstance(error, ProviderFailed) else error
