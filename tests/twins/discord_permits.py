"""Which commands somebody finds in a place, and on whose installation of the app an interaction rests."""

from tests.twins.discord_messages import Message
from tests.twins.discord_places import DM, Channel, User
from tests.twins.discord_state import State
from tests.twins.discord_values import ADMINISTRATOR, USE_APPLICATION_COMMANDS, VIEW_CHANNEL, CannotDo, Json


def usable(state: State, person: User, channel: Channel, name: str, kind: int) -> tuple[Json, Json]:
    """Return a command and ``authorizing_integration_owners``; CannotDo where the client would not show it."""
    found = [c for c in state.commands if c["name"] == name and c["type"] == kind]
    if not found:
        raise CannotDo(f"no command {name!r} is synced; there are {[c['name'] for c in state.commands]}")
    command = found[0]
    context = 0 if channel.guild else 1 if channel.kind == DM else 2
    if command["contexts"] is not None and context not in command["contexts"]:
        raise CannotDo(f"{name!r} is not for this context; it is for {command['contexts']}")
    owners = _owners(state, person, channel, command["integration_types"])
    if not owners:
        raise CannotDo(f"the app is not installed where {person.name} could use {name!r}")
    _check_permissions(person, channel, command)
    return command, owners


def owners_of_message(state: State, person: User, message: Message) -> Json:
    """Return on whose installation a message's components rest: that of the interaction which it answered."""
    if message.metadata:
        owners: Json = message.metadata["authorizing_integration_owners"]
        return owners
    return _owners(state, person, message.channel, [0, 1])


def _owners(state: State, person: User, channel: Channel, installs: list[int]) -> Json:
    owners: Json = {}
    guild = channel.guild
    shared = any(g.installed and person.id in g.members for g in state.guilds.values())
    if 0 in installs and guild and guild.installed:
        owners["0"] = str(guild.id)
    elif 0 in installs and channel.kind == DM and shared:
        owners["0"] = "0"
    if 1 in installs and person.user_installed:
        owners["1"] = str(person.id)
    return owners


def _check_permissions(person: User, channel: Channel, command: Json) -> None:
    if channel.guild is None:
        return
    granted = channel.guild.members[person.id].permissions
    if not granted & USE_APPLICATION_COMMANDS or not granted & VIEW_CHANNEL:
        raise CannotDo(f"{person.name} may not use commands here")
    needed = command["default_member_permissions"]
    if needed is not None and not granted & ADMINISTRATOR and (int(needed) & ~granted or int(needed) == 0):
        raise CannotDo(f"{person.name} lacks the permissions {needed} for {command['name']!r}")
    restricted = channel.parent.age_restricted if channel.parent else channel.age_restricted
    if command["nsfw"] and not restricted:
        raise CannotDo(f"{command['name']!r} is only for age-restricted channels")
