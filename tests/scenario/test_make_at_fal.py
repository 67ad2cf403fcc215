"""``tweenbot make`` with a fal key, as a real process against the fal twin: sent, billed, said."""

import json
from pathlib import Path

import pytest

from tests import bad_images
from tests.scenario.at_fal import at
from tests.scenario.tweenbot import Ended, ended, started
from tests.twins.fal import FalTwin
from tests.twins.fal_replies import CutStream
from tests.twins.replies import Answer, LoseAnswer


async def test_a_job_is_sent_once_with_every_option_and_its_video_comes_back(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """Status by one stream, the price before, the bill after, and no metadata on the wire."""
    arguments = (
        "make",
        *photos,
        "the tide comes in",
        "--resolution",
        "480p",
        "--seed",
        "7",
        "--shift",
        "4.5",
        "-o",
        "o.mp4",
    )
    async with started(tmp_path, *arguments, env=at(fal)) as running:
        await running.until("Next in the queue")
        job = await fal.next_job()
        job.progress("10/30")
        await running.until("Step 10/30 · 33 %")
        job.finish()
        run = await running.end()
    assert run.status == 0, run
    assert (tmp_path / "o.mp4").read_bytes() == fal.video
    assert (tmp_path / "o.sheet.png").exists()
    sent = dict(job.arguments)
    assert {name: sent[name] for name in ("prompt", "resolution", "seed", "shift", "num_frames", "guide_scale")} == {
        "prompt": "the tide comes in",
        "resolution": "480p",
        "seed": 7,
        "shift": 4.5,
        "num_frames": 81,
        "guide_scale": 5,
    }
    assert len(sent) == 15
    assert len(fal.jobs) == len(fal.requests("submit")) == len(fal.requests("stream")) == 1
    everything = b"".join(seen.body for seen in fal.seen) + repr([seen.headers for seen in fal.seen]).encode()
    assert [secret for secret in (*bad_images.SECRETS, b"IMG_000") if secret in everything] == []


async def test_the_bill_is_what_fal_says_it_is(fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path) -> None:
    """0.5 billing units at $0.40 are $0.20, whatever was expected."""
    fal.script("stream", CutStream(1))
    async with started(tmp_path, "make", *photos, "rain", "--json", "-o", "o.mp4", env=at(fal)) as running:
        (await fal.next_job()).finish()
        report = json.loads((await running.end()).out)
    assert (report["state"], report["cost_usd"], report["seed"]) == ("delivered", "0.20", 42)


async def test_a_lost_answer_is_told_as_perhaps_charged_and_not_sent_again(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """The answer to the submit is dropped after it was accepted: one bill, one POST, and the truth."""
    fal.script("submit", LoseAnswer())
    run = await ended(tmp_path, "make", *photos, "rain", env=at(fal))
    assert run.status == 3, run
    assert run.out.splitlines()[-1] == (
        "Unclear: This may have been charged. It was not sent again, and will not be unless you do: "
        "look at the provider's dashboard first."
    )
    assert len(fal.jobs) == len(fal.requests("submit")) == 1


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        (
            Answer(401, {"detail": "Invalid key"}),
            1,
            "No video: fal refuses the key. Check FAL_KEY against fal.ai/dashboard/keys.",
        ),
        (
            Answer(403, {"detail": "User is locked. Reason: Exhausted balance."}),
            1,
            "No video: The fal account is locked or has no balance left. Top it up at fal.ai/dashboard/billing.",
        ),
        (
            Answer(429, {"detail": "Queue is full"}, {"Retry-After": "90"}),
            1,
            "No video: The provider has no room for another job and took nothing. Send it again in 1 min 30 s.",
        ),
    ],
)
async def test_a_refused_submit_says_what_to_do_and_that_is_all(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path, *, answer: Answer, status: int, says: str
) -> None:
    """Nothing was accepted, so nothing is said of a charge."""
    fal.script("submit", answer)
    run = await ended(tmp_path, "make", *photos, "rain", env=at(fal))
    assert (run.status, run.out.splitlines()[-1]) == (status, says)
    assert fal.jobs == []


async def test_a_content_policy_refusal_is_told_in_plain_words(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """The refused input is not repeated; the bill is unknown, and that is said."""
    detail = {"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation", "input": "base64…"}
    async with started(tmp_path, "make", *photos, "rain", env=at(fal)) as running:
        await running.until("Next in the queue")
        fal.units = None
        (await fal.next_job()).finish(Answer(422, {"detail": [detail]}))
        run = await running.end()
    assert run.status == 2
    assert run.out.splitlines()[-1] == (
        "No video: The provider's content policy refused the prompt. Change it and send it again. "
        "This may have been charged; the provider's dashboard shows it."
    )


async def test_ctrl_c_in_the_queue_is_free(fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path) -> None:
    """Stopped before it ran."""
    async with started(tmp_path, "make", *photos, "rain", env=at(fal)) as running:
        await running.until("Next in the queue")
        running.interrupt()
        run = await running.end()
    assert (run.status, fal.jobs[0].cancels) == (130, 1)
    assert run.out.splitlines()[-1] == "Cancelled: Nothing was charged."


async def test_ctrl_c_when_it_is_too_late_still_brings_the_video(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """A running job may finish anyway; what is paid for is delivered."""
    async with started(tmp_path, "make", *photos, "rain", "-o", "o.mp4", env=at(fal)) as running:
        await running.until("Next in the queue")
        job = await fal.next_job()
        job.progress("1/30")
        await running.until("Step 1/30")
        running.interrupt()
        await running.until("Asked to stop")
        job.finish()
        run = await running.end()
    assert run.status == 0, run
    assert (tmp_path / "o.mp4").read_bytes() == fal.video


async def test_a_cancel_that_fails_leaves_json_alone(fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path) -> None:
    """What the log has to say goes to stderr; the job, which could not be stopped, is delivered."""
    fal.script("cancel", Answer(401, {"detail": "Invalid key"}))
    async with started(tmp_path, "make", *photos, "rain", "--json", "-o", "o.mp4", env=at(fal)) as running:
        job = await fal.next_job()
        await fal.until_seen("stream", 1)
        running.interrupt()
        await fal.until_seen("cancel", 1)
        job.finish()
        run = await running.end()
    assert run.status == 0, run
    assert json.loads(run.out)["state"] == "delivered"
    assert "event=cancel_failed" in run.err


async def test_a_file_that_is_no_video_is_not_handed_over(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """The provider's file is looked into before anyone is told that it is a video."""
    fal.video = b"<html>sorry</html>" * 100
    async with started(tmp_path, "make", *photos, "rain", "-o", "o.mp4", env=at(fal)) as running:
        await running.until("Next in the queue")
        (await fal.next_job()).finish()
        run = await running.end()
    assert run.status == 1
    assert "is not a playable video" in run.out.splitlines()[-1]
    assert run.out.splitlines()[-1].endswith("This was charged.")
    assert not (tmp_path / "o.mp4").exists()


async def test_fal_without_a_key_is_refused_before_anything_is_sent(photos: tuple[Path, Path], tmp_path: Path) -> None:
    """Where --at fal finds no key, it says where to get one."""
    run: Ended = await ended(tmp_path, "make", *photos, "rain", "--at", "fal")
    assert run.status == 1
    assert "There is no fal key. Set FAL_KEY to a key from fal.ai/dashboard/keys." in run.out


async def test_no_secret_is_written_anywhere(fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path) -> None:
    """Neither the key nor an upload's address appears in what the program writes, even when all goes wrong."""
    fal.script("submit", Answer(500, {"detail": f"boom {fal.key}"}))
    run = await ended(tmp_path, "make", *photos, "rain", "--json", env=at(fal))
    report = json.loads(run.out)
    assert (report["state"], report["charge"]) == ("unclear", "possible")
    assert fal.key not in run.out + run.err
    assert "/files/" not in run.out + run.err
