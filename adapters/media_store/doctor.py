"""Whether the storage of kept videos works: a small file is written, read and removed."""

import asyncio
import tempfile
from pathlib import Path
from secrets import token_hex

from adapters.media_store.shelf import ID_BYTES
from adapters.media_store.storage import NotStored, Storage
from bot.domain.check import Check, Mark
from bot.wording import doctor as words

ANSWER_S = 20.0
_BYTES = b"tweenbot doctor"


async def check_storage(storage: Storage, kept: int | None, most: int) -> Check:
    """Try the storage; ``kept`` of ``most`` bytes are kept, as far as that is known."""
    id_ = token_hex(ID_BYTES)
    try:
        async with asyncio.timeout(ANSWER_S):
            is_same = await _round(storage, id_)
    except TimeoutError:
        said = words.NO_ANSWER
    except NotStored as error:
        said = error.said
    else:
        if is_same:
            full = kept is not None and kept >= most
            mend = words.MEDIA_FULL_MEND if full else ""
            return Check(words.MEDIA, Mark.LOOK if full else Mark.OK, words.media_kept(storage.name, kept, most), mend)
        said = words.OTHER_BYTES
    return Check(words.MEDIA, Mark.MEND, words.media_fails(storage.name, said), words.media_mend(storage.name))


async def _round(storage: Storage, id_: str) -> bool:
    """Write, read and remove; return whether what was read is what was written."""
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "doctor.mp4"
        path.write_bytes(_BYTES)
        await storage.write(id_, path)
    try:
        async with storage.reading(id_) as content:
            return content is not None and await content.read(0, len(_BYTES)) == _BYTES
    finally:
        await storage.remove([id_])
