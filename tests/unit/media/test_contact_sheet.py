"""The contact sheet shows the whole video, whatever its shape, and says in legible words what it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from adapters.media.contact_sheet import ContactSheet, Layout, layout_for
from adapters.media.lettering import Lettering, elided, legible
from adapters.media.stills import chosen
from bot.domain.errors import BadVideo
from tests.unit.media.videos import level, write

SIZES = {"wide": (160, 96), "tall": (96, 160), "square": (112, 112)}


@pytest.fixture
def contact_sheet() -> Iterator[ContactSheet]:
    contact_sheet = ContactSheet()
    yield contact_sheet
    contact_sheet.close()


def grays(sheet: Image.Image, layout: Layout, count: int) -> list[int]:
    """Return the level in the middle of each thumbnail."""
    middles = [(x + layout.cell[0] // 2, y + layout.cell[1] // 2) for x, y in map(layout.corner, range(count))]
    gray = sheet.convert("L")
    return [int(gray.crop((x, y, x + 1, y + 1)).tobytes()[0]) for x, y in middles]


@pytest.mark.parametrize("shape", SIZES)
async def test_the_sheet_runs_from_the_first_frame_to_the_last(
    contact_sheet: ContactSheet, tmp_path: Path, shape: str
) -> None:
    """Evenly spaced frames in reading order, the two ends among them, in each of the model's shapes."""
    video = write(tmp_path / "video.mp4", frames=40, size=SIZES[shape])
    await contact_sheet.draw(video, tmp_path / "sheet.png", "The light comes up", "160 x 96 · 40 frames")
    layout = layout_for(SIZES[shape], 40)
    expected = [level(number, 40) for number in chosen(40, layout.columns * layout.rows)]
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert (sheet.format, sheet.size) == ("PNG", layout.sheet)
        assert grays(sheet, layout, len(expected)) == pytest.approx(expected, abs=4)
    assert (expected[0], expected[-1]) == (40, 200)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sheet.png", "video.mp4"]


async def test_a_video_of_three_frames_shows_three(contact_sheet: ContactSheet, tmp_path: Path) -> None:
    """A short video gets a small sheet, not empty places."""
    await contact_sheet.draw(write(tmp_path / "v.mp4", frames=3), tmp_path / "sheet.png", "Short", "3 frames")
    layout = layout_for(SIZES["wide"], 3)
    assert (layout.columns, layout.rows) == (3, 1)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert grays(sheet, layout, 3) == pytest.approx([40, 120, 200], abs=4)


async def test_a_title_of_any_script_and_length_is_drawn(contact_sheet: ContactSheet, tmp_path: Path) -> None:
    """Prompts come with emoji, other scripts, line breaks and thousands of characters."""
    video = write(tmp_path / "v.mp4", frames=2)
    for title in ("", "日本語 😀 " * 400, "one\nline\tonly\0", "\u202eturned"):
        await contact_sheet.draw(video, tmp_path / "sheet.png", title, title)
        with Image.open(tmp_path / "sheet.png") as sheet:
            assert sheet.width == layout_for(SIZES["wide"], 2).sheet[0]


async def test_what_is_no_video_gives_no_sheet(contact_sheet: ContactSheet, tmp_path: Path) -> None:
    """The refusal is the same as the inspection's, and no half a file is left."""
    (tmp_path / "v.mp4").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(BadVideo, match="not an MP4"):
        await contact_sheet.draw(tmp_path / "v.mp4", tmp_path / "sheet.png", "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]


@pytest.mark.parametrize(
    ("frames", "count", "expected"),
    [(81, 8, [0, 11, 23, 34, 46, 57, 69, 80]), (100, 2, [0, 99]), (1, 1, [0]), (3, 3, [0, 1, 2])],
)
def test_frames_are_chosen_evenly(frames: int, count: int, expected: list[int]) -> None:
    """The spaces between two chosen frames differ by one at most, and both ends are chosen."""
    assert chosen(frames, count) == expected


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("a plain line", "a plain line"),
        ("two\n lines\tand  gaps", "two lines and gaps"),
        ("Café — “dusk” \u00d7 2", 'Cafe - "dusk" x 2'),
        ("a 👍🏽 boat 🏴‍☠️, 日本語", "a · boat ·, ·"),
        ("nul\0byte", "nul·byte"),
    ],
)
def test_what_the_font_lacks_is_replaced(text: str, drawn: str) -> None:
    """Accents and typographic signs fall back to plain letters, other scripts to one mark a run."""
    assert legible(text, Lettering(20)) == drawn


def test_a_long_line_is_cut_at_a_word() -> None:
    """An ellipsis says that there is more, and the line fits its room."""
    lettering = Lettering(20)
    line = elided("the boat sails slowly past the lighthouse and out to sea", lettering, 300)
    assert line == "the boat sails slowly past the…"
    assert lettering.width(line) <= 300


async def test_a_sheet_that_cannot_be_put_in_place_leaves_nothing(contact_sheet: ContactSheet, tmp_path: Path) -> None:
    """Where a folder has the sheet's name, the half-made file goes again."""
    (tmp_path / "sheet.png").mkdir()
    with pytest.raises(OSError, match=r"sheet\.png"):
        await contact_sheet.draw(write(tmp_path / "v.mp4", frames=2), tmp_path / "sheet.png", "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sheet.png", "v.mp4"]
