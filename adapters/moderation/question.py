"""What a check is asked, as ``docs/running.md`` ("Moderation") tells it to those who write one."""

import base64
import json
from collections.abc import Iterable
from typing import Literal

from bot.domain.request import Author

VERSION = 1
Kind = Literal["before", "after"]
Image = tuple[str, str, bytes]
"""Which one it is, its content type, and its file."""


def question(kind: Kind, author: Author, job_id: str, prompt: str, images: Iterable[Image]) -> bytes:
    """Return the JSON that is posted."""
    told = {
        "version": VERSION,
        "kind": kind,
        "platform": author.platform,
        "server": author.server,
        "author": author.id,
        "job": job_id,
        "prompt": prompt,
        "images": [
            {"which": which, "content_type": content_type, "data": base64.b64encode(data).decode()}
            for which, content_type, data in images
        ],
    }
    return json.dumps(told).encode()
