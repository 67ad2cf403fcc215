"""The real discord.py goes through a whole evening with the twin: commands, files, buttons, forms, a restart."""

import io
from collections.abc import Mapping
from typing import Any

import discord
import pytest

from tests.contract.discord.clients import Client, running
from tests.twins.discord import CannotDo, Channel, Deferred, DiscordTwin, File, Message, Person
from tests.twins.discord_modals import Answer

PNG = File("start.png", b"\x89PNG start")


def a_place(twin: DiscordTwin) -> tuple[Channel, Person]:
    """A room and somebody in it."""
    guild, ann = twin.guild("Studio"), twin.user("Ann", locale="de")
    guild.join(ann)
    return guild.channel("films"), ann


async def test_the_client_logs_in_and_syncs_its_commands(twin: DiscordTwin) -> None:
    """READY and the guilds arrive; the commands are those of the tree, overwritten once."""
    room, _ = a_place(twin)
    async with running(twin) as client:
        assert client.user is not None
        assert client.user.id == twin.bot.id
        assert [channel.name for channel in client.get_all_channels()] == [room.name]
        assert [command["name"] for command in twin.commands] == ["tween", "tween-admin", "Tween these images"]
    assert (twin.syncs, twin.hub.identifies) == (1, 1)


async def test_a_slash_command_is_deferred_edited_and_followed_by_a_file(twin: DiscordTwin, client: Client) -> None:
    """The files arrive behind signed addresses, the status is edited in place, the video comes in a message."""
    room, ann = a_place(twin)
    got: list[bytes] = []

    async def work(interaction: "discord.Interaction[Client]") -> None:
        assert (interaction.locale, interaction.filesize_limit) == (discord.Locale.german, 10 * 1024 * 1024)
        data: dict[str, Any] = dict(interaction.data or {})
        (raw,) = data["resolved"]["attachments"].values()
        await interaction.response.defer()
        got.append(await discord.Attachment(data=raw, state=client._connection).read())
        await interaction.edit_original_response(content="half way")
        video = discord.File(io.BytesIO(b"mp4"), "tween.mp4", description="a duck")
        await interaction.followup.send(f"{ann.mention} done", file=video, wait=True)

    client.on = work
    asked = await ann.slash(room, "tween", start=PNG, prompt="duck", seconds=3, loop=True, strength=0.25)
    assert await asked.response() == Deferred(ephemeral=False, update=False)
    await twin.until(lambda: asked.followups)
    assert got == [PNG.data]
    assert asked.message is not None
    assert asked.message.text == "half way"
    (done,) = asked.followups
    assert (done.attachment.name, done.attachment.data, done.attachment.description) == ("tween.mp4", b"mp4", "a duck")
    assert done.pings == [ann]
    assert [await room.next_message(), await room.next_message()] == [asked.message, done]
    assert 0 <= (asked.acknowledged_after or 0) < 3


async def test_a_button_still_works_after_a_restart(twin: DiscordTwin) -> None:
    """A second process gets the click with the whole message, and updates it."""
    room, ann = a_place(twin)

    async def show(interaction: "discord.Interaction[Client]") -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Cancel", custom_id="cancel:17"))
        view.add_item(discord.ui.Button(label="Watch", url="https://example.com/v"))
        await interaction.response.send_message("working", view=view, file=discord.File(io.BytesIO(b"1"), "a b.png"))

    async def cancel(interaction: "discord.Interaction[Client]") -> None:
        assert interaction.message is not None
        assert await interaction.message.attachments[0].read() == b"1"
        await interaction.response.edit_message(content="cancelled", view=None)

    async with running(twin) as client:
        client.on = show
        status = await (await ann.slash(room, "tween", start=PNG, prompt="x")).response()
        assert isinstance(status, Message)
        assert [b.label for b in status.buttons] == ["Cancel", "Watch"]
        assert status.attachment.name == "a_b.png"
    async with running(twin) as client:
        client.on = cancel
        with pytest.raises(CannotDo):
            await ann.click(status, "Watch")
        with pytest.raises(CannotDo):
            await ann.click(status, "forged:1")
        assert await (await ann.click(status, "cancel:")).response() is status
    assert (status.text, status.buttons, status.edits, len(status.attachments)) == ("cancelled", [], 1, 1)


async def test_a_form_carries_files_and_text(twin: DiscordTwin, client: Client) -> None:
    """Labels, a text, a choice and files come back as they were filled in; the form cannot be sent incomplete."""
    room, ann = a_place(twin)
    filled: list[object] = []

    class Form(discord.ui.Modal, title="Tween"):
        intro: discord.ui.TextDisplay[discord.ui.LayoutView] = discord.ui.TextDisplay("Two pictures, please.")
        images: discord.ui.Label["Form"] = discord.ui.Label(
            text="Images", component=discord.ui.FileUpload(min_values=2, max_values=2)
        )
        text: discord.ui.Label["Form"] = discord.ui.Label(
            text="Prompt", component=discord.ui.TextInput(default="as it is", max_length=20)
        )
        model: discord.ui.Label["Form"] = discord.ui.Label(
            text="Model",
            component=discord.ui.Select(
                options=[discord.SelectOption(label="Fast", value="f"), discord.SelectOption(label="Fine", value="g")]
            ),
        )

        async def on_submit(self, interaction: discord.Interaction, /) -> None:
            upload, text, model = (label.component for label in (self.images, self.text, self.model))
            assert isinstance(upload, discord.ui.FileUpload)
            assert isinstance(text, discord.ui.TextInput)
            assert isinstance(model, discord.ui.Select)
            filled.extend([await a.read() for a in upload.values])
            filled.extend([text.value, model.values])
            await interaction.response.send_message("thanks", ephemeral=True)

    async def show(interaction: "discord.Interaction[Client]") -> None:
        if interaction.type is not discord.InteractionType.modal_submit:
            await interaction.response.send_modal(Form())

    client.on = show
    form = await (await ann.slash(room, "tween", start=PNG, prompt="x")).modal()
    assert (form.title, form.text, form.labels) == ("Tween", "Two pictures, please.", ["Images", "Prompt", "Model"])
    two = [File("1.png", b"1"), File("2.png", b"2")]
    wrongs: tuple[Mapping[str, Answer], ...] = (
        {"Images": two},
        {"Images": two[0], "Model": "Fast"},
        {"Images": two, "Model": "x"},
        {"Images": two, "Model": "Fast", "Sound": "x"},
    )
    for wrong in wrongs:
        with pytest.raises(CannotDo):
            await ann.submit(form, wrong)
    sent = await ann.submit(form, {"Images": two, "Model": "Fine"})
    thanks = await sent.response()
    assert isinstance(thanks, Message)
    assert (thanks.text, thanks.ephemeral, room.messages) == ("thanks", True, [])
    assert filled == [b"1", b"2", "as it is", ["g"]]


async def test_autocomplete_suggests(twin: DiscordTwin, client: Client) -> None:
    """What the person has typed goes out, choices come back."""
    room, ann = a_place(twin)
    choices = await ann.autocomplete(room, "tween", "prompt", "du", start=PNG)
    assert [(choice.name, choice.value) for choice in choices] == [("duck", "duck")]
    with pytest.raises(CannotDo, match="no autocomplete"):
        await ann.autocomplete(room, "tween", "seconds", "1")


async def test_the_menu_of_a_message_brings_its_files(twin: DiscordTwin, client: Client) -> None:
    """The message content intent is not needed: the menu carries the message with fresh addresses."""
    room, ann = a_place(twin)

    async def look(interaction: "discord.Interaction[Client]") -> None:
        (raw,) = interaction.data["resolved"]["messages"].values()  # type: ignore[index, typeddict-item]
        files = [discord.Attachment(data=a, state=client._connection) for a in raw["attachments"]]
        await interaction.response.send_message(f"{raw['content']}: {[await f.read() for f in files]}")

    client.on = look
    posted = await ann.post(room, "my pictures", files=[File("1.png", b"1"), File("2.png", b"2")])
    answer = await (await ann.menu(posted, "Tween these images")).response()
    assert isinstance(answer, Message)
    assert answer.text == "my pictures: [b'1', b'2']"


async def test_a_direct_message_is_written_and_answered(twin: DiscordTwin, client: Client) -> None:
    """The bot writes to a person; a reply notifies, an edit does not; closed messages are 403/50007."""
    _, ann = a_place(twin)
    user = await client.fetch_user(ann.id)
    first = await user.send("hello")
    question = await ann.post(ann.dm, "what?")
    partial = client.get_partial_messageable(ann.dm.id)
    await partial.send("that", reference=partial.get_partial_message(question.id), mention_author=True)
    await first.edit(content=f"hello {ann.mention}")
    hello, that = await ann.dm.next_message(), await ann.dm.next_message()
    assert (that.reference, that.pings, hello.pings, hello.edits) == (question, [ann], [], 1)
    ann.dms_open = False
    with pytest.raises(discord.Forbidden, match="50007"):
        await user.send("again")
