"""The page, as the browser gets it: its files, from memory, and the door where others than this machine come in."""

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from html import escape
from pathlib import Path

from aiohttp import hdrs, web

from adapters.local import replies
from adapters.local.access import Access
from adapters.local.guard import Handler
from bot.wording import local as words

FOLDER = Path(__file__).parent / "page"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
FORM_S = 10.0
"""Seconds that the form for the token may take to come in: it may be a stranger's."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
    "connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_POLICY, DOOR_POLICY = _POLICY.format(forms="'none'"), _POLICY.format(forms="'self'")

_DOOR = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tweenbot</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/ground.css">
<link rel="stylesheet" href="/static/controls.css">
</head>
<body>
<main>
<h1>Tweenbot</h1>
<form method="post" action="/login">
<p><label for="token">{token}</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus{described}></p>
<p id="help">{help}</p>
{fault}<p><button>{log_in}</button></p>
</form>
</main>
</body>
</html>
"""


@dataclass(frozen=True)
class _File:
    data: bytes
    packed: bytes
    kind: str
    tag: str


class Front:
    """The routes ``/``, ``/static/…`` and, where a token is asked for, ``/login``."""

    def __init__(self, access: Access | None) -> None:
        self._access = access
        self._files = {path.name: _read(path) for path in FOLDER.iterdir() if path.suffix in KINDS}

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path and handler of each route."""
        door = [(hdrs.METH_POST, "/login", self._log_in)] if self._access else []
        return [(hdrs.METH_GET, "/", self._page), (hdrs.METH_GET, "/static/{name}", self._static), *door]

    async def _page(self, request: web.Request) -> web.Response:
        if self._access is not None:
            try:
                self._access.check(request)
            except replies.Refusal as error:
                return _door(error.status, str(error) if error.status == 429 else None, error.headers)
        return _served(request, self._files["index.html"], PAGE_POLICY)

    async def _static(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["name"])
        if file is None or file.kind == KINDS[".html"]:
            raise web.HTTPNotFound
        return _served(request, file)

    async def _log_in(self, request: web.Request) -> web.Response:
        assert self._access is not None
        try:
            async with asyncio.timeout(FORM_S):
                given = (await request.post()).get("token") if request.content_type == _PLAIN_FORM else None
            if isinstance(given, str) and self._access.is_right(request, given.strip()):
                response = web.Response(status=303, headers={hdrs.LOCATION: "/"})
                self._access.log_in(request, response)
                return response
        except replies.Refusal as error:
            return _door(error.status, str(error), error.headers)
        except TimeoutError:
            return _door(408, words.SLOW_FORM)
        return _door(401, words.WRONG_TOKEN)


_PLAIN_FORM = "application/x-www-form-urlencoded"


def _read(path: Path) -> _File:
    data = path.read_bytes()
    return _File(data, gzip.compress(data, mtime=0), KINDS[path.suffix], hashlib.sha256(data).hexdigest()[:16])


def _served(request: web.Request, file: _File, policy: str | None = None) -> web.Response:
    """Return a file, or 304 to a browser that has it: it asks each time, so that an update is one for everybody.

    It is packed, a third as heavy, for whoever takes it so; nothing of a reader is in it.
    """
    # One tag for both forms of a file, hence a weak one.
    tag, vary = f'W/"{file.tag}"', hdrs.ACCEPT_ENCODING
    headers: dict[str, str] = {hdrs.CACHE_CONTROL: "no-cache", hdrs.ETAG: tag, hdrs.VARY: vary}
    if policy is not None:
        headers["Content-Security-Policy"] = policy
    if any(tag.value == file.tag for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = file.data
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        body, headers[hdrs.CONTENT_ENCODING] = file.packed, "gzip"
    return web.Response(body=body, content_type=file.kind, charset="utf-8", headers=headers)


def _door(status: int, fault: str | None, more: dict[str, str] | None = None) -> web.Response:
    """Return the form for the token. Its policy on referrers lets the browser say where the form comes from."""
    told = "" if fault is None else f'<p id="fault" role="alert">{escape(fault)}</p>\n'
    described = ' aria-describedby="help"' if fault is None else ' aria-describedby="fault help" aria-invalid="true"'
    text = _DOOR.format(
        token=escape(words.TOKEN),
        help=escape(words.TOKEN_HELP),
        log_in=escape(words.LOG_IN),
        fault=told,
        described=described,
    )
    headers = {"Content-Security-Policy": DOOR_POLICY, "Referrer-Policy": "same-origin", **(more or {})}
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
