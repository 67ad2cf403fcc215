"""Sockets that are read a little at a time, so that a stranger's answer never holds up what else the bot does.

asyncio reads 256 KiB at once. Of an answer in chunks of one byte, or of thousands of provisional ones (1xx), that takes
a tenth of a second to parse, in which no command is answered.
"""

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SIP = 8192
"""Bytes that are read at once: some milliseconds of the dearest to parse; of a file, a hundred megabytes a second."""


class SippedSocket(socket.socket):
    """A socket that gives no more than that."""

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Read some bytes."""
        return super().recv(min(bufsize, SIP), flags)

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        """Read some bytes into a buffer."""
        return super().recv_into(buffer, min(nbytes or memoryview(buffer).nbytes, SIP), flags)
