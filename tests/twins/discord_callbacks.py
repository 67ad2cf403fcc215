"""First responses to interactions: POST /interactions/{id}/{token}/callback."""

from tests.twins import discord_payloads as payloads
from tests.twins.discord_calls import Call
from tests.twins.discord_interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Choice,
    Deferred,
    Interaction,
    Modal,
)
from tests.twins.discord_messages import Message
from tests.twins.discord_modals import check_modal
from tests.twins.discord_posting import compose, revise
from tests.twins.discord_state import State
from tests.twins.discord_values import EPHEMERAL, LOADING, Json, Refusal, bad_form

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_ALLOWED = {
    COMMAND: {MESSAGE, DEFER, MODAL},
    COMPONENT: {MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFER},
}


def callback(state: State, call: Call) -> tuple[int, Json | None]:
    """Take a first response; 404/10062 where it is too late, 40060 where there was one already."""
    interaction = state.interactions.get(call.params["token"])
    if interaction is None or str(interaction.id) != call.params["id"] or interaction.is_void:
        raise Refusal(404, 10062, "Unknown interaction")
    if interaction.acknowledged_at is not None:
        raise Refusal(400, 40060, "Interaction has already been acknowledged.")
    kind = call.json.get("type")
    allowed = _ALLOWED[interaction.kind]
    if interaction.kind == MODAL_SUBMIT and interaction.source is not None:
        allowed = allowed | {DEFER_UPDATE, UPDATE}
    if kind not in allowed:
        raise bad_form("type", f"a response of type {kind} to an interaction of type {interaction.kind}")
    _take(state, call, interaction, kind)
    interaction.response_type = kind
    interaction.acknowledged_at = state.clock.now()
    state.news.tell()
    asked = call.query.get("with_response", "").lower() in ("1", "true")
    return (200, _described(state, interaction)) if asked else (204, None)


def _take(state: State, call: Call, interaction: Interaction, kind: int) -> None:
    data: Json = call.json.get("data") or {}
    match kind:
        case 4:
            interaction.original = interaction.answered = message = new_message(state, interaction, 0)
            compose(state, call.draft(interaction.channel.upload_limit, private_allowed=True, body=data), message)
            state.add(message)
        case 5:
            if data.get("flags", 0) & ~EPHEMERAL:
                raise bad_form("data.flags", "a deferred response is ephemeral, or has no flags")
            private = data.get("flags", 0) & EPHEMERAL
            interaction.original = new_message(state, interaction, LOADING | private)
            state.add(interaction.original)
            interaction.answered = Deferred(bool(private), update=False)
        case 6:
            interaction.original = interaction.source
            interaction.answered = Deferred(ephemeral=False, update=True)
        case 7:
            assert interaction.source is not None
            if interaction.source.deleted:
                raise Refusal(404, 10008, "Unknown Message")
            revise(state, call.draft(interaction.channel.upload_limit, body=data), interaction.source)
            interaction.original = interaction.answered = interaction.source
            state.edited(interaction.source)
        case 8:
            interaction.answered = _choices(interaction, data)
        case 9:
            components = check_modal(data)
            interaction.answered = Modal(interaction, data["custom_id"], data["title"], components)


def new_message(state: State, interaction: Interaction, flags: int) -> Message:
    """Return an empty message that answers an interaction."""
    guild = interaction.channel.guild
    if guild and not interaction.bot_is_here and not guild.external_apps:
        flags |= EPHEMERAL
    made = Message(state.new_id(), interaction.channel, state.bot, state.clock.now(), flags=flags)
    made.viewer, made.metadata = interaction.person, interaction.metadata
    return made


def _choices(interaction: Interaction, data: Json) -> list[Choice]:
    given = data.get("choices")
    if not isinstance(given, list) or len(given) > 25:
        raise bad_form("data.choices", "must be 25 or fewer in length")
    kinds: dict[int, tuple[type, ...]] = {3: (str,), 4: (int,), 10: (int, float)}
    expected = kinds[interaction.focused_type]
    for index, choice in enumerate(given):
        name, value = choice.get("name"), choice.get("value")
        if not isinstance(name, str) or not 1 <= len(name) <= 100:
            raise bad_form(f"data.choices.{index}.name", "must be between 1 and 100 in length")
        if not isinstance(value, expected) or (isinstance(value, str) and len(value) > 100):
            raise bad_form(f"data.choices.{index}.value", "is not of the option's type, or longer than 100")
    return [Choice(choice["name"], choice["value"]) for choice in given]


def _described(state: State, interaction: Interaction) -> Json:
    about: Json = {"id": str(interaction.id), "type": interaction.kind}
    said: Json = {"interaction": about}
    if interaction.original is not None:
        about |= {
            "response_message_id": str(interaction.original.id),
            "response_message_loading": interaction.original.loading,
            "response_message_ephemeral": interaction.original.ephemeral,
        }
        resource: Json = {"type": interaction.response_type}
        if interaction.response_type in (MESSAGE, DEFER, UPDATE):
            resource["message"] = payloads.message(interaction.original, state.cdn)
        said["resource"] = resource
    return said
