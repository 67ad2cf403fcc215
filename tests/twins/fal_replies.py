"""What a scripted request to the fal twin gets instead of the usual answer."""

from dataclasses import dataclass

from tests.twins.replies import Answer, CutFile, HoldAnswer, LoseAnswer, Refuse, Usual


@dataclass(frozen=True)
class RefuseUnread:
    """The connection breaks before the request's body has been read, and nothing happens."""


@dataclass(frozen=True)
class HangThenCut:
    """Nothing happens for so many seconds, and then the connection breaks."""

    seconds: float


@dataclass(frozen=True)
class Garbage:
    """Bytes that are not HTTP."""

    data: bytes = b"\x00\x01 nothing of yours\r\n\r\n"


@dataclass(frozen=True)
class CutStream:
    """A stream that ends after so many events, without a word."""

    events: int


@dataclass(frozen=True)
class SilentStream:
    """A stream that sends so many events and then nothing more, with the connection open, even after the last one."""

    events: int


Reply = (
    Answer
    | Usual
    | LoseAnswer
    | Refuse
    | RefuseUnread
    | HangThenCut
    | Garbage
    | HoldAnswer
    | CutStream
    | SilentStream
    | CutFile
)
