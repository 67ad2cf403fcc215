"""What the engine is told at its start: one frozen value, handed on whole or in parts.

It exists so that no other room reads the environment or the command line.
"""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_RENDERER = "engine.generator.render:render"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Address, places, limits. Sizes are bytes, times are seconds."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8765
    workers: int = 2
    public_url: str | None = None
    key: str | None = field(default=None, repr=False)
    allow_private_urls: bool = False
    stop_on_stdin_eof: bool = False
    renderer: str = DEFAULT_RENDERER
    keep_days: float = 7
    keep_bytes: int = 5 * 2**30
    max_file_bytes: int = 512 * 2**20
    max_image_bytes: int = 64 * 2**20
    max_body_bytes: int = 48 * 2**20
    render_limit_s: float = 600
    keepalive_s: float = 10
    sweep_s: float = 60

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the engine."""
        return is_loopback(self.host)

    @property
    def private_urls(self) -> bool:
        """Whether the engine may call private addresses: on loopback it serves nobody but its own user."""
        return self.loopback or self.allow_private_urls


def is_loopback(host: str) -> bool:
    """Tell whether a host name or literal address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
