"""JSON that comes over HTTP, read strictly: an object, no NaN, not nested without end.

Python's reader takes more than JSON is, as much of it as memory holds, and answers some of the rest with errors that
are no ValueError.
"""

import json
from typing import Any, NoReturn

from aiohttp import web

# Each value in memory takes up to thirty times its text; images in base64 are one value with one comma.
MOST_SIGNS = 100_000


class BadBody(ValueError):
    """A body that is no JSON object; its text says why, for the caller."""


async def read_object(request: web.Request) -> dict[str, Any]:
    """Read a request's body. Raises BadBody; HTTPRequestEntityTooLarge past the application's limit."""
    return parse_object(await request.read())


def parse_object(data: bytes) -> dict[str, Any]:
    """Read JSON text that must be an object. Raises BadBody."""
    if sum(data.count(sign) for sign in (b"[", b"{", b",")) > MOST_SIGNS:
        raise BadBody("The body holds more values than any request needs.")
    try:
        given = json.loads(data, parse_constant=_no_json)
    except RecursionError as error:
        raise BadBody("The body is nested too deep.") from error
    except ValueError as error:
        raise BadBody(f"The body is not valid JSON: {error}") from error
    if not isinstance(given, dict):
        raise BadBody("Input should be a JSON object")
    return given


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
