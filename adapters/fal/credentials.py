"""Finds the key, in the places and in the order in which fal's own client looks, and says where it was."""

from dataclasses import dataclass, field

from fal_client.auth import AuthCredentials, MissingCredentialsError, fetch_auth_credentials_async


@dataclass(frozen=True)
class Credentials:
    """What goes into the Authorization header. ``source`` names where it was found and may be shown to anyone."""

    source: str
    token: str = field(repr=False)
    scheme: str = "Key"

    @property
    def header(self) -> str:
        """The value of the Authorization header."""
        return f"{self.scheme} {self.token}"

    @property
    def is_sendable(self) -> bool:
        """Whether it can stand in a header: a key pasted with a quote mark of a word processor cannot."""
        return self.token.isascii() and self.token.isprintable()

    def for_client(self) -> AuthCredentials:
        """Return the same in the form of fal's client."""
        return AuthCredentials(self.scheme, self.token)


def from_settings(key: str | None, key_id: str | None, key_secret: str | None) -> Credentials | None:
    """Return the key that the settings hold: ``FAL_KEY``, else the pair ``FAL_KEY_ID`` and ``FAL_KEY_SECRET``."""
    if key and key.strip():
        return Credentials("FAL_KEY", key.strip())
    if key_id and key_secret:
        return Credentials("FAL_KEY_ID and FAL_KEY_SECRET", f"{key_id.strip()}:{key_secret.strip()}")
    return None


async def find_credentials(key: str | None, key_id: str | None, key_secret: str | None) -> Credentials | None:
    """Return the settings' key, else what fal's client finds by itself, else None.

    By itself it finds a Colab secret and the token of ``fal auth login`` (in ``FAL_HOME_DIR`` or ``~/.fal``). A stale
    login token is refreshed at auth.fal.ai, and it lasts for hours only: good at a desk, not for a server.
    """
    if found := from_settings(key, key_id, key_secret):
        return found
    try:
        lookup = await fetch_auth_credentials_async()
    except MissingCredentialsError:
        return None
    if not lookup.token.strip():
        return None
    source = "fal auth login" if lookup.scheme == "Bearer" else "the environment"
    return Credentials(source, lookup.token, lookup.scheme)
