"""``tweenbot make --fit``: an image of another shape is cropped, or shown whole between blurred borders."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.scenario.at_fal import at
from tests.scenario.bot import running
from tests.scenario.chat.chat import sent
from tests.scenario.tweenbot import EXAMPLES, Ended, ended, started
from tests.twins.fal import FalTwin

WIDE, SIZE = EXAMPLES / "first.png", (832, 480)


@pytest.fixture
def tall(tmp_path: Path) -> Path:
    """Return the example's last frame, cut tall."""
    path = tmp_path / "tall.png"
    with Image.open(EXAMPLES / "last.png") as last:
        last.crop((400, 0, 400 + last.height * 9 // 16, last.height)).save(path)
    return path


async def _made(folder: Path, fal: FalTwin, tall: Path, *more: str) -> tuple[Ended, list[tuple[int, int]]]:
    """Make a video of a wide and a tall image; return how it ended, and the sizes of what was sent to fal."""
    options = ("--resolution", "480p", "--json", "-o", "o.mp4", *more)
    async with started(folder, "make", WIDE, tall, "rain", *options, env=at(fal)) as make:
        job = await fal.next_job()
        sizes = [Image.open(io.BytesIO(image)).size for image in sent(fal, job)]
        job.finish()
        return await make.end(), sizes


async def test_borders_are_made_where_they_are_asked_for(fal: FalTwin, tall: Path, tmp_path: Path) -> None:
    """In exactly the video's size; the image that has its shape goes as it is, and nothing is told to be cropped."""
    run, (start, end) = await _made(tmp_path, fal, tall, "--fit", "blur")
    with Image.open(WIDE) as wide:
        assert (start, end) == (wide.size, SIZE)
    assert json.loads(run.out)["fit"] == "blur"
    assert "cropped away" not in run.err


async def test_without_it_the_card_tells_what_is_cropped(fal: FalTwin, tall: Path, tmp_path: Path) -> None:
    """The image goes whole, the model crops it, and the terminal says how much is lost."""
    run, (_, end) = await _made(tmp_path, fal, tall)
    with Image.open(tall) as image:
        assert end == image.size
    assert json.loads(run.out)["fit"] == "crop"
    assert "The last image has another shape than the video (832 x 480): 68 % of it is cropped away." in run.err


async def test_a_running_bot_makes_the_borders_too(fal: FalTwin, tall: Path, tmp_path: Path) -> None:
    """It is told, and tells it."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    async with running(there, at(fal)) as bot:
        run, (_, end) = await _made(here, fal, tall, "--fit", "blur", "--to", bot.url)
        (job,) = await bot.listed()
    assert (end, job["fit"], json.loads(run.out)["fit"]) == (SIZE, "blur", "blur")


async def test_a_fit_that_there_is_not_is_refused(tmp_path: Path, tall: Path) -> None:
    """With those that there are, and nothing is sent."""
    run = await ended(tmp_path, "make", WIDE, tall, "rain", "--fit", "stretch")
    assert run.status == 2
    assert "'stretch' is not one of 'crop', 'blur'" in run.err
