"""The contract with Discord takes what discord.py really sends, and refuses what breaks a rule."""

import io
import json
import time
from collections.abc import Mapping
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from discord.http import MultipartParameters, handle_message_parameters
from discord.webhook.async_ import interaction_message_response_params

from tests.twins import discord_contract
from tests.twins.discord_contract import problems

pytestmark = pytest.mark.skipif(not discord_contract.is_available(), reason=discord_contract.WHY_SKIPPED)

MESSAGES = "/channels/123/messages"
MESSAGE = "/channels/123/messages/456"
FOLLOWUP = "/webhooks/123/a-token"
ORIGINAL = "/webhooks/123/a-token/messages/@original"
CALLBACK = "/interactions/123/a-token/callback"
COMMANDS = "/applications/123/commands"
V2 = 1 << 15

Json = dict[str, Any]


class Board(ui.LayoutView):
    """A card as a bot shows it while a job runs."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        card = ui.Container[Board](accent_colour=discord.Colour.blurple())
        card.add_item(
            ui.Section("# Between two pictures", accessory=ui.Thumbnail("attachment://first.png", description="First"))
        )
        card.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://video.mp4", description="The video")))
        card.add_item(ui.File("attachment://video.mp4", spoiler=True))
        card.add_item(ui.Separator(spacing=discord.SeparatorSpacing.large))
        emoji = discord.PartialEmoji(name="wait", id=9, animated=True)
        cancel = ui.Button[Board](style=discord.ButtonStyle.danger, label="Cancel", custom_id="cancel:1", emoji=emoji)
        card.add_item(ui.ActionRow(cancel, ui.Button(label="Model", url="https://example.org/model")))
        self.add_item(ui.TextDisplay("Half done"))
        self.add_item(card)
        choices = [discord.SelectOption(label="480p", description="Half the price"), discord.SelectOption(label="720p")]
        self.add_item(ui.ActionRow(ui.Select[Board](custom_id="resolution:1", options=choices, placeholder="How big")))
        self.add_item(ui.ActionRow(ui.UserSelect[Board](custom_id="who:1", default_values=[discord.Object(3)])))


class Ask(ui.Modal, title="Between two pictures"):
    """A modal with one of each that a bot asks with."""

    note: ui.TextDisplay[Any] = ui.TextDisplay("Two pictures of one place")
    pictures = ui.Label["Ask"](
        text="Pictures",
        description="The first and the last",
        component=ui.FileUpload(custom_id="pictures", min_values=2, max_values=2),
    )
    prompt = ui.Label["Ask"](
        text="What happens",
        component=ui.TextInput(custom_id="prompt", style=discord.TextStyle.long, max_length=800, placeholder="A bird"),
    )
    size = ui.Label["Ask"](
        text="Size",
        component=ui.Select(
            custom_id="size", options=[discord.SelectOption(label="480p", default=True)], required=False
        ),
    )


class German(app_commands.Translator):
    """Translates every text, a name into one that may be typed."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the text in German."""
        return string.message.replace("u", "ü") if locale is discord.Locale.german else None


def files(*names: str) -> list[discord.File]:
    return [discord.File(io.BytesIO(b"data"), filename=name, description="A file") for name in names]


def sent(params: MultipartParameters) -> Json:
    """Return the body as a server reads it, of JSON or of a multipart request."""
    if params.multipart:
        payload: Json = json.loads(params.multipart[0]["value"])
        return payload
    copied: Json = json.loads(json.dumps(params.payload))
    return copied


def board() -> Json:
    """Return the body of a new message with the card and its files."""
    with handle_message_parameters(view=Board(), files=files("first.png", "video.mp4"), nonce="n" * 25) as params:
        return sent(params)


def modal() -> Json:
    return {"type": 9, "data": json.loads(json.dumps(Ask().to_dict()))}


async def commands() -> list[Json]:
    """Return what ``tree.sync`` would send: a command, a group, a context menu, with localizations."""
    client = discord.Client(intents=discord.Intents.none())
    tree = app_commands.CommandTree(client, allowed_installs=app_commands.AppInstallationType(guild=True, user=True))
    group = app_commands.Group(name="budget", description="What may be spent", guild_only=True)

    @tree.command(name="tween", description=app_commands.locale_str("A video out of two pictures"))
    @app_commands.describe(first="The first picture", prompt="What happens", seed="A number")
    @app_commands.choices(size=[app_commands.Choice(name="480p", value="480p")])
    async def tween(
        interaction: discord.Interaction,
        first: discord.Attachment,
        prompt: app_commands.Range[str, 1, 800],
        size: str = "480p",
        seed: app_commands.Range[int, 0, 2**31] | None = None,
        model: str | None = None,
    ) -> None:
        """Do nothing."""

    @tween.autocomplete("model")
    async def models(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return []

    @group.command(name="show", description="Show it")
    async def show(interaction: discord.Interaction, member: discord.Member | None = None) -> None:
        """Do nothing."""

    @tree.context_menu(name="Use as First Picture")
    async def use(interaction: discord.Interaction, message: discord.Message) -> None:
        """Do nothing."""

    tree.add_command(group)
    german = German()
    made = [await command.get_translated_payload(tree, german) for command in tree.get_commands()]
    copied: list[Json] = json.loads(json.dumps(made))
    return copied


def test_a_card_made_by_discord_py_passes_everywhere() -> None:
    """Components V2 with files: as a new message, an answer, a follow-up and an edit."""
    body = board()
    assert problems("POST", MESSAGES, {}, body) == []
    answer = sent(
        interaction_message_response_params(type=4, view=Board(), files=files("first.png", "video.mp4"), tts=False)
    )
    assert problems("POST", CALLBACK, {"with_response": "1"}, answer) == []
    assert problems("POST", CALLBACK, {"with_response": "1"}, {**answer, "type": 7}) == []
    with handle_message_parameters(view=Board(), attachments=files("first.png", "video.mp4")) as params:
        edit = sent(params)
    assert problems("PATCH", MESSAGE, {}, edit) == []
    assert problems("PATCH", ORIGINAL, {"with_components": "1"}, edit) == []
    flags = discord.MessageFlags(ephemeral=True)
    with handle_message_parameters(view=Board(), flags=flags, files=files("first.png", "video.mp4")) as params:
        assert problems("POST", FOLLOWUP, {"wait": "1", "with_components": "1"}, sent(params)) == []


def test_a_plain_message_made_by_discord_py_passes() -> None:
    """Content, embed, stickers, a reply that mentions its author, and a plain view."""
    embed = discord.Embed(title="Done", description="In 40 s", timestamp=discord.utils.utcnow(), colour=0x123456)
    embed.set_image(url="attachment://a.png").set_footer(text="fal").add_field(name="Size", value="480p")
    reference = discord.MessageReference(message_id=5, channel_id=6, guild_id=7, fail_if_not_exists=False)
    view = ui.View()
    view.add_item(ui.Button(label="Again", custom_id="again:1"))
    with handle_message_parameters(
        "Hello",
        embed=embed,
        view=view,
        stickers=[1],
        files=files("a.png"),
        message_reference=reference.to_message_reference_dict(),
        allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(8)]),
        mention_author=True,
    ) as params:
        assert problems("POST", MESSAGES, {}, sent(params)) == []


def test_an_edit_that_keeps_an_attachment_passes() -> None:
    """discord.py repeats what it knows of a kept attachment; its id may be a number or a text."""
    client = discord.Client(intents=discord.Intents.none())
    known = {
        "id": "5",
        "filename": "video.mp4",
        "size": 3,
        "url": "https://c.example",
        "proxy_url": "https://p.example",
    }
    data: Any = {**known, "content_type": "video/mp4", "height": 3, "width": 3}
    kept = discord.Attachment(data=data, state=client._connection)
    with handle_message_parameters(view=Board(), attachments=[kept, *files("first.png")]) as params:
        body = sent(params)
    assert problems("PATCH", MESSAGE, {}, body) == []
    for identifier in (5, "5"):
        assert problems("PATCH", MESSAGE, {}, {**body, "attachments": [{"id": identifier}]}) == []


def test_a_modal_made_by_discord_py_passes() -> None:
    """Labels with a file upload, a text input and a select, and a text display."""
    assert problems("POST", CALLBACK, {"with_response": "1"}, modal()) == []


async def test_commands_made_by_discord_py_pass() -> None:
    """A bulk overwrite, and each command alone, globally and in a guild."""
    made = await commands()
    assert [command["type"] for command in made] == [1, 1, 3]
    assert problems("PUT", COMMANDS, {}, made) == []
    assert problems("PUT", "/applications/123/guilds/5/commands", {}, made) == []
    for command in made:
        assert problems("POST", COMMANDS, {}, command) == []


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/gateway/bot", {}, None),
        ("GET", "/users/@me", {}, None),
        ("GET", "/oauth2/applications/@me", {}, None),
        ("GET", COMMANDS, {"with_localizations": "1"}, None),
        ("GET", MESSAGES, {"limit": "50", "before": "99"}, None),
        ("POST", "/channels/123/typing", {}, None),
        ("POST", "/users/@me/channels", {}, {"recipient_id": 5}),
        ("PUT", "/channels/1/messages/2/reactions/✅/@me", {}, None),
        ("DELETE", ORIGINAL, {}, None),
        ("POST", CALLBACK, {"with_response": "1"}, {"type": 5, "data": {"flags": 64}}),
        ("POST", CALLBACK, {"with_response": "1"}, {"type": 6}),
        ("POST", CALLBACK, {}, {"type": 8, "data": {"choices": [{"name": "480p", "value": "480p"}]}}),
        (
            "PATCH",
            MESSAGE,
            {},
            {"content": None, "embeds": [], "components": [{"type": 10, "content": "x"}], "flags": V2},
        ),
        ("PATCH", "/channels/123", {}, {"name": "general"}),
        ("PATCH", f"{COMMANDS}/5", {}, {"name": "Use as First Picture"}),
    ],
)
def test_what_a_bot_also_sends_passes(method: str, path: str, query: Mapping[str, str], body: object) -> None:
    """Requests beside the messages; an edit that turns a message to Components V2; a body of two kinds at once."""
    assert problems(method, path, query, body) == []


@pytest.mark.parametrize(
    ("method", "path", "query", "told"),
    [
        ("GET", "/no/such", {}, "GET /no/such: no such path or method"),
        ("PUT", MESSAGES, {}, f"PUT {MESSAGES}: no such path or method"),
        ("GET", "/channels/abc/messages", {}, "GET /channels/{channel_id}/messages: 'abc' is no channel_id"),
        ("GET", MESSAGES, {"limits": "1"}, "?limits: a parameter that Discord does not know"),
        ("GET", MESSAGES, {"limit": "many"}, "?limit: 'many' is not what it should be"),
        ("GET", MESSAGES, {"limit": "101"}, "?limit: '101' is not what it should be"),
        ("GET", COMMANDS, {"with_localizations": "maybe"}, "?with_localizations: 'maybe' is not what it should be"),
        ("GET", "/guilds/1/members/search", {}, "?query is missing"),
    ],
)
def test_a_request_that_goes_nowhere_is_told(method: str, path: str, query: Mapping[str, str], told: str) -> None:
    """Unknown paths, methods and parameters, and values of the wrong type."""
    (sentence,) = problems(method, path, query, None)
    assert sentence.endswith(told)


def test_a_body_where_there_is_none_is_told() -> None:
    """And no body where there should be one."""
    assert problems("GET", MESSAGE, {}, {"x": 1}) == [
        "GET /channels/{channel_id}/messages/{message_id}: a body, where this request has none"
    ]
    (sentence,) = problems("POST", MESSAGES, {}, None)
    assert sentence.startswith("POST /channels/{channel_id}/messages: the body: None is not of type")


@pytest.mark.alone
def test_a_check_of_a_message_takes_little_time() -> None:
    """A card is checked in about a millisecond; 10 ms, so that a busy machine fails no test."""
    body = board()
    problems("POST", MESSAGES, {}, body)
    best = min(_seconds(body) for _ in range(20))
    assert best < 0.010


def _seconds(body: Json) -> float:
    started = time.perf_counter()
    problems("POST", MESSAGES, {}, body)
    return time.perf_counter() - started
