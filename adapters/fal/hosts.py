"""Which hosts are fal's own: where the key may go, which of them serve files, and how all of them move elsewhere.

With a base address (a self-hosted engine, a proxy, a test) every host of fal's moves there, and that address counts as
fal's own for everything: nothing then goes to the real fal, least of all a key.
"""

import re

import httpx
from fal_client.auth import FAL_QUEUE_RUN_HOST, FAL_RUN_HOST

QUEUE_HOST = FAL_QUEUE_RUN_HOST
UPLOAD_HOST = "v3.fal.media"
_KEY_HOSTS = frozenset({QUEUE_HOST, FAL_RUN_HOST, "rest.fal.ai", "api.fal.ai"})
_FILES = "fal.media"
_BUCKET = (("https", "storage.googleapis.com", 443), "/falserverless/")
"""Where older models of fal's leave their results (the example outputs on its model pages, read 2026-11)."""
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""What may become part of a URL of the queue."""
_PORTS = {"http": 80, "https": 443}
_Origin = tuple[str, str, int | None]


class Hosts:
    """The hosts of one provider. ``base`` is None for fal itself, else the one address that stands for all of them."""

    def __init__(self, base: str | None) -> None:
        self._base = None if base is None else httpx.URL(base.rstrip("/"))
        self._moved = frozenset() if base is None else _KEY_HOSTS | {UPLOAD_HOST}
        own = {_origin(self._base)} if self._base else {("https", host, 443) for host in _KEY_HOSTS}
        self._origins: frozenset[_Origin] = frozenset(own)
        roots = [f"https://{host}/" for host in _KEY_HOSTS]
        if self._base:
            roots.append(f"{self._base.scheme}://{self._base.netloc.decode('ascii')}/")
        self._own_roots = tuple(roots)

    def place(self, url: httpx.URL) -> httpx.URL:
        """Return where a request to this URL really goes."""
        if self._base is None or url.host not in self._moved:
            return url
        return self._base.copy_with(raw_path=self._base.raw_path.rstrip(b"/") + url.raw_path)

    def is_own(self, url: str) -> bool:
        """Whether a URL that the provider named is one to send the key to, as fal writes them.

        A plain look at the beginning, since it is asked for every job: the slash ends the host for every parser.
        """
        return url.startswith(self._own_roots)

    def takes_key(self, url: httpx.URL) -> bool:
        """Whether the key may go to this URL, as it will really be asked."""
        return _origin(url) in self._origins

    def takes_upload_token(self, url: httpx.URL) -> bool:
        """Whether the short-lived token of the upload host may go to this URL."""
        return self.takes_key(url) or (_is_files_host(url.host) and _origin(url) == ("https", url.host, 443))

    def serves_files(self, url: str) -> bool:
        """Whether a result may be fetched from this URL."""
        try:
            parsed = self.place(httpx.URL(url))
        except httpx.InvalidURL:
            return False
        return not parsed.userinfo and (self.takes_upload_token(parsed) or _in_bucket(parsed))


def _is_files_host(host: str) -> bool:
    return host == _FILES or host.endswith("." + _FILES)


def _in_bucket(url: httpx.URL) -> bool:
    return _origin(url) == _BUCKET[0] and url.path.startswith(_BUCKET[1])


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)
