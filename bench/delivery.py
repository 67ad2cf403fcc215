"""A video's way from fal to Slack through the running bot, beside plain download and upload of the same bytes by curl.

    python -m bench.delivery [--megabytes 100] [--rounds 7] [--quick]

Both ways lead from the fal twin to the Slack twin, the same servers, in turns. Ours runs from the moment at which fal
is asked for the file until Slack is asked to share it: the download, the look into the video, what is made durable in
between, and the upload. The target: 15 % more than curl's two transfers, by the medians.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.slack.manifest import manifest
from tests import bad_images
from tests.heavy_videos import MB, write_heavy
from tests.scenario.slack.office import Office
from tests.twins.fal import FalTwin
from tests.twins.slack import App, SlackTwin

TARGET = 1.15
SHARE = "files.completeUploadExternal"


async def _ours(office: Office) -> float:
    """Return the seconds that one delivery by the bot takes."""
    shared = len(office.slack.calls(SHARE))
    card = await office.tween(Resolution="480p")
    job = await office.fal.next_job()
    # The card's picture is shared first.
    await office.slack.until(lambda: len(office.slack.calls(SHARE)) > shared)
    await office.until(card, "Next in the queue")
    asked, shared = office.fal.counts["file"], len(office.slack.calls(SHARE))
    job.finish()
    await office.fal.until_seen("file", asked + 1)
    began = time.monotonic()
    await office.slack.until(lambda: len(office.slack.calls(SHARE)) > shared)
    took = time.monotonic() - began
    await office.until(card, "Done")
    return took


async def _curls(office: Office, folder: Path) -> float:
    """Return the seconds that curl takes to fetch the same file and to bring it to the same place."""
    made, token = folder / "curl.mp4", office.slack.env("socket")["SLACK_BOT_TOKEN"]
    api, auth = f"{office.slack.url}/api", f"Authorization: Bearer {token}"
    length = office.fal.video_file.stat().st_size if office.fal.video_file else 0
    answer = await _curl("-H", auth, "-d", f"filename=x.mp4&length={length}", f"{api}/files.getUploadURLExternal")
    address = answer.partition('"upload_url": "')[2].partition('"')[0]
    began = time.monotonic()
    await _curl("-o", str(made), office.fal.video_url(office.fal.jobs[-1]))
    await _curl("-T", str(made), "-X", "POST", "-H", "Content-Type: application/octet-stream", address)
    took = time.monotonic() - began
    assert made.stat().st_size == length
    made.unlink()
    return took


async def _curl(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        "curl", "--silent", "--fail-with-body", *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out
    return out.decode()


async def _measured(folder: Path, megabytes: int, rounds: int) -> tuple[list[float], list[float]]:
    photos = folder / "a.png", folder / "b.png"
    for photo in photos:
        photo.write_bytes(bad_images.plain(size=(96, 64)))
    async with FalTwin(keeps_requests=False) as fal, SlackTwin(App.from_manifest(manifest())) as slack:
        slack.limits.on = False
        fal.video_file = write_heavy(folder / "video.mp4", megabytes * MB)
        acme = slack.workspace("Acme")
        office = Office(slack, fal, folder, photos, acme, acme.channel("videos"), acme.user("ann"))
        ours: list[float] = []
        curls: list[float] = []
        async with office.bot():
            # Once for nothing: the first of everything takes longer.
            await _ours(office)
            await _curls(office, folder)
            for _ in range(rounds):
                ours.append(await _ours(office))
                curls.append(await _curls(office, folder))
                acme.files.clear()
    return ours, curls


def main() -> int:
    """Measure, print both ways, and return 1 where the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.delivery", description=main.__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="20 MB, three rounds, no target")
    given = parser.parse_args()
    megabytes, rounds = (20, 3) if given.quick else (given.megabytes, given.rounds)
    with TemporaryDirectory() as folder:
        ours, curls = asyncio.run(_measured(Path(folder), megabytes, rounds))
    print(f"{megabytes} MB from fal to Slack, {rounds} rounds, seconds")
    for name, seconds in (("the bot", ours), ("curl", curls)):
        print(f"{name:<10}{min(seconds):8.3f} least{statistics.median(seconds):8.3f} median{max(seconds):8.3f} most")
    times = statistics.median(ours) / statistics.median(curls)
    print(f"the bot takes {times:.2f} times as long as curl (target: {TARGET})")
    return 0 if given.quick or times <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
