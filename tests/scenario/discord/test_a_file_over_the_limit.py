"""How many bytes a file may have is the server's: its boosts count, now and after they are gone."""

from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

from tests.scenario.discord.studio import Studio
from tests.twins.discord import Attachment, Message
from tests.unit.media.videos import write_sound

MB = 1_000_000
TEN_MIB = 10 * 1024 * 1024


def weighing(video: bytes, weight: int) -> bytes:
    """Return the MP4 with so many bytes: an empty box at its end, which every reader passes over."""
    room = weight - len(video)
    return video + room.to_bytes(4, "big") + b"free" + bytes(room - 8)


def long(path: Path) -> Path:
    """Write three pictures that last 1,500 seconds: the sound of such a video alone is more than ten megabytes."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(1, 500))
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for level in range(3):
            picture = Image.new("RGBA", (96, 64), (level * 80,) * 3)
            container.mux(stream.encode(av.VideoFrame.from_bytes(picture.tobytes(), 96, 64, "rgba")))
        container.mux(stream.encode(None))
    return path


async def video_of(studio: Studio, card: Message) -> Attachment:
    """Wait for the next video, which has to be the answer to this card."""
    message = await studio.room.next_message()
    assert message.reference is card
    return message.attachment


async def test_a_boosted_server_takes_forty_megabytes_as_they_are(studio: Studio) -> None:
    """Also from another process than the one that was asked; once the boosts are gone, what comes is made to fit."""
    studio.guild.boost_tier = 2
    made = studio.fal.video = weighing(studio.fal.video, 40 * MB)
    async with studio.bot():
        card = await studio.tween()
        (await studio.fal.next_job()).finish()
        assert (await video_of(studio, card)).data == made
        await studio.until(card, "Done", "40.0 MB")
        after, unboosted = await studio.tween(), await studio.tween()
        jobs = [await studio.fal.next_job() for _ in range(2)]
        await studio.until(unboosted, "Next in the queue")
        studio.guild.boost_tier = 0
        jobs[1].finish()
        assert (await video_of(studio, unboosted)).size <= TEN_MIB
        await studio.until(unboosted, "Done")
    studio.guild.boost_tier = 2
    async with studio.bot():
        jobs[0].finish()
        assert (await video_of(studio, after)).data == made
        await studio.until(after, "Done")


async def test_a_video_that_cannot_be_made_to_fit_is_kept(studio: Studio, tmp_path: Path) -> None:
    """The card says that it is made and charged, why it is not here, and where it lies; there it is, whole."""
    sound = write_sound(tmp_path / "sound.mp4", long(tmp_path / "long.mp4"))
    made = studio.fal.video = weighing(sound.read_bytes(), 12 * MB)
    async with studio.bot():
        card = await studio.tween()
        (await studio.fal.next_job()).finish()
        await studio.until(
            card, "No video", "The video is made", "it weighs 12.0 MB, and this channel takes", "This was charged."
        )
    (kept,) = (tmp_path / ".tweenbot" / "work").glob("*.mp4")
    assert kept.read_bytes() == made
    assert kept.name in card.text
    assert studio.room.messages == [card]
