"""A newcomer without any account: ``tweenbot make`` as a real process, with the embedded engine."""

import asyncio
import json
import os
import signal
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from tests import bad_images
from tests.scenario.tweenbot import EXAMPLES, ended, started

START, END = EXAMPLES / "first.png", EXAMPLES / "last.png"
PROMPT = "the sun goes down behind the lighthouse"


def end_frames(video: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last decoded frame as (height, width, 3) RGB."""
    with av.open(str(video)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return frames[0], frames[-1]


def psnr(frame: np.ndarray, image: Path) -> float:
    """Return the PSNR in dB of a frame against the image, scaled to cover the frame and cropped at the centre."""
    height, width = frame.shape[:2]
    with Image.open(image) as opened:
        wanted = np.asarray(ImageOps.fit(opened.convert("RGB"), (width, height), Image.Resampling.LANCZOS))
    error = np.mean((frame.astype(np.float64) - wanted) ** 2)
    return float(10 * np.log10(255**2 / error))


async def test_two_images_become_a_video_that_starts_and_ends_with_them(tmp_path: Path) -> None:
    """In a pipe: plain lines, two files beside each other, the inputs at both ends, and nothing left behind."""
    run = await ended(tmp_path, "make", START, END, PROMPT, "--resolution", "480p", "--seed", "3", "-o", "out.mp4")
    assert run.status == 0, run
    lines = run.out.splitlines()
    assert any(line.startswith("Rendering: Step ") and " %" in line for line in lines)
    assert lines[-2:] == ["Video          out.mp4", "Contact sheet  out.sheet.png"]
    first, last = end_frames(tmp_path / "out.mp4")
    assert first.shape == (480, 832, 3)
    assert min(psnr(first, START), psnr(last, END)) >= 30
    with Image.open(tmp_path / "out.sheet.png") as sheet:
        assert sheet.format == "PNG"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tweenbot", "out.mp4", "out.sheet.png"]
    assert list((tmp_path / ".tweenbot").iterdir()) == []


async def test_json_is_one_object_and_every_option_is_in_it(tmp_path: Path) -> None:
    """A script reads stdout; people read stderr."""
    run = await ended(
        *(tmp_path, "make", START, END, PROMPT, "--json", "-o", "out.mp4", "--resolution", "480p"),
        *("--aspect-ratio", "1:1", "--num-frames", "85", "--frames-per-second", "24", "--seed", "3"),
    )
    assert run.status == 0, run
    report = json.loads(run.out)
    options = report.pop("options")
    assert (options["num_frames"], options["aspect_ratio"], options["num_inference_steps"]) == (85, "1:1", 30)
    assert (report["state"], report["width"], report["height"], report["frames"]) == ("delivered", 624, 624, 85)
    assert report["video_seconds"] == pytest.approx(85 / 24, abs=0.01)
    assert (report["seed"], report["cost_usd"]) == (3, None)
    assert (tmp_path / report["video"]).stat().st_size == report["bytes"]
    assert "Step " in run.err


async def test_ctrl_c_while_rendering_stops_the_job_and_says_what_it_cost(tmp_path: Path) -> None:
    """The engine is asked to stop, no file appears, and the last line is about money."""
    async with started(tmp_path, "make", START, END, PROMPT, "-o", "out.mp4") as running:
        await running.until("Step ")
        running.interrupt()
        run = await running.end()
    assert run.status == 130, run
    assert run.out.splitlines()[-1] == "Cancelled: Nothing was charged."
    assert not (tmp_path / "out.mp4").exists()
    assert list((tmp_path / ".tweenbot").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--num-frames", "120"], "num_frames is 120, but must be from 81 to 100: use 100."),
        (["--frames-per-second", "fast"], "frames_per_second is “fast”, which is not a whole number"),
        (["--resolution", "1080p"], "resolution is “1080p”: use 480p or 720p."),
        (["-o", "out.gif"], "out.gif does not end in .mp4, which is what the video is: use out.mp4."),
        (["-o", f"{'x' * 300}.mp4"], "xxx.mp4 cannot be written (file name too long): choose another name or place."),
        (["-o", "there/out.mp4"], "the folder there does not exist: make it, or choose another."),
    ],
)
async def test_a_wrong_option_is_refused_before_anything_starts(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    """Field, rule and mend; exit status 2; not even a folder is made."""
    run = await ended(tmp_path, "make", START, END, PROMPT, *arguments)
    assert run.status == 2
    assert says in " ".join(run.err.split())
    assert list(tmp_path.iterdir()) == []


async def test_a_pipe_that_nobody_writes_to_is_no_image(tmp_path: Path) -> None:
    """It would be waited for without end."""
    os.mkfifo(tmp_path / "pipe.png")
    run = await ended(tmp_path, "make", "pipe.png", END, PROMPT)
    assert run.status == 2
    assert "The first image cannot be read (pipe.png is no file)" in run.out


async def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    """The contact sheet would take the place of the last image."""
    (tmp_path / "out.sheet.png").write_bytes(END.read_bytes())
    run = await ended(tmp_path, "make", START, "out.sheet.png", PROMPT, "-o", "out.mp4")
    assert run.status == 2
    assert "out.sheet.png is one of the two images and would be replaced" in " ".join(run.err.split())
    assert (tmp_path / "out.sheet.png").read_bytes() == END.read_bytes()


async def test_a_video_that_cannot_be_put_in_its_place_is_kept(tmp_path: Path) -> None:
    """A folder stands where the video belongs: what was made is not thrown away, and the card says where it is."""
    async with started(tmp_path, "make", START, END, PROMPT, "--resolution", "480p", "-o", "out.mp4") as running:
        await running.until("Rendering")
        (tmp_path / "out.mp4").mkdir()
        run = await running.end()
    assert run.status == 1, run
    kept = run.out.splitlines()[-1].rpartition("It lies at ")[2].rstrip(".")
    assert end_frames(tmp_path / kept)[0].shape == (480, 832, 3)


async def test_a_contact_sheet_that_cannot_be_drawn_does_not_cost_the_video(tmp_path: Path) -> None:
    """A folder comes to stand in its place: the video is there, and the last line says what is not."""
    async with started(tmp_path, "make", START, END, PROMPT, "--resolution", "480p", "-o", "out.mp4") as running:
        await running.until("Rendering")
        (tmp_path / "out.sheet.png").mkdir()
        run = await running.end()
    assert run.status == 0, run
    assert run.out.splitlines()[-2:] == ["Video          out.mp4", "Contact sheet  not drawn (is a directory)"]
    assert end_frames(tmp_path / "out.mp4")[0].shape == (480, 832, 3)
    assert list((tmp_path / ".tweenbot").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_stop_while_the_engine_starts_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Nothing was sent yet: cancelled, for nothing, and neither a process nor a file stays behind."""
    async with started(tmp_path, "make", START, END, PROMPT, "-o", "out.mp4") as running:
        await appears(tmp_path / ".tweenbot", "engine-*")
        running.interrupt(number)
        run = await running.end()
    assert run.status == 130, run
    assert run.out.splitlines()[-1] == "Cancelled: Nothing was charged."
    assert [path.name for path in tmp_path.iterdir()] == [".tweenbot"]
    assert list((tmp_path / ".tweenbot").iterdir()) == []


async def appears(folder: Path, pattern: str) -> None:
    """Return once a file of that name is in the folder."""
    async with asyncio.timeout(30):
        while not list(folder.glob(pattern)):  # noqa: ASYNC110  # a folder that another process makes sets no event
            await asyncio.sleep(0.01)


async def test_an_engine_that_dies_ends_the_job(tmp_path: Path) -> None:
    """It is noticed in seconds, not in the minutes that an outage of a service on the net is given."""
    async with started(tmp_path, "make", START, END, PROMPT, "-o", "out.mp4") as running:
        await running.until("Rendering")
        (engine,) = running.children()
        os.kill(engine, signal.SIGKILL)
        run = await running.end()
    assert run.status == 1, run
    assert run.out.splitlines()[-1].startswith("No video: The provider cannot be reached.")
    assert [path.name for path in tmp_path.iterdir()] == [".tweenbot"]
    assert list((tmp_path / ".tweenbot").iterdir()) == []


async def test_what_a_killed_run_left_goes_with_a_later_one(tmp_path: Path) -> None:
    """After a kill -9 nobody tidies up, and the images of that job are in its engine's folder."""
    leftover = tmp_path / ".tweenbot" / "engine-killed"
    leftover.mkdir(parents=True)
    (leftover / "image.png").touch()
    os.utime(leftover, (0, 0))
    run = await ended(tmp_path, "make", START, "nowhere.png", PROMPT)
    assert run.status == 2
    assert list((tmp_path / ".tweenbot").iterdir()) == []


async def test_a_name_in_the_place_of_the_contact_sheet_is_refused(tmp_path: Path) -> None:
    """The sheet has its name from the video, so the mend is another name for that."""
    (tmp_path / "out.sheet.png").mkdir()
    run = await ended(tmp_path, "make", START, END, PROMPT, "-o", "out.mp4")
    assert run.status == 2
    assert "out.sheet.png is a folder, in the place of the contact sheet" in " ".join(run.err.split())


async def test_a_prompt_in_the_place_of_an_image_is_refused_as_one(tmp_path: Path) -> None:
    """The order of the arguments is easily mixed up, and a long sentence is not even a possible file name."""
    run = await ended(tmp_path, "make", "it rains and rains. " * 30, START, END)
    assert run.status == 2, run
    assert run.out.splitlines()[-1].startswith("No video: The first image cannot be read (it rains")
    assert run.err == ""


async def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "data").touch()
    run = await ended(tmp_path, "make", START, END, PROMPT, env={"TWEENBOT_DATA_DIR": "data"})
    assert run.status == 1
    assert run.err == (
        "The data folder data cannot be used (file exists). Set TWEENBOT_DATA_DIR to one that can be written.\n"
    )


async def test_two_bad_images_are_told_together(tmp_path: Path) -> None:
    """A text called .png and a path with nothing there."""
    (tmp_path / "notes.png").write_bytes(bad_images.TEXT)
    run = await ended(tmp_path, "make", "notes.png", "nowhere.png", PROMPT)
    assert run.status == 2
    told = run.out.splitlines()[-1]
    assert told.startswith("No video: The first image is not an image")
    assert "The last image cannot be read (nowhere.png: no such file or directory)" in told


async def test_an_empty_prompt_is_refused_in_json_too(tmp_path: Path) -> None:
    """The same words, where a script finds them."""
    run = await ended(tmp_path, "make", START, END, "  ", "--json")
    assert run.status == 2
    assert json.loads(run.out) == {
        "state": "refused",
        "error": "prompt is empty: say in a sentence what happens between the two images.",
    }


async def test_a_setting_that_is_no_number_is_refused_by_its_name(tmp_path: Path) -> None:
    """The name is the one to mend, and the value, which could be a secret, is not repeated."""
    run = await ended(tmp_path, "make", START, END, PROMPT, env={"TWEENBOT_JOB_DEADLINE_S": "soon"})
    assert run.status == 1
    assert run.err.startswith("TWEENBOT_JOB_DEADLINE_S: input should be a valid number")
    assert "soon" not in run.err


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (b'TWEENBOT_UNIT_PRICES={"fal-ai/wan-flf2v": 0.3', "TWEENBOT_UNIT_PRICES: input should be JSON"),
        (b'TWEENBOT_UNIT_PRICES={"fal-ai/wan-flf2v": -1}', "TWEENBOT_UNIT_PRICES.fal-ai/wan-flf2v: input should be"),
        (b"TWEENBOT_FAL_URL=localhost:80", "TWEENBOT_FAL_URL: URL scheme should be 'http' or 'https'."),
        (b"FAL_KEY=\xff", ".env in this folder cannot be read (not UTF-8): make it"),
    ],
)
async def test_a_broken_env_file_is_refused_by_what_to_mend(tmp_path: Path, setting: bytes, says: str) -> None:
    """One line that names the setting, or the file where it cannot be read at all."""
    (tmp_path / ".env").write_bytes(setting)
    run = await ended(tmp_path, "make", START, END, PROMPT)
    assert run.status == 1
    assert run.err.startswith(says)
    assert run.err.count("\n") == 1


async def test_help_lists_every_option_with_its_rule_and_default(tmp_path: Path) -> None:
    """The flags come from the declaration, in two sections."""
    run = await ended(tmp_path, "make", "--help")
    text = " ".join(run.out.split())
    assert "--num-frames 81..100 Number of frames; more than 81 cost 1.25 times as much. [default: 81]" in text
    assert "--resolution 480p|720p" in text
    assert "--enable-safety-checker / --no-enable-safety-checker" in text
    assert text.index("Options of the model:") < text.index("Options of the model, advanced:") < text.index("--shift")
