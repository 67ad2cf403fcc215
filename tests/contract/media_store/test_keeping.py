"""A file is kept whole under an address that nobody can guess, or it is not kept, and why is said."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from adapters.media_store import sweep as sweeping
from adapters.media_store.shelf import MediaShelf
from adapters.media_store.storage import Content, NotStored
from adapters.media_store.sweep import TOLD_S, sweep
from bot.domain.errors import NotKept
from bot.ports import Kept
from tests.contract.media_store.shelves import DAYS_30, Place


async def test_a_file_is_kept_under_an_address_of_its_own(place: Place) -> None:
    """Of our public URL, with 160 random bits in it, for as long as the operator says; its bytes are the file's."""
    kept = await place.shelf.keep("e1", place.video(3 * 1024 * 1024 + 7))
    assert re.fullmatch(r"[0-9a-f]{40}", kept.id)
    assert kept.url == f"https://bot.example/v/{kept.id}.mp4"
    assert (kept.bytes, kept.expires_at) == (3 * 1024 * 1024 + 7, place.now + DAYS_30)
    assert await place.read(kept.id) == place.video(3 * 1024 * 1024 + 7).read_bytes()
    assert (await place.shelf.keep("e2", place.video(10))).id != kept.id


async def test_the_same_job_keeps_its_address(place: Place) -> None:
    """While it is kept, for longer each time it is asked for; the first file stays, whatever comes later."""
    first = await place.shelf.keep("e1", place.video(1000))
    place.now += 86_400
    again = await place.shelf.keep("e1", place.video(2000))
    assert (again.id, again.bytes, again.expires_at) == (first.id, 1000, first.expires_at + 86_400)
    assert len(await place.read(first.id) or b"") == 1000


async def test_the_file_may_go_once_it_is_kept(place: Place) -> None:
    """What is kept has bytes of its own, or a name of its own for them."""
    path = place.video(1000)
    data = path.read_bytes()
    kept = await place.shelf.keep("e1", path)
    path.unlink()
    assert await place.read(kept.id) == data


async def test_a_write_that_was_broken_off_is_done_anew(place: Place) -> None:
    """Nobody was told its address; the bytes that it was noted with take no room any more."""
    kept = await place.shelf.keep("e1", place.video(1000))
    await place.storage.write(kept.id, place.video(500))
    place.room(bytes_=1500)
    with pytest.raises(NotKept):
        await place.shelf.keep("e1", place.video(1000))
    await place.swept()
    again = await place.shelf.keep("e1", place.video(1000))
    assert again.id != kept.id
    assert len(await place.read(again.id) or b"") == 1000


async def test_what_is_too_large_is_not_kept(place: Place) -> None:
    """The reason has the limit, and nothing is noted or written."""
    place.room(file_bytes=2_000_000)
    with pytest.raises(NotKept) as raised:
        await place.shelf.keep("e1", place.video(2_000_001))
    assert raised.value.said == "it is larger than 2.0 MB"
    assert await place.index.total() == 0
    await place.shelf.keep("e1", place.video(2_000_000))


async def test_nothing_that_was_promised_goes_for_something_new(place: Place) -> None:
    """A full store says so; it takes new files once old ones have had their time."""
    place.room(bytes_=2_500_000)
    first = await place.shelf.keep("e1", place.video(2_000_000))
    with pytest.raises(NotKept) as raised:
        await place.shelf.keep("e2", place.video(600_000))
    assert raised.value.said == "the 2.5 MB for such videos are full"
    assert await place.read(first.id) is not None
    place.now += DAYS_30
    await place.swept()
    await place.shelf.keep("e2", place.video(600_000))
    assert await place.read(first.id) is None


async def test_a_storage_that_refuses_is_told_as_it_is(place: Place) -> None:
    """No room is taken for what was not written."""
    await place.break_storage()
    with pytest.raises(NotKept) as raised:
        await place.shelf.keep("e1", place.video(1000))
    assert raised.value.said
    assert "/" not in raised.value.said.replace("http://", "")
    await place.mend_storage()
    await place.swept()
    assert await place.index.total() == 0
    kept = await place.shelf.keep("e1", place.video(1000))
    assert await place.read(kept.id) is not None


async def test_a_file_that_is_not_there_is_not_kept(place: Place, tmp_path: Path) -> None:
    """Somebody else may have removed it, before or while it is written."""
    with pytest.raises(NotKept):
        await place.shelf.keep("e1", tmp_path / "none.mp4")
    with pytest.raises(NotStored):
        await place.storage.write("a" * 40, tmp_path / "none.mp4")
    assert await place.files() == []


async def test_dropping_takes_the_link_back_at_once(place: Place) -> None:
    """The file goes with the next sweep; a job of which nothing is kept is fine, and a dropped one may be kept anew."""
    kept = await place.shelf.keep("e1", place.video(1000))
    await place.shelf.drop("none")
    await place.shelf.drop("e1")
    known = await place.index.get(kept.id)
    assert known is not None
    assert known.expires_at == 0
    again = await place.shelf.keep("e1", place.video(1000))
    assert again.id != kept.id
    await place.swept()
    assert await place.read(kept.id) is None
    assert await place.read(again.id) is not None


async def test_a_job_that_is_deleted_while_its_file_is_written_leaves_nothing(place: Place) -> None:
    """Even where the sweep was there between: whoever writes looks once more afterwards."""

    class Meanwhile(type(place.storage)):  # type: ignore[misc]  # whichever it is
        async def write(self, id_: str, path: Path) -> None:
            await place.index.end("e1")
            await sweep(place.index, place.storage, place.now)
            await super().write(id_, path)

    storage = Meanwhile.__new__(Meanwhile)
    storage.__dict__.update(place.storage.__dict__)
    shelf = MediaShelf(place.index, storage, "https://bot.example", place.all_room, lambda: place.now)
    with pytest.raises(NotKept):
        await shelf.keep("e1", place.video(1000))
    assert await place.files() == []


@pytest.mark.parametrize("at", ["while it writes", "before it begins anew"])
async def test_who_comes_too_late_takes_no_other_process_link_back(place: Place, at: str) -> None:
    """Another process may have taken the job over, and told its author another address: that one goes on working."""
    told: list[Kept] = []

    async def taken_over() -> None:
        if not told:
            told.append(await place.shelf.keep("e1", place.video(1000)))

    class Late(type(place.storage)):  # type: ignore[misc]  # whichever it is
        async def write(self, id_: str, path: Path) -> None:
            await taken_over()
            raise NotStored("no answer")

        @asynccontextmanager
        async def reading(self, id_: str) -> AsyncIterator[Content | None]:
            async with super().reading(id_) as content:
                await taken_over()
                yield content

    storage = Late.__new__(Late)
    storage.__dict__.update(place.storage.__dict__)
    if at == "before it begins anew":
        broken = await place.shelf.keep("e1", place.video(1000))
        await place.storage.remove([broken.id])
    shelf = MediaShelf(place.index, storage, "https://bot.example", place.all_room, lambda: place.now)
    with suppress(NotKept):
        await shelf.keep("e1", place.video(1000))
    known = await place.index.get(told[0].id)
    assert known is not None
    assert known.expires_at > place.now
    await place.swept()
    assert await place.read(told[0].id) == place.video(1000).read_bytes()


async def test_two_sweeps_at_once_remove_everything_once(place: Place) -> None:
    """In several batches; what lives stays; who comes later is told for ninety days that it was there."""
    ids = [(await place.shelf.keep(f"e{number}", place.video(10))).id for number in range(7)]
    place.now += 1
    living = await place.shelf.keep("living", place.video(10))
    place.now += DAYS_30 - 1
    await asyncio.gather(*(sweep(place.index, place.storage, place.now) for _ in range(2)))
    assert await place.files() == [living.id]
    assert [(await place.index.get(id_)) is not None for id_ in ids] == [True] * 7
    await sweep(place.index, place.storage, place.now + TOLD_S + 1)
    assert [(await place.index.get(id_)) for id_ in ids] == [None] * 7


async def test_a_sweep_that_fails_is_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes on for as long as the bot runs; why it cannot remove something is told once, without the file."""
    monkeypatch.setattr(sweeping, "SWEEP_S", 0.01)
    kept = await place.shelf.keep("e1", place.video(10))
    await place.hide_storage()
    place.now += DAYS_30
    logged = ""
    async with asyncio.timeout(30), sweeping.kept_swept(place.index, place.storage, lambda: place.now):
        while "media_not_removed" not in logged:
            await asyncio.sleep(0.05)
            logged += capsys.readouterr().out
        await place.mend_storage()
        while await place.index.total():  # noqa: ASYNC110  # the sweep does it by itself
            await asyncio.sleep(0.05)
    assert await place.files() == []
    logged += capsys.readouterr().out
    assert logged.count("media_not_removed") == 1
    assert kept.id not in logged
