"""How long a client wants its files to live, from the headers that fal's clients send.

Uploads carry `X-Fal-Object-Lifecycle`, submits `X-Fal-Object-Lifecycle-Preference`; both hold JSON with
`expiration_duration_seconds`. Access rules (`initial_acl`) have no meaning here: a file's name is its secret.
"""

from collections.abc import Mapping

from engine.bodies import BadBody, parse_object

HEADERS = ("X-Fal-Object-Lifecycle", "X-Fal-Object-Lifecycle-Preference")


class LifecycleError(ValueError):
    """A lifecycle header that is not what fal takes."""


def lifetime(headers: Mapping[str, str]) -> float | None:
    """Read the wanted life in seconds, None when the engine's own rule holds. Raises LifecycleError."""
    text = next((headers[name] for name in HEADERS if name in headers), None)
    if text is None:
        return None
    try:
        seconds = parse_object(text.encode(errors="surrogateescape")).get("expiration_duration_seconds")
    except BadBody as error:
        raise LifecycleError(f"{HEADERS[0]} must be a JSON object.") from error
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e10:
        raise LifecycleError("expiration_duration_seconds must be a number above 0.")
    return float(seconds)
