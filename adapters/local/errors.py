"""Turns what this disk can raise into our errors."""

from pathlib import Path

from bot.domain.errors import NotHandedOver


def of_disk(error: OSError, kept: Path) -> NotHandedOver:
    """Return the error of a video that could not be written to its place, and still lies at ``kept``."""
    return NotHandedOver((error.strerror or str(error)).lower(), kept)
