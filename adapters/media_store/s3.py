"""Files in a bucket of S3, or of a storage that speaks its protocol, for processes that share no folder.

obstore speaks it: uploads in parts straight from the file, reads in ranges. An upload that a kill breaks off leaves
parts which no listing shows; a rule of the bucket (abort incomplete multipart uploads) removes them.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.store import S3Store

from adapters.media_store.errors import BucketError, of_bucket
from adapters.media_store.storage import Content, whole

if TYPE_CHECKING:
    from obstore.store import S3Config  # not there at run time

FOLDER = "media"
"""Where in the bucket they lie."""
PART = 5 * 1024 * 1024
"""The smallest that S3 takes, but for the last."""
AT_ONCE = 2
"""Parts on their way at the same time: an upload takes some 20 MB of memory, however large the file."""
REQUEST_S = 120
"""How long one request may take, its body included: a part on a slow line."""
CONNECT_S = 5
RETRIES = 3


@dataclass(frozen=True)
class Bucket:
    """A bucket, and how to reach it. Without an ``endpoint`` it is Amazon's; without a key, the environment's."""

    name: str
    endpoint: str | None = None
    region: str | None = None
    key_id: str | None = None
    secret: str | None = None

    @property
    def config(self) -> "S3Config":
        """What obstore wants to know; what is left out it looks for in the environment, as Amazon's clients do."""
        config: S3Config = {"virtual_hosted_style_request": False}
        if self.endpoint is not None:
            config["endpoint"] = self.endpoint.rstrip("/")
        if self.region is not None:
            config["region"] = self.region
        if self.key_id is not None and self.secret is not None:
            config["access_key_id"], config["secret_access_key"] = self.key_id, self.secret
        return config


@dataclass(frozen=True)
class BucketContent:
    """``Content`` of an object."""

    store: S3Store
    key: str
    size: int
    file: None = None

    async def read(self, first: int, count: int) -> bytes:
        """Ask for a range: a slow reader holds no connection to the bucket."""
        try:
            data = await obstore.get_range_async(self.store, self.key, start=first, length=count)
        except BucketError as error:
            raise of_bucket(error) from error
        return whole(bytes(data), count)


class BucketStorage:
    """``Storage`` in a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._store = S3Store(
            bucket.name,
            prefix=FOLDER,
            config=bucket.config,
            client_options={
                "allow_http": (bucket.endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_S),
                "timeout": timedelta(seconds=REQUEST_S),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=REQUEST_S)},
        )

    @property
    def name(self) -> str:
        """The bucket and the folder in it."""
        return f"s3://{self._bucket.name}/{FOLDER}"

    async def write(self, id_: str, path: Path) -> None:
        """Upload a file."""
        try:
            await obstore.put_async(
                self._store,
                _key(id_),
                path,
                attributes={"Content-Type": "video/mp4"},
                chunk_size=PART,
                max_concurrency=AT_ONCE,
            )
        except BucketError as error:
            raise of_bucket(error) from error

    @asynccontextmanager
    async def reading(self, id_: str) -> AsyncIterator[Content | None]:
        """Ask whether there is such an object, and of what size."""
        try:
            meta = await obstore.head_async(self._store, _key(id_))
        except FileNotFoundError:
            yield None
            return
        except BucketError as error:
            raise of_bucket(error) from error
        yield BucketContent(self._store, _key(id_), meta["size"])

    async def remove(self, ids: Collection[str]) -> None:
        """Remove objects, many in one request."""
        if not ids:
            return
        try:
            await obstore.delete_async(self._store, [_key(id_) for id_ in ids])
        except BucketError as error:
            raise of_bucket(error) from error

    async def tidy(self) -> None:
        """Do nothing: parts that were broken off are for a rule of the bucket."""


def _key(id_: str) -> str:
    return f"{id_}.mp4"
