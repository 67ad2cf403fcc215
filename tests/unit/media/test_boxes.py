"""What an MP4 claims of itself is found wherever it stands, and what is no claim is none."""

import struct
import zlib
from pathlib import Path

import av
import pytest

from adapters.media.boxes import _WINDOW, MOST, check_claims
from bot.domain.errors import BadVideo
from tests.unit.media.test_hostile_videos import fragmented, put
from tests.unit.media.videos import write

HEAD = b"\0\0\0\x14ftypisom\0\0\2\0isom"


def test_fragments_and_edits_claim_too(tmp_path: Path) -> None:
    """A fragment needs no byte for a frame that it claims; an edit list shows the same frames over and over."""
    path = tmp_path / "claims.mp4"
    path.write_bytes(put(fragmented(tmp_path / "v.mp4"), b"trun", 0, 1, 50_000_000))
    with pytest.raises(BadVideo, match="claims more than"):
        check_claims(path)
    path.write_bytes(put(write(tmp_path / "v.mp4", 8).read_bytes(), b"elst", 4, 200_000))
    with pytest.raises(BadVideo, match="claims more than"):
        check_claims(path)


def test_a_box_with_a_long_length_claims_as_well(tmp_path: Path) -> None:
    """Its length stands behind its name, so that what it claims stands eight bytes further on."""
    path, data = tmp_path / "claims.mp4", fragmented(tmp_path / "v.mp4")
    path.write_bytes(put(put(data, b"trun", -8, 1), b"trun", 8, 1, 50_000_000))
    with pytest.raises(BadVideo, match="claims more than"):
        check_claims(path)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        (b"keys", struct.pack(">II", 0, MOST + 1)),
        (b"iinf", struct.pack(">II", 1 << 24, MOST + 1)),
        (b"iloc", struct.pack(">IHI", 2 << 24, 0x4400, MOST + 1)),
    ],
    ids=["keys", "iinf", "iloc"],
)
@pytest.mark.parametrize("length", [None, 0, 1])
def test_lists_of_notes_and_of_pictures_claim_too(
    tmp_path: Path, name: bytes, fields: bytes, length: int | None
) -> None:
    """FFmpeg makes room for what they claim, up to 2 GB; lists of 16 bits cannot claim much."""
    path, data = tmp_path / "claims.mp4", write(tmp_path / "v.mp4", 8).read_bytes()
    table = struct.pack(">I4s", 8 + len(fields) if length is None else length, name)
    table += struct.pack(">Q", 16 + len(fields)) * (length == 1) + fields
    path.write_bytes(data + struct.pack(">I4sI", 12 + len(table), b"meta", 0) + table)
    with pytest.raises(BadVideo, match="claims more than 1000000 notes"):
        check_claims(path)
    if name != b"keys":
        path.write_bytes(data + struct.pack(">I4sII4s", 28, b"meta", 0, 16, name) + bytes(2) + b"\xff" * 6)
        check_claims(path)


@pytest.mark.parametrize(
    "comment", ["an elephant lifts its trunk by the sea", "trunks of old trees", "keys to a house in Elstree, elst"]
)
async def test_a_table_that_a_text_speaks_of_claims_nothing(tmp_path: Path, comment: str) -> None:
    """A provider may keep the prompt in its file: no word in it makes a video that was paid for a bad one."""
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w", format="mp4") as out, av.open(str(write(tmp_path / "good.mp4"))) as given:
        out.metadata["comment"] = comment
        stream = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    assert comment.encode() in path.read_bytes()
    check_claims(path)


def test_a_header_may_not_be_compressed(tmp_path: Path) -> None:
    """QuickTime's compressed header unpacks a thousandfold, and nothing has been written so for twenty years."""
    body = zlib.compress(bytes(50_000_000))
    packed = struct.pack(">I4sI", 12 + len(body), b"cmvd", 50_000_000) + body
    path = tmp_path / "packed.mp4"
    for outer in (b"moov", b"free"):  # FFmpeg looks into a free box for it
        inner = struct.pack(">I4s", 8 + len(packed), b"cmov") + packed
        path.write_bytes(HEAD + struct.pack(">I4s", 8 + len(inner), outer) + inner)
        with pytest.raises(BadVideo, match="a compressed header"):
            check_claims(path)


@pytest.mark.parametrize("beyond", range(-12, 13))
def test_a_claim_is_found_wherever_it_stands(tmp_path: Path, beyond: int) -> None:
    """The file is read in windows, and no table falls between two of them."""
    path = tmp_path / "claims.mp4"
    table = struct.pack(">I4sIII", 20, b"stsz", 0, 0, MOST + 1)
    padding = bytes(_WINDOW - 8 + beyond)
    box = struct.pack(">I4s", 8 + len(padding) + len(table) + 2 * _WINDOW, b"free") + padding + table
    path.write_bytes(HEAD + box + bytes(2 * _WINDOW))
    with pytest.raises(BadVideo, match="claims more than"):
        check_claims(path)


def test_tables_heavier_than_any_are_refused_unread(tmp_path: Path) -> None:
    """A gigabyte of nothing before the pictures is not read into memory, nor is what only claims to be there."""
    path = tmp_path / "padded.mp4"
    path.write_bytes(HEAD + struct.pack(">I4s", 2**30, b"free"))
    with path.open("r+b") as file:
        file.truncate(2**30)
    with pytest.raises(BadVideo, match="bytes of tables"):
        check_claims(path)
    path.write_bytes(HEAD + struct.pack(">I4sQ", 1, b"free", 2**62))
    check_claims(path)


@pytest.mark.parametrize("each", [b"\0\0\0\x08free", b"\0\0\0\x08mdat", b"\0\0\0\x08trun"])
def test_boxes_without_number_are_refused(tmp_path: Path, each: bytes) -> None:
    """Each is empty and costs eight bytes: sixty megabytes of them took a minute and a gigabyte to look through."""
    path = tmp_path / "tiny.mp4"
    path.write_bytes(HEAD + each * 199_999)
    check_claims(path)
    path.write_bytes(HEAD + each * 200_001)
    with pytest.raises(BadVideo, match="more than 200000 boxes"):
        check_claims(path)
    path.write_bytes(HEAD + struct.pack(">I4s", 8 + 8 * 200_001, b"free") + b"\0\0\0\x08trun" * 200_001)
    with pytest.raises(BadVideo, match="more than 200000 tables"):
        check_claims(path)


@pytest.mark.parametrize("form", ["plain", "in fragments", "media to the end", "a long length"])
def test_a_file_that_ends_anywhere_is_looked_at_as_far_as_it_goes(tmp_path: Path, form: str) -> None:
    """Cut at each of its bytes: what is there of it claims little, and whatever is wrong is ours to name."""
    data = fragmented(tmp_path / "v.mp4") if form == "in fragments" else write(tmp_path / "v.mp4", 8).read_bytes()
    if form in ("media to the end", "a long length"):
        start = data.index(b"mdat") - 4
        kept = data[start + 8 :]
        length = struct.pack(">I4sQ", 1, b"mdat", 16 + len(kept)) if form == "a long length" else b"\0\0\0\0mdat"
        data = data[:start] + length + kept
    path, refused = tmp_path / "cut.mp4", 0
    for end in range(len(data) + 1):
        path.write_bytes(data[:end])
        try:
            check_claims(path)
        except BadVideo:
            refused += 1
    assert refused <= 16  # inside of the outermost boxes' own heads
    check_claims(path)


@pytest.mark.parametrize("outer", [0, 1])
def test_a_table_behind_media_that_say_they_have_no_end_is_media(tmp_path: Path, outer: int) -> None:
    """Media to the end of the file hold no table, to FFmpeg either; under any other name all is looked at."""
    table = struct.pack(">I4sIII", 20, b"stsz", 0, 0, MOST + 1)
    path = tmp_path / "claims.mp4"
    for name in (b"mdat", b"free"):
        length = struct.pack(">I4s", 0, name) if outer == 0 else struct.pack(">I4sQ", 1, name, 2**63 - 1)
        path.write_bytes(HEAD + length + table)
        if name == b"mdat":
            check_claims(path)
            continue
        with pytest.raises(BadVideo, match="claims more than"):
            check_claims(path)


def test_a_long_length_shorter_than_its_own_head_hides_nothing(tmp_path: Path) -> None:
    """Media of eight bytes, two of them their length: the table that follows is seen."""
    path, table = tmp_path / "claims.mp4", struct.pack(">I4sIII", 20, b"stsz", 0, 0, MOST + 1)
    path.write_bytes(HEAD + struct.pack(">I4sQ", 1, b"mdat", 8) + table)
    with pytest.raises(BadVideo, match="claims more than"):
        check_claims(path)
    path.write_bytes(HEAD + struct.pack(">I4sQ", 1, b"mdat", 7) + table)
    with pytest.raises(BadVideo, match="not an MP4"):
        check_claims(path)
