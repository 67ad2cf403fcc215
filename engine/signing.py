"""The engine's key pair: it signs webhooks as fal does, and its secret half also vouches for upload tokens.

The pair is made at the first start and kept in the data folder, readable by its owner alone.
"""

import base64
import hashlib
import hmac
import os
import re
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

USER_ID = "tweenbot-engine"
TOKEN_LIFE_S = 3600
_MOMENT = re.compile(r"[0-9]{1,12}")


class Signer:
    """An ED25519 key pair and what is done with it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        self._token_secret = hashlib.sha256(b"upload token\n" + raw).digest()

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public key as a JSON Web Key Set."""
        raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        kid = hashlib.sha256(raw).hexdigest()[:16]
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x}]}

    def webhook_headers(self, request_id: str, body: bytes) -> dict[str, str]:
        """Sign a webhook: hex ED25519 over request id, user id, time and the body's SHA-256, a line each."""
        timestamp = str(int(time.time()))
        message = "\n".join([request_id, USER_ID, timestamp, hashlib.sha256(body).hexdigest()])
        return {
            "X-Fal-Webhook-Request-Id": request_id,
            "X-Fal-Webhook-User-Id": USER_ID,
            "X-Fal-Webhook-Timestamp": timestamp,
            "X-Fal-Webhook-Signature": self._private.sign(message.encode()).hex(),
        }

    def upload_token(self) -> tuple[str, float]:
        """Make a token for uploads, and the moment it ends; it stays good over a restart."""
        expires = int(time.time()) + TOKEN_LIFE_S
        return f"{expires}.{self._vouch(expires)}", expires

    def is_upload_token(self, token: str) -> bool:
        """Tell whether a token is ours and still good."""
        expires, _, mark = token.partition(".")
        return (
            _MOMENT.fullmatch(expires) is not None
            and int(expires) > time.time()
            and hmac.compare_digest(mark.encode(errors="surrogateescape"), self._vouch(int(expires)).encode())
        )

    def _vouch(self, expires: int) -> str:
        return hmac.new(self._token_secret, str(expires).encode(), hashlib.sha256).hexdigest()


def load_signer(path: Path) -> Signer:
    """Read the key pair, made on the first call; raise ValueError when the file holds no key."""
    try:
        return Signer(Ed25519PrivateKey.from_private_bytes(path.read_bytes()))
    except FileNotFoundError:
        private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    # Whole or not there: half a key, left by a kill, would end every start that follows.
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(raw)
    part.replace(path)
    return Signer(private)
