"""One process serves Discord and Slack, and one store holds the jobs of both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenario.discord.studio import Studio
from tests.scenario.slack.office import Office, has_video
from tests.twins.discord import DiscordTwin


@pytest.fixture
async def studio(office: Office, tmp_path: Path) -> AsyncIterator[Studio]:
    """A server on Discord, with the fal and the folder of the office."""
    async with DiscordTwin() as discord:
        guild, ann = discord.guild("Studio"), discord.user("Ann")
        guild.join(ann)
        yield Studio(discord, office.fal, tmp_path, office.photos, guild, guild.channel("films"), ann)


async def test_jobs_of_each_end_where_they_began(office: Office, studio: Studio) -> None:
    """A process is killed while a job of each is under way; the next one ends both, each in its own place."""
    async with office.bot(studio.env):
        await studio.discord.until_online()
        on_slack = await office.tween("on Slack", Resolution="480p")
        on_discord = await studio.tween("on Discord", resolution="480p")
        jobs = {str(job.arguments["prompt"]): job for job in [await office.fal.next_job() for _ in range(2)]}
        await office.until(on_slack, "Next in the queue")
        await studio.until(on_discord, "Next in the queue")
    async with office.bot(studio.env):
        await studio.discord.until_online()
        jobs["on Slack"].finish()
        await office.until(on_slack, "Done")
        assert "Done" not in on_discord.text
        jobs["on Discord"].finish()
        await studio.until(on_discord, "Done")
        await office.ann.slash(office.videos, "/tween", "jobs")
        await office.slack.until(
            lambda: any("on Slack" in m.all_text for m in office.videos.messages if m.ephemeral_to)
        )
    assert [m.thread_ts for m in office.videos.by_bot if has_video(m)] == [on_slack.ts]
    assert [m.reference for m in studio.room.messages if m.attachments and m is not on_discord] == [on_discord]
    assert not any("on Discord" in message.all_text for message in office.videos.messages)
    assert len(office.fal.jobs) == 2
