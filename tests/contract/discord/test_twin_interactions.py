"""What Discord does to a bot that answers late, twice, or in the wrong place, the twin does too."""

import asyncio

import discord
import pytest

from tests.contract.discord.clients import Client, running
from tests.contract.discord.conftest import Point
from tests.twins.discord import CannotDo, Channel, DiscordTwin, File, Interaction, Message, NotAcknowledged, Person

PNG = File("start.png", b"1")


def a_place(twin: DiscordTwin) -> tuple[Channel, Person]:
    """A room and somebody in it."""
    guild, ann = twin.guild("Studio"), twin.user("Ann")
    guild.join(ann)
    return guild.channel("films"), ann


async def used(client: Client, person: Person, room: Channel) -> "tuple[Interaction, discord.Interaction[Client]]":
    """Use the command, and return both ends; nobody answers by itself."""
    client.on = None
    asked = await person.slash(room, "tween", start=PNG, prompt="x")
    async with asyncio.timeout(5):
        return asked, await client.got.get()


async def test_a_late_answer_finds_no_interaction(twin: DiscordTwin, client: Client) -> None:
    """After three seconds the token is void, and the person has seen that nothing happened."""
    room, ann = a_place(twin)
    asked, mine = await used(client, ann, room)
    twin.pass_time(3.1)
    with pytest.raises(NotAcknowledged):
        await asked.response()
    with pytest.raises(discord.NotFound, match="10062"):
        await mine.response.defer()
    assert twin.violations == []


async def test_a_second_first_answer_is_refused(twin: DiscordTwin, client: Client) -> None:
    """The same interaction delivered twice can be answered once."""
    room, ann = a_place(twin)
    asked, mine = await used(client, ann, room)
    twin.redeliver(asked)
    again = await client.got.get()
    await mine.response.send_message("first")
    with pytest.raises(discord.HTTPException, match="40060"):
        await again.response.send_message("second")
    assert [message.text for message in room.messages] == ["first"]


async def test_the_token_dies_and_the_bots_own_token_does_not(twin: DiscordTwin, client: Client) -> None:
    """After 15 minutes 401/50027; the message can still be edited as any message of the bot's."""
    room, ann = a_place(twin)
    asked, mine = await used(client, ann, room)
    await mine.response.send_message("status")
    original = await mine.original_response()
    twin.pass_time(901)
    for attempt in (mine.edit_original_response(content="x"), mine.followup.send("x"), mine.delete_original_response()):
        with pytest.raises(discord.HTTPException, match="50027"):
            await attempt
    await client.get_partial_messageable(room.id).get_partial_message(original.id).edit(content="later")
    assert asked.message is not None
    assert asked.message.text == "later"


async def test_an_ephemeral_message_is_out_of_reach_of_the_bots_token(twin: DiscordTwin, client: Client) -> None:
    """Only its own token edits it, and only its person can click on it."""
    room, ann = a_place(twin)
    bob = twin.user("Bob")
    assert room.guild is not None
    room.guild.join(bob)
    asked, mine = await used(client, ann, room)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Again", custom_id="again"))
    await mine.response.send_message("psst", ephemeral=True, view=view)
    message = await asked.shown()
    with pytest.raises(discord.NotFound, match="10008"):
        await client.get_partial_messageable(room.id).get_partial_message(message.id).edit(content="x")
    with pytest.raises(CannotDo):
        await bob.click(message, "Again")
    await mine.edit_original_response(content="still here")
    await mine.delete_original_response()
    assert (message.text, message.deleted, message.ephemeral) == ("still here", True, True)


async def test_no_followup_before_the_first_answer(twin: DiscordTwin, client: Client) -> None:
    """The webhook of an interaction is not there before it has been acknowledged."""
    room, ann = a_place(twin)
    _, mine = await used(client, ann, room)
    with pytest.raises(discord.NotFound, match="10015"):
        await mine.followup.send("too early")


async def test_the_first_followup_takes_the_place_of_thinking(twin: DiscordTwin, client: Client) -> None:
    """There is one message then, as ephemeral as the deferral was."""
    room, ann = a_place(twin)
    asked, mine = await used(client, ann, room)
    await mine.response.defer(ephemeral=True)
    assert asked.message is None
    await mine.followup.send("here", ephemeral=False)
    shown = await asked.shown()
    assert (shown.text, shown.ephemeral, asked.followups) == ("here", True, [])


async def test_the_app_of_a_person_has_five_followups_and_no_access(twin: DiscordTwin, client: Client) -> None:
    """Where the bot was not installed, its own token reaches nothing."""
    guild, ann = twin.guild("Elsewhere", installed=False), twin.user("Ann", user_installed=True)
    guild.join(ann)
    room = guild.channel("chat")
    asked, mine = await used(client, ann, room)
    assert (mine.is_guild_integration(), mine.is_user_integration()) == (False, True)
    await mine.response.send_message("hello")
    for number in range(5):
        await mine.followup.send(str(number))
    with pytest.raises(discord.HTTPException, match="40094"):
        await mine.followup.send("one more")
    with pytest.raises(discord.Forbidden, match="50001"):
        await client.get_partial_messageable(room.id).send("x")
    assert len(asked.followups) == 5


async def test_a_form_is_no_answer_to_a_form(twin: DiscordTwin, client: Client) -> None:
    """Discord refuses it, and a bot that tries is broken."""
    room, ann = a_place(twin)

    class Form(discord.ui.Modal, title="Tween"):
        text = discord.ui.Label["Form"](text="Prompt", component=discord.ui.TextInput())

    async def show(interaction: "discord.Interaction[Client]") -> None:
        await interaction.response.send_modal(Form())

    client.on = show
    form = await (await ann.slash(room, "tween", start=PNG, prompt="x")).modal()
    sent = await ann.submit(form, {"Prompt": "x"})
    await twin.until(lambda: client.errors or twin.violations)
    assert sent.acknowledged_at is None
    assert "400/50035" in str(twin.forgive())


async def test_a_click_updates_and_keeps_its_message(twin: DiscordTwin, client: Client) -> None:
    """A form that a button opened comes back with the message of the button."""
    room, ann = a_place(twin)
    asked, mine = await used(client, ann, room)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Change", custom_id="change"))
    await mine.response.send_message("first", view=view)
    message = await asked.shown()

    class Form(discord.ui.Modal, title="Change"):
        text = discord.ui.Label["Form"](text="Prompt", component=discord.ui.TextInput(required=False))

        async def on_submit(self, interaction: discord.Interaction, /) -> None:
            assert isinstance(self.text.component, discord.ui.TextInput)
            await interaction.response.edit_message(content=f"changed to {self.text.component.value!r}")

    async def show(interaction: "discord.Interaction[Client]") -> None:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.send_modal(Form())

    client.on = show
    clicked = await ann.click(message, "Change")
    sent = await ann.submit(await clicked.modal(), {})
    assert await sent.response() is message
    assert message.text == "changed to ''"


async def test_people_can_only_use_what_is_there(twin: DiscordTwin, client: Client) -> None:
    """Unknown commands and options, wrong types, values out of bounds, missing permissions: the client knows."""
    room, ann = a_place(twin)
    assert room.guild is not None
    boss = twin.user("Boss")
    room.guild.join(boss, manages=True)
    for command, options in (
        ("nothing", {}),
        ("tween", {"prompt": "x"}),
        ("tween", {"prompt": "x", "start": PNG, "size": 3}),
        ("tween", {"prompt": "x", "start": PNG, "seconds": 11}),
        ("tween", {"prompt": "x", "start": PNG, "seconds": "5"}),
        ("tween", {"prompt": "x", "start": "start.png"}),
        ("tween-admin limits", {}),
    ):
        with pytest.raises(CannotDo):
            await ann.slash(room, command, **options)
    await boss.slash(room, "tween-admin limits")
    with pytest.raises(CannotDo):
        await boss.slash(boss.dm, "tween-admin limits")


async def test_what_nobody_heard_was_not_acknowledged(point: Point) -> None:
    """A deferral within the deadline counts from delivery, by real time too."""
    async with DiscordTwin(limits=False, ack_deadline=0.2) as twin:
        point(twin)
        room, ann = a_place(twin)
        async with running(twin) as client:
            asked, mine = await used(client, ann, room)
            with pytest.raises(NotAcknowledged):
                await asyncio.wait_for(asked.response(), 5)
            with pytest.raises(discord.NotFound):
                await mine.response.defer()


async def test_a_group_conversation_knows_only_personal_apps(twin: DiscordTwin, client: Client) -> None:
    """The bot is never in it; the app of a person is, and answers there."""
    ann, bob = twin.user("Ann", user_installed=True), twin.user("Bob")
    group = twin.group("us", ann, bob)
    _, mine = await used(client, ann, group)
    assert mine.context.private_channel
    await mine.response.send_message("hello, you two")
    with pytest.raises(CannotDo):
        await bob.slash(group, "tween", start=PNG, prompt="x")
    assert [type(m) for m in group.messages] == [Message]


async def test_a_guild_without_external_apps_makes_them_whisper(twin: DiscordTwin, client: Client) -> None:
    """Whatever the bot asks for, only the person who brought the app along sees its answers."""
    guild, ann = twin.guild("Elsewhere", installed=False), twin.user("Ann", user_installed=True)
    guild.external_apps = False
    guild.join(ann)
    asked, mine = await used(client, ann, guild.channel("chat"))
    await mine.response.send_message("hello, all")
    await mine.followup.send("and more")
    assert [message.ephemeral for message in (await asked.shown(), *asked.followups)] == [True, True]


async def test_a_place_that_is_gone_is_out_of_reach(twin: DiscordTwin, client: Client) -> None:
    """A deleted channel is unknown, by either token; a guild that threw the bot out is closed to it."""
    room, ann = a_place(twin)
    assert room.guild is not None
    other = room.guild.channel("other")
    _, mine = await used(client, ann, room)
    await mine.response.send_message("x")
    room.remove()
    with pytest.raises(discord.NotFound, match="10003"):
        await mine.edit_original_response(content="y")
    with pytest.raises(discord.NotFound, match="10003"):
        await client.get_partial_messageable(room.id).send("x")
    room.guild.remove_bot()
    with pytest.raises(discord.Forbidden, match="50001"):
        await client.get_partial_messageable(other.id).send("x")
