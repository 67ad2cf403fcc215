"""Tokens, keys and signed addresses: the bot works with them, and leaves none on the disk or in its log."""

from contextlib import suppress
from pathlib import Path

from tests.scenario.discord.studio import PROMPT, Studio
from tests.twins.discord import Attachment


async def test_a_jobs_whole_life_leaves_no_secret_behind(studio: Studio) -> None:
    """Neither a command's token nor the bot's, nor fal's key, nor an address under which anybody sees an image."""
    async with studio.bot() as bot:
        card = await studio.tween(resolution="480p")
        video = await studio.finished()
        await studio.until(card, "Done")
        await studio.ann.click(card, "Recipe")
        kept = _kept(studio.folder / ".tweenbot")
        bot.process.interrupt()
        ended = await bot.process.end()
    told = kept + _kept(studio.folder / ".tweenbot") + ended.out + ended.err
    assert PROMPT in told
    assert ended.status == 0
    tokens = [interaction.token for interaction in studio.discord.interactions]
    signed = [_signature(each) for each in (*card.attachments, *video.attachments)]
    uploads = list(studio.fal.uploads)
    assert len(tokens) == len(uploads) == 2
    for secret in (*tokens, *signed, *uploads, studio.discord.token, studio.fal.key):
        assert secret not in told


def _kept(folder: Path) -> str:
    """Return all that lies in a folder, but for what is being removed from it just now."""
    read = bytearray()
    for path in folder.rglob("*"):
        with suppress(OSError):
            read += path.read_bytes()
    return read.decode("latin-1")


def _signature(attachment: Attachment) -> str:
    """Return what makes an attachment's address work."""
    return attachment.path
