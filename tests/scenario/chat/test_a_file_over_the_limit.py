"""A video that is too heavy for the room is made to fit; one that fits is handed on as it is."""

from io import BytesIO

import av

from tests.scenario.chat.chat import Chat, delivered

MIB = 1024 * 1024


def weighing(video: bytes, weight: int) -> bytes:
    """Return the MP4 with so many bytes: an empty box at its end, which every reader passes over."""
    room = weight - len(video)
    return video + room.to_bytes(4, "big") + b"free" + bytes(room - 8)


async def test_a_heavy_video_reaches_its_author(chat: Chat) -> None:
    """All of its frames are there, as one file that the room takes, and the card says nothing that is not so."""
    made = chat.fal.video = weighing(chat.fal.video, 12 * MIB)
    async with chat.bot():
        card, video = await delivered(chat, resolution="480p")
    assert len(video.data) <= chat.largest
    assert (video.data == made) == (len(made) <= chat.largest)
    assert facts(video.data) == facts(made)
    assert "$0.20" in card.text
    assert "charged" not in card.text
    assert len(chat.videos()) == 1


def facts(video: bytes) -> tuple[int, int, int]:
    """Return the width, the height, and the number of frames."""
    with av.open(BytesIO(video), "r") as container:
        frames = list(container.decode(video=0))
        return frames[0].width, frames[0].height, len(frames)
