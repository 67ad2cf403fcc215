"""One name for numpy arrays in this room.

OpenCV's stubs know neither shapes nor sample types, so a narrower name would be a claim that nothing checks; every
function says shape and type in words instead.
"""

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
