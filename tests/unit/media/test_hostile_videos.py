"""A file that lies about what it is, or how much, costs next to nothing and reads nothing but itself."""

import asyncio
import json
import struct
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from adapters.media.animation import PyAVAnimations
from adapters.media.boxes import MOST
from adapters.media.fit import PyAVFitter
from adapters.media.last_frame import PyAVLastFrames
from adapters.media.poster import PyAVPosters
from adapters.media.videos import MAX_PIXELS, PyAVVideos
from bot.domain.errors import BadVideo
from tests.bad_images import plain
from tests.unit.media.videos import RATE, write

Door = Callable[[Path], Awaitable[object]]


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[list[Door]]:
    """Return all that opens a video."""
    with ExitStack() as stack:
        videos, last = stack.enter_context(closing(PyAVVideos())), stack.enter_context(closing(PyAVLastFrames()))
        posters = stack.enter_context(closing(PyAVPosters()))
        animations = stack.enter_context(closing(PyAVAnimations()))
        fitter = PyAVFitter()
        yield [
            videos.inspect,
            posters.poster,
            lambda path: posters.posters(path, 3),
            last.last_frame,
            animations.animation,
            lambda path: fitter.fit(path, tmp_path / "fitted.mp4", 100_000),
        ]


async def refused_by_all(doors: list[Door], path: Path) -> set[str]:
    """Return why the doors refuse the file."""
    said = set()
    for door in doors:
        with pytest.raises(BadVideo) as caught:
            await door(path)
        said.add(caught.value.what)
    return said


def put(data: bytes, box: bytes, at: int, *numbers: int) -> bytes:
    """Write 32-bit numbers so many bytes behind the name of the file's first such box."""
    start = data.index(box) + 4 + at
    return data[:start] + struct.pack(f">{len(numbers)}I", *numbers) + data[start + 4 * len(numbers) :]


def claiming(video: bytes, frames: int) -> bytes:
    """Return the video with a table of so many frames of one byte each, all in one chunk."""
    return put(put(video, b"stsz", 4, 1, frames), b"stsc", 4, 1, 1, frames, 1)


def fragmented(path: Path) -> bytes:
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(4):
            frame = av.VideoFrame.from_bytes(Image.new("RGBA", (64, 48)).tobytes(), 64, 48, "rgba")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><html><body>502 Bad Gateway</body></html>" * 20,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.ts\n",
        b"ffconcat version 1.0\nfile '/etc/hostname'\n",
        plain("JPEG"),
        plain("GIF"),
        b"\x1a\x45\xdf\xa3" + bytes(400),
    ],
    ids=["page", "playlist of files", "playlist of addresses", "list of files", "JPEG", "GIF", "head of an MKV"],
)
async def test_what_is_no_mp4_is_refused_by_every_door(doors: list[Door], tmp_path: Path, content: bytes) -> None:
    """Whatever its name says; what it names is not opened."""
    path = tmp_path / "claimed.mp4"
    path.write_bytes(content)
    assert await refused_by_all(doors, path) == {"not an MP4, or a damaged one"}


async def test_another_container_is_refused(doors: list[Door], tmp_path: Path) -> None:
    """A whole MKV with H.264 in it is no MP4."""
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w", format="matroska") as out, av.open(str(write(tmp_path / "good.mp4"))) as given:
        stream = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    assert await refused_by_all(doors, path) == {"not an MP4, or a damaged one"}


async def test_hevc_in_an_mp4_is_refused_by_its_name(doors: list[Door], tmp_path: Path) -> None:
    """So is a codec that FFmpeg has no decoder for."""
    hevc = write(tmp_path / "hevc.mp4", 4, (64, 64), codec="libx265")
    assert await refused_by_all(doors, hevc) == {"hevc instead of h264"}
    hevc.write_bytes(write(tmp_path / "good.mp4").read_bytes().replace(b"avc1\0\0\0\0", b"enca\0\0\0\0"))
    assert await refused_by_all(doors, hevc) == {"another codec instead of h264"}


async def test_media_in_another_file_are_not_fetched(doors: list[Door], tmp_path: Path) -> None:
    """A data reference that names an address or a file is refused before anything is opened."""
    data = write(tmp_path / "v.mp4", 4).read_bytes()
    path = tmp_path / "elsewhere.mp4"
    path.write_bytes(put(data, b"url ", 0, 0))
    assert await refused_by_all(doors, path) == {"its media are in another file"}


@pytest.mark.parametrize("frames", [MOST + 1, 80_000_000, 0xFFFF_FFFF])
async def test_a_table_of_frames_that_are_not_there_is_refused(doors: list[Door], tmp_path: Path, frames: int) -> None:
    """FFmpeg would make room for all of them: 4 GB for 80 million."""
    path = tmp_path / "claims.mp4"
    path.write_bytes(claiming(write(tmp_path / "v.mp4", 8).read_bytes(), frames))
    assert await refused_by_all(doors, path) == {"claims more than 1000000 frames"}


async def test_padding_takes_no_memory(tmp_path: Path) -> None:
    """Thirty megabytes of nothing behind the pictures are looked through, a window at a time."""
    path = write(tmp_path / "v.mp4", 8)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", 30_000_008, b"free") + bytes(30_000_000))
    said, megabytes = await _alone(path, 60)
    assert ("frames=8" in said, megabytes < 10) == (True, True), (said, megabytes)


async def test_a_frame_larger_than_4k_is_refused(doors: list[Door], tmp_path: Path) -> None:
    """A decoder would hold eighteen of them."""
    big = write(tmp_path / "big.mp4", 1, (4096, 2320))
    assert MAX_PIXELS < 4096 * 2320
    said = await refused_by_all(doors, big)
    assert said <= {"4096 x 2320 pixels", "not an MP4, or a damaged one"}


async def test_a_video_of_no_size_is_refused(doors: list[Door], tmp_path: Path) -> None:
    """A table without frames, and without a word on how large they would be: there is nothing to divide by."""
    data = fragmented(tmp_path / "v.mp4")
    table = put(data[: data.index(b"moof") - 4], b"avc1", 24, 0).replace(b"avcC", b"skip")
    path = tmp_path / "sizeless.mp4"
    path.write_bytes(table)
    assert await refused_by_all(doors, path) == {"0 x 0 pixels"}


async def test_a_size_that_grows_within_the_file_is_refused(tmp_path: Path) -> None:
    """Forty small pictures, then one that says of itself to be more than any decoder may hold."""
    small, big = write(tmp_path / "small.mp4", 40, (64, 48)), write(tmp_path / "big.mp4", 1, (4096, 2320))
    path = tmp_path / "growing.mp4"
    with av.open(str(small)) as first, av.open(str(big)) as then, av.open(str(path), "w", format="mp4") as out:
        stream, source = out.add_stream_from_template(first.streams.video[0]), then.streams.video[0]
        packets = [packet for packet in first.demux(video=0) if packet.size]
        for packet in packets:
            packet.stream = stream
            out.mux(packet)
        [grown] = [packet for packet in then.demux(video=0) if packet.size]
        lying = av.Packet(_parameters(source.codec_context.extradata or b"") + bytes(grown))
        lying.time_base, lying.stream, lying.is_keyframe = Fraction(1, RATE), stream, True
        lying.pts = lying.dts = 40
        out.mux(lying)
    with closing(PyAVVideos()) as videos, pytest.raises(BadVideo, match="not an MP4, or a damaged one"):
        await videos.inspect(path)


def _parameters(avcc: bytes) -> bytes:
    """Return the parameter sets (SPS, PPS) of an ``avcC`` box as they stand in a stream of NAL units."""
    first = int.from_bytes(avcc[6:8], "big")
    second = int.from_bytes(avcc[9 + first : 11 + first], "big")
    sets = avcc[8 : 8 + first], avcc[11 + first : 11 + first + second]
    return b"".join(struct.pack(">I", len(each)) + each for each in sets)


PEAK = """
import asyncio, json, resource, sys, time
from pathlib import Path
from adapters.media.videos import PyAVVideos
from bot.domain.errors import BadVideo

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 ** 2)

async def main():
    videos, before = PyAVVideos(deadline=float(sys.argv[2])), peak()
    try:
        said = repr(await videos.inspect(Path(sys.argv[1])))
    except BadVideo as e:
        said = e.what
    videos.close()
    print(json.dumps([said, peak() - before]))

asyncio.run(main())
"""


async def _alone(path: Path, deadline: float) -> tuple[str, float]:
    """Inspect a file in a process of its own; return what was said, and the megabytes that it took."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PEAK, str(path), str(deadline)), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        answer, _ = await process.communicate()
    assert process.returncode == 0
    said, megabytes = json.loads(answer)
    return said, megabytes


async def test_memory_stays_bounded_whatever_is_claimed(tmp_path: Path) -> None:
    """The most frames that are believed take an index of 60 MB; one more takes nothing."""
    data = write(tmp_path / "v.mp4", 8).read_bytes()
    path = tmp_path / "claims.mp4"
    path.write_bytes(claiming(data, MOST))
    said, megabytes = await _alone(path, 60)
    assert (said.endswith("of 8 frames"), megabytes < 100) == (True, True)
    path.write_bytes(claiming(data, MOST + 1))
    said, megabytes = await _alone(path, 60)
    assert (said, megabytes < 10) == ("claims more than 1000000 frames", True)


async def test_a_video_without_an_end_ends_at_the_deadline(tmp_path: Path) -> None:
    """Nine hundred thousand frames that are really there, a byte each: the thread gives up as well, and ends."""
    path = tmp_path / "endless.mp4"
    path.write_bytes(claiming(write(tmp_path / "v.mp4", 8).read_bytes(), 900_000) + struct.pack(">I4s", 0, b"mdat"))
    with path.open("r+b") as file:
        file.truncate(2_000_000)
    said, megabytes = await _alone(path, 0.5)
    assert (said, megabytes < 100) == ("not read within 0.5 s", True)
