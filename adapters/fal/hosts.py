"""Which hosts are fal's own: where the key may go, which of them serve files, and how all of them move elsewhere.

With a base address (a self-hosted engine, a proxy, a test) every host of fal's moves there, and that address counts as
fal's own for everything: nothing then goes to the real fal, least of all a key.
"""

import httpx
from fal_client.auth import FAL_QUEUE_RUN_HOST, FAL_RUN_HOST

QUEUE_HOST = FAL_QUEUE_RUN_HOST
UPLOAD_HOST = "v3.fal.media"
_KEY_HOSTS = frozenset({QUEUE_HOST, FAL_RUN_HOST, "rest.fal.ai", "api.fal.ai"})
_FILES = "fal.media"
_PORTS = {"http": 80, "https": 443}


class Hosts:
    """The hosts of one provider. ``base`` is None for fal itself, else the one address that stands for all of them."""

    def __init__(self, base: str | None) -> None:
        self._base = None if base is None else httpx.URL(base.rstrip("/"))

    def place(self, url: httpx.URL) -> httpx.URL:
        """Return where a request to this URL really goes."""
        if self._base is None or not (url.host in _KEY_HOSTS or url.host == UPLOAD_HOST):
            return url
        path = self._base.raw_path.rstrip(b"/") + url.raw_path
        return self._base.copy_with(raw_path=path)

    def is_own(self, url: str) -> bool:
        """Whether a URL that the provider named is one to send the key to."""
        parsed = _parsed(url)
        return parsed is not None and self.takes_key(self.place(parsed))

    def takes_key(self, url: httpx.URL) -> bool:
        """Whether the key may go to this URL, as it will really be asked."""
        if self._base is not None:
            return _origin(url) == _origin(self._base)
        return _origin(url) in {("https", host, 443) for host in _KEY_HOSTS}

    def takes_upload_token(self, url: httpx.URL) -> bool:
        """Whether the short-lived token of the upload host may go to this URL."""
        return self.takes_key(url) or (url.scheme == "https" and _is_files_host(url.host))

    def serves_files(self, url: str) -> bool:
        """Whether a result may be fetched from this URL."""
        parsed = _parsed(url)
        return parsed is not None and self.takes_upload_token(self.place(parsed))


def _is_files_host(host: str) -> bool:
    return host == _FILES or host.endswith("." + _FILES)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def _parsed(url: str) -> httpx.URL | None:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        return None
