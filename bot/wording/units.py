"""Money, times and sizes, as users read them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import ceil, floor

from bot.domain.errors import Which

IMAGE: Mapping[Which, str] = {"start": "first image", "end": "last image"}
"""What the two images are called."""


def money(usd: Decimal) -> str:
    """``$0.40``."""
    return f"${usd:.2f}"


def duration(seconds: float) -> str:
    """``8 s``, ``2 min 05 s``, ``1 h 04 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def span(low: float, high: float) -> str:
    """``12 s to 15 s``, ``1 min 40 s to 3 min``: rounded away from each other, so that what lies between still does."""
    shortest, longest = (_rounded(low, floor), _rounded(high, ceil))
    if shortest == longest:
        return _plain(longest)
    return f"{_plain(shortest)} to {_plain(longest)}" if shortest else f"up to {_plain(longest)}"


def _rounded(seconds: float, to: Callable[[float], int]) -> int:
    step = 1 if seconds < 60 else 10 if seconds < 600 else 60 if seconds < 36_000 else 600
    return to(seconds / step) * step


def _plain(seconds: int) -> str:
    """Return a duration without the nothing at its end."""
    return duration(seconds).removesuffix(" 00 s").removesuffix(" 00 min")


def size(bytes_: int) -> str:
    """``812 kB``, ``4.2 MB``, ``21.5 GB``: decimal units, as upload limits and file managers give them."""
    if bytes_ >= 1e9:
        return f"{bytes_ / 1e9:.1f} GB"
    return f"{bytes_ / 1e6:.1f} MB" if bytes_ >= 1e6 else f"{max(1, round(bytes_ / 1e3))} kB"
