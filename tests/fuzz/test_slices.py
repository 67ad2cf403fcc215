"""A slice of the long campaign (``make fuzz``), and that a campaign sees what it looks for."""

import asyncio
import random
from pathlib import Path

import psutil
import pytest

from tests.fuzz.campaign import Campaign, Limits
from tests.fuzz.corpus import images, videos
from tests.fuzz.mutate import mutant
from tests.fuzz.pieces import pieces
from tests.fuzz.targets import Kind, Targets
from tests.fuzz.worker import item, judged

SEED = 1


@pytest.mark.parametrize(("kind", "count"), [("image", 2000), ("video", 300)])
async def test_hostile_files_end_in_a_picture_a_video_or_a_refusal(kind: Kind, count: int, tmp_path: Path) -> None:
    """None of them crashes a process, holds it, makes it large, or raises anything that is not ours."""
    tally = await Campaign(kind, SEED, 2, tmp_path).run(count)
    assert tally.findings == []
    assert set(tally.ends) == {"taken", "refused"}
    assert tally.ends.total() == count
    assert list(tmp_path.iterdir()) == []


def test_the_corpus_is_taken_as_it_is() -> None:
    """Most seeds are good files: what is made of them gets past the first look."""
    with asyncio.Runner() as runner:
        targets = Targets()
        ends = {
            "image": [judged(runner, targets, "image", data, 1)["how"] for data in images()],
            "video": [judged(runner, targets, "video", data, 1)["how"] for data in videos()],
        }
        targets.close()
    assert {kind: set(how) for kind, how in ends.items()} == {kind: {"taken", "refused"} for kind in ends}
    assert ends["image"].count("taken") > len(images()) / 2
    assert ends["video"].count("taken") > len(videos()) / 2


def test_a_number_makes_the_same_file_again() -> None:
    """So that a finding can be tried anew; another number or seed makes another."""
    kinds: list[Kind] = ["image", "video"]
    for kind in kinds:
        made = [item(kind, 1, number) for number in range(40)]
        assert made == [item(kind, 1, number) for number in range(40)]
        assert len(set(made)) > 30
        assert made != [item(kind, 2, number) for number in range(40)]


def test_mutants_differ_and_pieces_are_whole() -> None:
    """Of a hundred mutants most are new; a file that is taken apart is the same when put together."""
    seeds = (*images(), *videos())
    dice = random.Random(1)
    assert sum(mutant(dice, seeds) not in seeds for _ in range(100)) > 60
    for data in seeds:
        assert b"".join(pieces(data)) == data
    assert sum(len(pieces(data)) > 3 for data in seeds) > len(seeds) / 2


async def _first_worker() -> psutil.Process:
    async with asyncio.timeout(60):
        while True:
            for child in psutil.Process().children():
                if "tests.fuzz.worker" in child.cmdline():
                    return child
            await asyncio.sleep(0.01)  # another process cannot set an event


async def test_a_crash_is_seen_and_the_file_kept(tmp_path: Path) -> None:
    """A process that a signal ended is a finding; another goes on."""
    running = asyncio.create_task(Campaign("image", SEED, 1, tmp_path).run(30))
    (await _first_worker()).kill()
    tally = await running
    assert [(each.number, each.what) for each in tally.findings] == [(0, "crashed: SIGKILL")]
    assert tally.findings[0].file.read_bytes() == item("image", SEED, 0)
    assert tally.ends.total() == 30
    assert "--replay" in "\n".join(tally.lines())


async def test_a_process_that_stands_still_is_seen(tmp_path: Path) -> None:
    """It is ended once its time is over."""
    running = asyncio.create_task(Campaign("image", SEED, 1, tmp_path, Limits(5.0, 0.5, 0.0)).run(1))
    (await _first_worker()).suspend()
    tally = await running
    assert [each.what.partition(":")[0] for each in tally.findings] == ["held"]
    assert [child for child in psutil.Process().children() if "tests.fuzz.worker" in child.cmdline()] == []


class _Breaking(Targets):
    async def take(self, kind: Kind, data: bytes, number: int) -> str:
        """Raise what none of the doors may."""
        raise ZeroDivisionError


def test_an_error_that_is_not_ours_is_seen() -> None:
    """With where it came from."""
    with asyncio.Runner() as runner:
        targets = _Breaking()
        answer = judged(runner, targets, "image", b"", 1)
        targets.close()
    assert answer["how"] == "broke"
    assert "ZeroDivisionError" in str(answer["what"])
