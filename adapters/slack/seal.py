"""Seals what is secret before it is stored: with Fernet (AES-128-CBC and HMAC-SHA256; cryptography's documentation).

A key is a Fernet key, or a passphrase that one is derived from by scrypt, with a salt of this database's own. Of
several keys the first one seals, and all of them open: a new key comes first, and once a start has sealed everything
with it the old one can go.
"""

import asyncio
import base64
import binascii
import os
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.ports import Vault

SALT = "salt"
HARDNESS = {"length": 32, "n": 2**15, "r": 8, "p": 1}
"""scrypt's: 32 MiB, and about a tenth of a second."""


class Unsealable(ValueError):
    """Sealed with a key that is not among these, or no seal at all."""


class Seal:
    """The keys."""

    def __init__(self, keys: Sequence[Fernet]) -> None:
        self._first = keys[0]
        self._all = MultiFernet(keys)

    def close(self, data: bytes) -> bytes:
        """Seal."""
        return self._all.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        """Unseal; raise :class:`Unsealable`."""
        try:
            return self._all.decrypt(sealed)
        except InvalidToken as error:
            raise Unsealable from error

    def renewed(self, sealed: bytes) -> bytes | None:
        """Return it sealed with the first key; None where it is already. Raises :class:`Unsealable`."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return self.close(self.open(sealed))
        return None


async def seal_of(keys: str, vault: Vault) -> Seal:
    """Return the seal of keys, with commas between them; what a passphrase needs beside it is in the vault."""
    return Seal([await _key(each.strip(), vault) for each in keys.split(",")])


async def _key(text: str, vault: Vault) -> Fernet:
    try:
        return Fernet(text)
    except (ValueError, binascii.Error):
        await vault.swap(SALT, None, os.urandom(16))
        salt = await vault.get(SALT)
        assert salt is not None
    derived = await asyncio.to_thread(Scrypt(salt=salt, **HARDNESS).derive, text.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
