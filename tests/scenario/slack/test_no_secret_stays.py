"""Tokens and the addresses of files: the bot works with them, and leaves none on the disk or in its log."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.scenario.slack.office import KEY, PROMPT, Mode, Office


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_jobs_whole_life_leaves_no_secret_behind(office: Office, mode: Mode) -> None:
    """Neither Slack's tokens nor fal's key, nor an address that only the bot may fetch from."""
    async with office.bot(mode=mode) as bot:
        card = await office.tween(resolution="480p")
        await office.finished()
        await office.until(card, "Done")
        kept = _kept(office.folder / ".tweenbot")
        bot.process.interrupt()
        ended = await bot.process.end()
    told = kept + _kept(office.folder / ".tweenbot") + ended.out + ended.err
    assert PROMPT in told
    assert ended.status == 0
    env = office.env(mode)
    secrets = [value for name, value in env.items() if name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "FAL_KEY")]
    secrets += [env[name] for name in ("SLACK_SIGNING_SECRET",) if name in env]
    assert len(secrets) >= 3
    for secret in (*secrets, KEY, "url_private", "files-pri"):
        assert secret not in told


def _kept(folder: Path) -> str:
    """Return all that lies in a folder, but for what is being removed from it just now."""
    read = bytearray()
    for path in folder.rglob("*"):
        with suppress(OSError):
            read += path.read_bytes()
    return read.decode("latin-1")
