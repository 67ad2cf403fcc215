"""Files go to Slack piece by piece, under a limit of time of their own."""

from pathlib import Path

import aiohttp

from adapters.slack.files import Uploader
from tests.contract.slack.conftest import Office


async def test_a_large_file_has_more_time_than_a_call(office: Office, tmp_path: Path) -> None:
    """A request of aiohttp's has five minutes in all; an upload of 1 GB may take the ten that are meant for it."""
    path = tmp_path / "video.mp4"
    path.write_bytes(b"a video" * 1_000_000)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.001)) as session:
        await Uploader(lambda: session).send(office.client(), "video.mp4", path, "A video.")
    (file,) = office.acme.files
    assert file.data == path.read_bytes()
