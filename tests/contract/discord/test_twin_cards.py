"""Messages made of components alone: what they show, what Discord takes as one, and how they are edited."""

import aiohttp
import discord
import pytest
from discord import ui

from tests.contract.discord.clients import Client, of_bytes
from tests.twins.discord import Channel, DiscordTwin, File


class Card(ui.LayoutView):
    """Components V2: a coloured container with so many texts, and maybe a video."""

    def __init__(self, *texts: str, video: str | None = None) -> None:
        super().__init__(timeout=None)
        box: ui.Container[Card] = ui.Container(accent_colour=0x00FF00)
        for text in texts:
            box.add_item(ui.TextDisplay(text))
        if video:
            box.add_item(ui.MediaGallery(discord.MediaGalleryItem(video)))
        self.add_item(box)


async def test_a_card_shows_its_texts_and_its_video(
    twin: DiscordTwin, room: Channel, here: discord.PartialMessageable
) -> None:
    """Files are shown where a component refers to them; an edit without ``attachments`` keeps them, [] drops them."""
    sent = await here.send(
        view=Card("one", "two", video="attachment://v.mp4"), files=[of_bytes(3), of_bytes(2, "w.mp4")]
    )
    message = await room.next_message()
    assert (message.text, message.accent_color, message.is_v2) == ("one\ntwo", 0x00FF00, True)
    assert ([a.name for a in message.shown], len(message.attachments)) == (["v.mp4"], 2)
    gallery = sent.components[0].children[2]  # type: ignore[union-attr]
    assert isinstance(gallery, discord.MediaGalleryComponent)
    async with aiohttp.ClientSession() as session, session.get(gallery.items[0].media.url) as answer:
        assert await answer.read() == bytes(3)
    await sent.edit(view=Card("three", video="attachment://v.mp4"))
    assert (message.text, len(message.attachments)) == ("three", 2)
    await sent.edit(view=Card("four"), attachments=[])
    assert (message.text, message.attachments, message.edits) == ("four", [], 2)


def text(content: str) -> dict[str, object]:
    """A text display."""
    return {"type": 10, "content": content}


def row(*buttons: dict[str, object]) -> dict[str, object]:
    """An action row."""
    return {"type": 1, "components": list(buttons)}


def button(custom_id: str, label: str = "x") -> dict[str, object]:
    """A grey button."""
    return {"type": 2, "style": 2, "custom_id": custom_id, "label": label}


@pytest.mark.parametrize(
    ("components", "why"),
    [
        ([text("x")] * 41, "41 components"),
        ([{"type": 17, "components": [text("x" * 2001), text("y" * 2000)]}], "4001 characters"),
        ([{"type": 12, "items": [{"media": {"url": "attachment://v.mp4"}}]}], "was not found"),
        ([{"type": 13, "file": {"url": "https://example.com/v.mp4"}}], "scheme is not allowed"),
        ([row(*[button(str(n)) for n in range(6)])], "one to five buttons"),
        ([row(button("a"), button("a"))], "custom_id cannot be duplicated"),
        ([row(button("a" * 101))], "1 to 100 characters"),
        ([row(button("a", "b" * 81))], "up to 80 characters"),
        ([{"type": 17, "components": [{"type": 17, "components": [text("x")]}]}], "not allowed here"),
        ([button("a")], "not allowed here"),
    ],
)
async def test_a_card_over_the_limits_is_refused(
    twin: DiscordTwin, client: Client, room: Channel, components: list[object], why: str
) -> None:
    """400/50035, and a bot that sends it is broken."""
    route = discord.http.Route("POST", f"/channels/{room.id}/messages")
    with pytest.raises(discord.HTTPException, match="50035"):
        await client.http.request(route, json={"flags": 1 << 15, "components": components})
    assert why in str(twin.forgive())
    assert room.messages == []


async def test_a_card_stays_a_card(
    twin: DiscordTwin, client: Client, room: Channel, here: discord.PartialMessageable
) -> None:
    """No content beside components, and the flag cannot be unset."""
    sent = await here.send(view=Card("x"))
    bodies: tuple[dict[str, object], ...] = (
        {"content": "y"},
        {"flags": 0, "components": [row(button("a"))]},
        {"components": []},
    )
    for body in bodies:
        with pytest.raises(discord.HTTPException, match=r"50035|50006"):
            await client.http.request(discord.http.Route("PATCH", f"/channels/{room.id}/messages/{sent.id}"), json=body)
        assert twin.forgive()


async def test_a_deferred_answer_becomes_a_card_with_a_file(twin: DiscordTwin, client: Client, room: Channel) -> None:
    """The flag is set by the edit that gives the answer its content; later edits keep the file."""
    ann = twin.user("Ann")
    assert room.guild is not None
    room.guild.join(ann)

    async def work(interaction: "discord.Interaction[Client]") -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(
            view=Card("one", video="attachment://v.mp4"), attachments=[of_bytes(4)]
        )
        await interaction.edit_original_response(view=Card("two", video="attachment://v.mp4"))

    client.on = work
    asked = await ann.slash(room, "tween", start=File("a.png", b"1"), prompt="x")
    card = await asked.shown()
    await twin.until(lambda: card.edits == 1)
    assert (card.text, [a.size for a in card.shown], card.is_v2) == ("two", [4], True)
