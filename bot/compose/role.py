"""What a process of the bot does."""

from enum import Enum


class Role(Enum):
    """``gateway`` takes commands, ``worker`` carries jobs, ``all`` does both."""

    GATEWAY = "gateway"
    WORKER = "worker"
    ALL = "all"

    @property
    def takes(self) -> bool:
        """Whether it takes commands."""
        return self is not Role.WORKER

    @property
    def carries(self) -> bool:
        """Whether it carries jobs."""
        return self is not Role.GATEWAY
