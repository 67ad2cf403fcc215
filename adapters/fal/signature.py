"""fal's signature under a webhook, and the public keys that it is checked with.

ED25519 over request id, user id, time and the SHA-256 of the raw body, a line each. The keys lie at
``/.well-known/jwks.json`` of fal's rest host and may be kept for a day (fal's page "Webhooks", read 2026-11).
"""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

log = structlog.get_logger()

JWKS_URL = "https://rest.fal.ai/.well-known/jwks.json"
KEPT_FOR = 24 * 3600.0
FETCH_GAP = 60.0
"""Seconds between two fetches, whoever asks: forged webhooks must not make us a nuisance to fal."""
EMPTY_GAP = 5.0
"""The same, as long as there is no key at all and every webhook has to be put off."""
_MOST_KEYS = 16


class KeysAway(Exception):  # not a verdict: fal will send the webhook again
    """There are no keys to check with, and none to be had now."""


class Keys:
    """The keys as last seen. ``fetch`` returns the JSON of the key set, or raises what ``away`` names."""

    def __init__(
        self, fetch: Callable[[], Awaitable[object]], away: tuple[type[Exception], ...], clock: Callable[[], float]
    ) -> None:
        self._fetch = fetch
        self._away = away
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: tuple[Ed25519PublicKey, ...] = ()
        self._fetched_at = self._asked_at = float("-inf")

    async def vouch(self, message: bytes, signature: bytes) -> bool:
        """Whether one of fal's keys made this signature. Keys are fetched anew where none fits, once a minute at most.

        Raises :class:`KeysAway` where that cannot be said.
        """
        known = self._current()
        if _fits(known, message, signature):
            return True
        await self._refresh(known)
        fetched = self._current()
        if not fetched:
            raise KeysAway
        return fetched is not known and _fits(fetched, message, signature)

    def _current(self) -> tuple[Ed25519PublicKey, ...]:
        return self._keys if abs(self._clock() - self._fetched_at) < KEPT_FOR else ()

    async def _refresh(self, known: tuple[Ed25519PublicKey, ...]) -> None:
        async with self._lock:
            # Also where others have fetched while this one waited.
            if abs(self._clock() - self._asked_at) < (FETCH_GAP if known else EMPTY_GAP):
                return
            self._asked_at = self._clock()
            try:
                keys = _keys_of(await self._fetch())
            except self._away as error:
                log.warning("webhook_keys_away", error=type(error).__name__)
                return
            if keys:
                self._keys, self._fetched_at = keys, self._clock()
            else:
                log.warning("webhook_keys_away", error="no key in the answer")


def _fits(keys: tuple[Ed25519PublicKey, ...], message: bytes, signature: bytes) -> bool:
    for key in keys:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            continue
        return True
    return False


def _keys_of(answer: object) -> tuple[Ed25519PublicKey, ...]:
    entries = answer.get("keys") if isinstance(answer, dict) else None
    keys = []
    for entry in entries[:_MOST_KEYS] if isinstance(entries, list) else ():
        x = entry.get("x") if isinstance(entry, dict) else None
        try:
            keys.append(Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{x}==")))
        except (ValueError, binascii.Error):
            continue  # A key of another kind.
    return tuple(keys)
