"""One look at whether something that the operator has set works: what ``tweenbot doctor`` is made of."""

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How a check came out. ``LOOK`` works, and wants somebody's eyes; ``MEND`` does not work."""

    OK = "ok"
    LOOK = "look"
    MEND = "mend"
    NOT_SET = "not set"


@dataclass(frozen=True)
class Check:
    """One check, by its ``name``. ``said`` is what was found, ``mend`` what to do about it; neither holds a secret."""

    name: str
    mark: Mark
    said: str
    mend: str = ""
