"""Images go up for a day under no one's name; a video comes down whole or not at all."""

import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.errors import (
    BadVideo,
    CredentialsRefused,
    OurFault,
    ProtocolBroken,
    ProviderFailed,
    ProviderUnreachable,
    TweenError,
)
from bot.domain.media import Frame
from tests.contract.fal.conftest import FakeTime
from tests.twins.fal import FalTwin
from tests.twins.fal_replies import Reply
from tests.twins.replies import Answer, CutFile, LoseAnswer, Refuse

FRAME = Frame("start", b"\x89PNG\r\n\x1a\n" + bytes(5000), "image/png", 64, 64)


async def test_a_frame_is_uploaded_whole_for_a_day_under_a_neutral_name(fal: FalTwin, provider: FalProvider) -> None:
    """The bytes, their type, a name that says only which image it is, and an expiry."""
    url = await provider.upload(FRAME)
    await provider.upload(replace(FRAME, which="end", content_type="image/jpeg"))

    assert fal.uploads[url.removeprefix(f"{fal.url}/files/")] == FRAME.data
    sent = [seen.headers for seen in fal.requests("upload")]
    assert [headers["X-Fal-File-Name"] for headers in sent] == ["start.png", "end.jpg"]
    assert [headers["Content-Type"] for headers in sent] == ["image/png", "image/jpeg"]
    assert json.loads(sent[0]["X-Fal-Object-Lifecycle"]) == {"expiration_duration_seconds": 86400}


async def test_uploads_share_a_token_and_a_connection(fal: FalTwin, provider: FalProvider) -> None:
    """Fal's client alone builds a new HTTP client, and so a new connection, for each of them."""
    for _ in range(3):
        await provider.upload(FRAME)

    assert (fal.counts["token"], fal.counts["upload"]) == (1, 3)
    assert len({seen.peer for seen in fal.seen}) == 1


@pytest.mark.parametrize("reply", [Refuse(), LoseAnswer(), Answer(429, {}), Answer(502, "<html>nginx</html>")])
async def test_an_upload_that_breaks_is_repeated(fal: FalTwin, provider: FalProvider, reply: Reply) -> None:
    """It costs nothing."""
    fal.script("upload", reply)
    assert (await provider.upload(FRAME)).startswith(f"{fal.url}/files/")
    assert fal.counts["upload"] == 2


async def test_an_upload_goes_the_other_way_when_the_first_is_closed(fal: FalTwin, provider: FalProvider) -> None:
    """The signed-URL flow, to the same effect."""
    fal.script("upload", Answer(500, {"detail": "down"}))

    url = await provider.upload(FRAME)

    assert fal.uploads[url.removeprefix(f"{fal.url}/files/")] == FRAME.data
    assert [seen.kind for seen in fal.seen] == ["token", "upload", "initiate", "put"]


async def test_the_key_does_not_follow_a_signed_url_to_another_host(
    fal: FalTwin, foreign: FalTwin, provider: FalProvider
) -> None:
    """The URL to put the bytes to may be on a bucket of another company (fal's client sends the key there)."""
    put = f"{foreign.url}/uploads/x?signature=twin"
    fal.script("upload", Answer(500, {}))
    fal.script("initiate", Answer(200, {"upload_url": put, "file_url": "https://v3.fal.media/files/x.png"}))
    foreign.uploads["x"] = b""

    assert await provider.upload(FRAME) == "https://v3.fal.media/files/x.png"
    assert foreign.uploads == {"x": FRAME.data}  # and the fixture looks for a key


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(401, {"detail": "Invalid key"}), CredentialsRefused),
        (Answer(500, {"detail": "down"}), ProviderFailed),
        (Answer(200, {"file": "x"}), ProtocolBroken),
        (Answer(200, "<html>"), ProtocolBroken),
    ],
)
async def test_an_upload_that_fails_both_ways_says_why(
    fal: FalTwin, provider: FalProvider, answer: Answer, error: type[TweenError]
) -> None:
    """Typed, like everything else."""
    fal.script("token", answer)
    fal.script("initiate", answer)
    with pytest.raises(error):
        await provider.upload(FRAME)


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_that_is_no_fal_is_told_at_the_upload(fal: FalTwin, provider: FalProvider, status: int) -> None:
    """A wrong address is the operator's to mend, and no failure to make a video."""
    for kind in ("token", "upload", "initiate", "put"):
        fal.script(kind, *[Answer(status, "nothing of yours")] * 12)
    with pytest.raises(ProtocolBroken, match="no file storage, HTTP"):
        await provider.upload(FRAME)
    fal.violations.clear()


async def test_a_video_appears_when_it_is_whole(fal: FalTwin, provider: FalProvider, tmp_path: Path) -> None:
    """No key goes with it (the twin would object), and no part file stays."""
    await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"v.mp4": fal.video}


async def test_a_download_that_breaks_goes_on_where_it_stopped(
    fal: FalTwin, provider: FalProvider, tmp_path: Path
) -> None:
    """The rest is asked for by range, on the condition that the file is the same."""
    fal.script("file", CutFile(5000), CutFile(3000), Answer(503, "<html>"))

    await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")

    assert (tmp_path / "v.mp4").read_bytes() == fal.video
    asked = [(seen.headers.get("Range"), seen.headers.get("If-Range")) for seen in fal.requests("file")]
    assert asked == [(None, None), ("bytes=5000-", '"twin"'), ("bytes=8000-", '"twin"'), (None, None)]


async def test_a_server_may_give_less_than_the_rest(fal: FalTwin, provider: FalProvider, tmp_path: Path) -> None:
    """An answer that ends well can still end before the file does."""
    some = {"Content-Range": f"bytes 5000-7999/{len(fal.video)}", "ETag": '"twin"'}
    fal.script("file", CutFile(5000), Answer(206, fal.video[5000:8000], some))

    await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")

    assert (tmp_path / "v.mp4").read_bytes() == fal.video


async def test_a_file_that_changed_meanwhile_is_fetched_anew(
    fal: FalTwin, provider: FalProvider, tmp_path: Path
) -> None:
    """A whole answer to a question for the rest starts the file again."""
    fal.script("file", CutFile(5000), Answer(200, b"another", {"ETag": '"b"'}))

    await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")

    assert (tmp_path / "v.mp4").read_bytes() == b"another"


async def test_a_download_that_keeps_breaking_is_given_up_and_leaves_nothing(
    fal: FalTwin, provider: FalProvider, time: FakeTime, tmp_path: Path
) -> None:
    """After six attempts with growing pauses."""
    fal.script("file", *[CutFile(10)] * 9)

    with pytest.raises(ProviderUnreachable):
        await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")

    assert (len(time.slept), list(tmp_path.iterdir())) == (5, [])


async def test_a_download_that_only_drips_is_given_up(fal: FalTwin, patience: Patience, tmp_path: Path) -> None:
    """There is a limit for the whole, besides the one for silence."""
    fal.drips = True
    hasty = replace(patience, download=0.2)
    async with FalProvider(Credentials("a test", fal.key), fal.url, patience=hasty) as provider:
        with pytest.raises(ProviderUnreachable, match="TimeoutError"):
            await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")
    assert list(tmp_path.iterdir()) == []


async def test_a_video_that_is_gone_is_said_to_be_gone(fal: FalTwin, provider: FalProvider, tmp_path: Path) -> None:
    """Files expire."""
    fal.script("file", Answer(404, "<html>"))
    with pytest.raises(ProviderFailed, match="HTTP 404"):
        await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")


@pytest.mark.parametrize("says_so", [True, False])
async def test_a_video_above_the_limit_is_not_taken(
    fal: FalTwin, patience: Patience, tmp_path: Path, *, says_so: bool
) -> None:
    """Neither when its length is told beforehand nor when it just goes on."""
    small = replace(patience, largest_video=9000)
    fal.tells_length = says_so
    if says_so:
        fal.script("file", CutFile(10))  # which would be tried again if the length were not looked at
    async with FalProvider(Credentials("a test", fal.key), fal.url, patience=small) as provider:
        with pytest.raises(BadVideo, match="9000 bytes"):
            await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")
    assert list(tmp_path.iterdir()) == []


async def test_memory_does_not_grow_with_the_video(fal: FalTwin, provider: FalProvider, tmp_path: Path) -> None:
    """64 MB pass through one buffer."""
    fal.video = bytes(64 << 20)
    tracemalloc.start()
    try:
        await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (tmp_path / "v.mp4").stat().st_size == 64 << 20
    assert peak < 8 << 20  # bytes, the twin's own pieces included


async def test_a_video_on_a_foreign_host_is_not_fetched(
    fal: FalTwin, foreign: FalTwin, provider: FalProvider, tmp_path: Path
) -> None:
    """Neither named outright nor by a redirect: what fal answers cannot send us to other servers."""
    fal.script("file", Answer(302, "", {"Location": f"{foreign.url}/files/v.mp4"}))

    for url in (f"{foreign.url}/files/v.mp4", f"{fal.url}/files/v.mp4", "file:///etc/passwd", "https://[", ""):
        with pytest.raises(ProtocolBroken, match="not on fal's own hosts"):
            await provider.download(url, tmp_path / "v.mp4")
    assert foreign.seen == []


async def test_a_redirect_within_fal_is_followed_but_not_for_ever(
    fal: FalTwin, provider: FalProvider, tmp_path: Path
) -> None:
    """The files' host may move a file."""
    there = Answer(302, "", {"Location": "/files/w.mp4"})
    fal.script("file", there)
    await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")
    assert (tmp_path / "v.mp4").read_bytes() == fal.video

    fal.script("file", *[there] * 5)
    with pytest.raises(ProtocolBroken, match="too many redirects"):
        await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")


async def test_a_disk_that_cannot_be_written_is_our_fault(fal: FalTwin, provider: FalProvider, tmp_path: Path) -> None:
    """The operator's matter, not the provider's."""
    with pytest.raises(OurFault, match="No such file or directory"):
        await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "missing" / "v.mp4")
