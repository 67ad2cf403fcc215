"""What those who manage a server decide about videos there; it holds from the next command on."""

import pytest

from bot.domain.model import Value
from bot.domain.server import Rules
from tests.scenario.chat.decided import decide
from tests.scenario.discord.studio import Studio, answer
from tests.twins.discord import CannotDo, Person
from tests.twins.discord_options import Value as Given


async def _set(boss: Person, studio: Studio, command: str, **options: Given) -> str:
    """Give a subcommand, and return what it says: the rules as they are then, or why not."""
    return await answer(await boss.slash(studio.room, f"tween-admin {command}", **options))


async def test_only_those_who_manage_the_server(studio: Studio) -> None:
    """Others do not see the command; where the server's settings hand it to them all the same, they are refused."""
    async with studio.bot():
        with pytest.raises(CannotDo, match="lacks the permissions"):
            await studio.ann.slash(studio.room, "tween-admin show")
        with pytest.raises(CannotDo, match="not for this context"):
            await studio.ann.slash(studio.ann.dm, "tween-admin show")
        (command,) = (each for each in studio.discord.commands if each["name"] == "tween-admin")
        command["default_member_permissions"] = None
        for subcommand, options in (("nsfw", {"allowed": True}), ("budget", {"usd": 99.0}), ("show", {})):
            said = await _set(studio.ann, studio, subcommand, **options)
            assert said == "Only members who may manage this server can do that."
        boss = studio.somebody("Max", manages=True)
        rules = await _set(boss, studio, "show")
    assert "**Channels:** all" in rules
    assert "**Roles:** everyone" in rules
    assert "**Limits:** 20 running at the same time, 3 running of one member, 20 waiting of one member" in rules
    assert "**Budgets:** none of its own" in rules
    assert "**Defaults:** those of the model" in rules
    assert "**Safety checker:** always on" in rules


async def test_channels_and_roles(studio: Studio) -> None:
    """A refusal names where or who it may be, and notifies nobody; threads count as their channel; lists empty."""
    boss, bea = studio.somebody("Max", manages=True), studio.discord.user("Bea")
    role = studio.guild.role("animators", mentionable=True)
    studio.guild.join(bea, roles=[role])
    stage = studio.guild.channel("stage")
    async with studio.bot():
        assert f"**Channels:** <#{stage.id}>" in await _set(boss, studio, "channels", channel=stage)
        refusal = await studio.refused(studio.ann, studio.room)
        assert "The admins of this server allow videos in other channels only." in refusal
        assert refusal.endswith(f"It may be: <#{stage.id}>.")
        await studio.asked(studio.ann, stage.thread("night"), resolution="480p")
        assert f"**Roles:** {role.mention}" in await _set(boss, studio, "roles", role=role)
        refusal = await studio.refused(studio.ann, stage)
        assert "to some roles only" in refusal
        assert refusal.endswith(f"It may be: {role.mention}.")
        await studio.asked(bea, stage, resolution="480p")
        assert "**Channels:** all" in await _set(boss, studio, "channels", channel=stage, remove=True)
        assert "**Roles:** everyone" in await _set(boss, studio, "roles", clear=True)
        await studio.asked(studio.ann, studio.room, resolution="480p")
        for _ in range(3):
            await studio.fal.next_job()
        for command in ("channels", "roles"):
            assert "Say which one" in await _set(boss, studio, command, remove=True)
    assert len(studio.fal.jobs) == 3


async def test_limits_narrow_the_operators(studio: Studio) -> None:
    """One runs, one waits, the next is refused; and they never widen what the operator allows."""
    boss = studio.somebody("Max", manages=True)
    async with studio.bot({"TWEENBOT_MAX_RUNNING_PER_USER": "2"}):
        rules = await _set(boss, studio, "limits", running=50, running_per_member=1, waiting_per_member=1)
        assert "20 running at the same time, 1 running of one member, 1 waiting of one member" in rules
        running = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        waiting = await studio.tween(resolution="480p")
        assert "Waiting for its turn" in waiting.text
        refusal = await studio.refused(studio.ann, studio.room)
        assert "waiting already, which is the limit. Nothing was taken or charged" in refusal
        rules = await _set(boss, studio, "limits", clear=True)
        assert "2 running of one member" in rules
        job.finish()
        await studio.until(running, "Done")
        await studio.fal.next_job()
    assert len(studio.fal.jobs) == 2


async def test_budgets(studio: Studio) -> None:
    """A member's own goes before a role's, that before everyone's; over all stands the server's. Each can go."""
    boss, bea = studio.somebody("Max", manages=True), studio.discord.user("Bea")
    role = studio.guild.role("animators")
    studio.guild.join(bea, roles=[role])
    async with studio.bot():
        assert "each member $0.10 a month" in await _set(boss, studio, "budget", usd=0.1, everyone=True)
        for person in (studio.ann, bea):
            refusal = await studio.refused(person, studio.room, resolution="480p")
            assert "Your budget of $0.10 a month has $0.10 left, and this costs $0.20." in refusal
        await _set(boss, studio, "budget", usd=0.2, role=role)
        rules = await _set(boss, studio, "budget", usd=0.4, member=studio.ann)
        for listed in (f"{role.mention} $0.20", f"{studio.ann.mention} $0.40", "each member $0.10"):
            assert f"{listed} a month" in rules
        await studio.asked(bea, studio.room, resolution="480p")
        assert "Your budget of $0.20" in await studio.refused(bea, studio.room, resolution="480p")
        await studio.tween(resolution="480p")
        assert "You: $0.20 of $0.40, $0.20 left" in await answer(await studio.ann.slash(studio.room, "usage"))
        assert "the server $0.50 a month" in await _set(boss, studio, "budget", usd=0.5)
        assert "This server's budget of $0.50" in await studio.refused(studio.ann, studio.room, resolution="480p")
        rules = await _set(boss, studio, "budget", remove=True)
        rules = await _set(boss, studio, "budget", member=studio.ann, remove=True)
        assert studio.ann.mention not in rules
        assert "Your budget of $0.10" in await studio.refused(studio.ann, studio.room, resolution="480p")
        assert "Give one of member" in await _set(boss, studio, "budget", usd=1.0, role=role, everyone=True)
        for options in ({}, {"usd": 1.0, "remove": True}):
            assert "Give a sum in US dollars" in await _set(boss, studio, "budget", **options)
        for _ in range(2):
            await studio.fal.next_job()
    assert len(studio.fal.jobs) == 2


async def test_defaults(studio: Studio) -> None:
    """They stand in for what a command leaves out, and only for that; a bad one is refused by field, rule and mend."""
    boss = studio.somebody("Max", manages=True)
    async with studio.bot():
        await _set(boss, studio, "defaults", option="num_frames", value="100")
        rules = await _set(boss, studio, "defaults", option="resolution", value="480p")
        assert "num_frames = 100" in rules
        assert "resolution = 480p" in rules
        await studio.tween()
        await studio.tween(resolution="720p", num_frames=90)
        used, chosen = [(await studio.fal.next_job()).arguments for _ in range(2)]
        assert (used["resolution"], used["num_frames"]) == ("480p", 100)
        assert (chosen["resolution"], chosen["num_frames"]) == ("720p", 90)
        for option, value, said in (
            ("num_frames", "500", "num_frames is 500, but must be from 81 to 100: use 100."),
            (
                "num_frames",
                "many",
                "num_frames is “many”, which is not a whole number: give a whole number, such as 81.",
            ),
            ("aspect_ratio", "4:3", "aspect_ratio is “4:3”: use auto, 16:9, 9:16 or 1:1."),
        ):
            assert said in await _set(boss, studio, "defaults", option=option, value=value)
        with pytest.raises(CannotDo, match="offers"):
            await _set(boss, studio, "defaults", option="enable_safety_checker", value="false")
        for options in ({}, {"option": "seed"}, {"option": "seed", "value": "7", "remove": True}):
            assert "Give an option with its value" in await _set(boss, studio, "defaults", **options)
        rules = await _set(boss, studio, "defaults", option="num_frames", remove=True)
        assert "num_frames" not in rules
        assert "those of the model" in await _set(boss, studio, "defaults", clear=True)


async def test_more_rules_than_a_message_holds(studio: Studio) -> None:
    """The message has as much of them as it may, and a file has all."""
    boss, listed = studio.somebody("Max", manages=True), tuple(str(10**18 + each) for each in range(50))
    defaults: dict[str, Value] = {"negative_prompt": "grain, " * 800}
    rules = Rules(channels=listed, roles=listed, defaults=defaults, patterns=("x",) * 6)
    await decide(studio.folder, "discord", str(studio.guild.id), rules)
    async with studio.bot():
        shown = await (await boss.slash(studio.room, "tween-admin show")).shown()
    assert shown.ephemeral
    assert "Rules of this server" in shown.text
    for each in (f"<@&{listed[-1]}>", "**Forbidden patterns:** 6"):
        assert each in shown.attachment.data.decode()
