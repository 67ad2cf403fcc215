"""The provider's safety checker, which stays on but where adults are alone and the server's admins allow it."""

from tests.scenario.discord.studio import Studio, answer
from tests.twins.discord import Channel


async def test_the_safety_checker_is_turned_off_where_both_agree(studio: Studio) -> None:
    """Refused everywhere by default; then, where the admins allow it, in age-restricted channels and their threads."""
    adults = studio.guild.channel("adults", age_restricted=True)
    late = adults.thread("late")
    night = studio.room.thread("night")
    boss = studio.somebody("Max", manages=True)
    async with studio.bot():
        for channel in (studio.room, adults, late, studio.ann.dm):
            refusal = await _refused(studio, channel)
            assert "enable_safety_checker can be turned off only where the server's admins allow it" in refusal
        rules = await answer(await boss.slash(studio.room, "tween-admin nsfw", allowed=True))
        assert "may be turned off in age-restricted channels" in rules
        for channel in (studio.room, night):
            assert "only in an age-restricted channel" in await _refused(studio, channel)
        assert "only where the server's admins allow it" in await _refused(studio, studio.ann.dm)
        assert studio.fal.jobs == []
        for channel in (adults, late):
            card = await studio.asked(studio.ann, channel, resolution="480p", enable_safety_checker=False)
            job = await studio.fal.next_job()
            assert job.arguments["enable_safety_checker"] is False
            job.finish()
            await channel.next_message()
            await studio.until(card, "Done")
        await answer(await boss.slash(studio.room, "tween-admin nsfw", allowed=False))
        assert "admins allow it" in await _refused(studio, adults)
    assert len(studio.fal.jobs) == 2


async def _refused(studio: Studio, channel: Channel) -> str:
    return await studio.refused(studio.ann, channel, enable_safety_checker=False)
