"""What is kept comes back as it went in, as long as its time is not over."""

from pathlib import Path

import pytest

from adapters.media_store.shelf import PIECE
from bot.domain.errors import NotKept
from tests.contract.media_store.shelves import DAYS_30, Place


async def test_it_comes_back_byte_for_byte(place: Place, tmp_path: Path) -> None:
    """In pieces, the last of which is short."""
    made = place.video(2 * PIECE + 7)
    kept = await place.shelf.keep("e1", made)
    assert await place.shelf.fetch(kept.id, tmp_path / "back.mp4")
    assert (tmp_path / "back.mp4").read_bytes() == made.read_bytes()


@pytest.mark.parametrize("how", ["unknown", "over", "taken back", "lost"])
async def test_what_is_not_there_is_no_file(place: Place, tmp_path: Path, how: str) -> None:
    """An id of nothing, a link whose time is over, or that was taken back, or whose file is gone."""
    kept = await place.shelf.keep("e1", place.video(1000))
    match how:
        case "over":
            place.now += DAYS_30
        case "taken back":
            await place.shelf.drop("e1")
        case "lost":
            await place.storage.remove([kept.id])
        case _:
            pass
    assert not await place.shelf.fetch("0" * 40 if how == "unknown" else kept.id, tmp_path / "back.mp4")
    assert not (tmp_path / "back.mp4").exists()


async def test_a_disk_that_does_not_take_it_is_told(place: Place, tmp_path: Path) -> None:
    """As what cannot be kept is."""
    kept = await place.shelf.keep("e1", place.video(1000))
    with pytest.raises(NotKept, match="no such file or directory"):
        await place.shelf.fetch(kept.id, tmp_path / "nowhere" / "back.mp4")
