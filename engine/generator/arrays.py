"""Numpy arrays as this room and OpenCV's stubs agree on them.

OpenCV's stubs know neither shapes nor sample types, so a narrower name would be a claim that nothing checks; every
function says shape and type in words instead.
"""

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

ABSENT: Any = None
"""An array argument left out: OpenCV takes None where its stubs ask for an array."""
