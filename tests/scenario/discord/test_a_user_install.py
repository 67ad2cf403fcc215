"""Somebody brings the app along to where the bot is no member."""

from tests.scenario.discord.studio import Studio
from tests.twins.discord import Channel, Person


async def test_where_the_bot_is_no_member(studio: Studio) -> None:
    """In another server, in one that keeps such apps silent, and in a group: the card and the video come directly."""
    ann, bea, cleo = studio.ann, studio.discord.user("Bea"), studio.discord.user("Cleo")
    elsewhere, silent = (studio.discord.guild(name, installed=False) for name in ("Elsewhere", "Silent"))
    silent.external_apps = False
    elsewhere.join(ann)
    silent.join(bea)
    async with studio.bot():
        await _comes_directly(studio, ann, elsewhere.channel("talk"))
        await _comes_directly(studio, bea, silent.channel("talk"))
        await _comes_directly(studio, cleo, studio.discord.group("us", cleo, ann))


async def _comes_directly(studio: Studio, person: Person, channel: Channel) -> None:
    person.user_installed = True
    asked = await studio.asked(person, channel, resolution="480p")
    assert asked.ephemeral
    assert "is no member here" in asked.text
    card = await person.dm.next_message()
    assert f"https://discord.com/channels/@me/{person.dm.id}/{card.id}" in asked.text
    video = await studio.finished(person.dm)
    await studio.until(card, "Done")
    assert video.reference is card
    assert video.pings == [person]
    assert channel.messages == []


async def test_in_ones_own_direct_messages(studio: Studio) -> None:
    """The answer is the card, and it outlives the token there too."""
    studio.ann.user_installed = True
    async with studio.bot():
        card = await studio.asked(studio.ann, studio.ann.dm, resolution="480p")
        job = await studio.fal.next_job()
        studio.discord.pass_time(20 * 60)
        job.finish()
        video = await studio.ann.dm.next_message()
        await studio.until(card, "Done")
    assert video.reference is card
    assert studio.ann.dm.messages == [card, video]


async def test_where_nobody_can_be_written_to(studio: Studio) -> None:
    """With direct messages closed it is refused, and nothing is sent to fal."""
    studio.ann.user_installed, studio.ann.dms_open = True, False
    elsewhere = studio.discord.guild("Elsewhere", installed=False)
    elsewhere.join(studio.ann)
    async with studio.bot():
        refusal = await studio.refused(studio.ann, elsewhere.channel("talk"))
    assert "The bot is no member here" in refusal
    assert "you take no direct messages from it" in refusal
    assert studio.fal.seen == []
