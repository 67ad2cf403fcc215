"""The one place where what a disk or a bucket says becomes ours: no key, no address, no file's name is repeated."""

import re

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from adapters.media_store.storage import NotStored

# In the body of an answer, or of one file among those that were to be removed together.
_CODE = re.compile(r"(?:<Code>|\(code: )([A-Za-z]{1,60})(?:</Code>|\))")
_STATUS = re.compile(r"status code: ([0-9]{3})")

BucketError = (BaseError, OSError, ValueError)
"""What the bucket's client raises; a missing object is a FileNotFoundError."""


def of_bucket(error: Exception) -> NotStored:
    """Return what the bucket's storage says, by its own code where it has one: ``NoSuchBucket``, ``SlowDown``."""
    said = str(error)
    if code := _CODE.search(said):
        return NotStored(code[1])
    if status := _STATUS.search(said):
        return NotStored(f"HTTP {status[1]}")
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return NotStored("access denied")
    return NotStored("no answer" if isinstance(error, BaseError) else type(error).__name__)
