"""The twin's values as Discord's JSON (API v10, shapes from Discord's reference, read 2026-11)."""

from copy import deepcopy
from dataclasses import replace

from tests.twins.discord_cdn import Cdn
from tests.twins.discord_messages import Attachment, Message, media_of, walk
from tests.twins.discord_places import DM, GROUP_DM, THREAD, Channel, Guild, Member, Role, User
from tests.twins.discord_values import EVERYTHING, Json, iso

_JOINED = "2024-05-01T00:00:00+00:00"


def user(of: User) -> Json:
    """A user object."""
    said: Json = {"id": str(of.id), "username": of.name.lower(), "global_name": of.name, "discriminator": "0"}
    return said | {"avatar": None, "public_flags": 0} | ({"bot": True} if of.is_bot else {})


def member(of: Member, *, with_user: bool = True) -> Json:
    """A member object; Discord leaves the user out beside a message's author."""
    said: Json = {
        "roles": [str(role.id) for role in of.roles],
        "joined_at": _JOINED,
        "nick": None,
        "avatar": None,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    return said | ({"user": user(of.user)} if with_user else {})


def role(of: Role) -> Json:
    """A role object."""
    return {
        "id": str(of.id),
        "name": of.name,
        "permissions": str(of.permissions),
        "position": of.guild.roles.index(of),
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": of.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel(of: Channel, bot: User) -> Json:
    """A channel object; the bot's permissions appear as an overwrite for the bot as a member."""
    said: Json = {"id": str(of.id), "type": of.kind, "last_message_id": str(of.posted[-1].id) if of.posted else None}
    said["flags"] = 0
    if of.kind in (DM, GROUP_DM):
        said["recipients"] = [user(person) for person in of.people]
        return said if of.kind == DM else said | {"name": of.name, "icon": None, "owner_id": str(of.people[0].id)}
    assert of.guild is not None
    said |= {"name": of.name, "guild_id": str(of.guild.id), "rate_limit_per_user": 0}
    if of.kind == THREAD:
        assert of.parent is not None
        clocked = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": _JOINED, "locked": False}
        counts = {"message_count": len(of.posted), "member_count": 1, "total_message_sent": len(of.posted)}
        home = {"parent_id": str(of.parent.id), "owner_id": str(of.guild.owner.id)}
        return said | counts | home | {"thread_metadata": clocked | {"create_timestamp": _JOINED}}
    allowed = of.bot_permissions
    overwrite = {"id": str(bot.id), "type": 1, "allow": str(allowed), "deny": str(EVERYTHING & ~allowed)}
    position = of.guild.channels.index(of) if of in of.guild.channels else 0
    said |= {"position": position, "parent_id": None, "topic": None, "nsfw": of.age_restricted}
    return said | {"permission_overwrites": [overwrite]}


def guild(of: Guild, bot: User) -> Json:
    """A guild object as REST gives it."""
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "owner_id": str(of.owner.id),
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role(each) for each in of.roles],
        "premium_tier": of.boost_tier,
        "premium_subscription_count": (0, 2, 7, 14)[of.boost_tier],
        "preferred_locale": of.locale,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "premium_progress_bar_enabled": False,
    }


def guild_create(of: Guild, bot: User, *, joined: bool = False) -> Json:
    """A guild as the gateway gives it: with channels, threads, and the bot as the one member without being asked.

    One that the bot was brought into a moment ago does not say that it is available: that is how libraries tell.
    """
    available = {} if joined else {"unavailable": False}
    return (
        guild(of, bot)
        | available
        | {
            "joined_at": _JOINED,
            "large": False,
            "member_count": len(of.members) + 1,
            "members": [member(Member(bot, of))],
            "channels": [channel(c, bot) for c in of.channels if c.kind != THREAD],
            "threads": [channel(c, bot) for c in of.channels if c.kind == THREAD],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
    )


def attachment(of: Attachment, cdn: Cdn) -> Json:
    """An attachment object with a freshly signed address."""
    said: Json = {"id": str(of.id), "filename": of.name, "size": of.size, "url": cdn.url(of), "proxy_url": cdn.url(of)}
    optional = {"content_type": of.content_type, "description": of.description, "title": of.title}
    said |= {name: value for name, value in optional.items() if value is not None}
    return said | ({"ephemeral": True} if of.ephemeral else {})


def components(of: Message, cdn: Cdn) -> list[Json]:
    """A message's components, media resolved to the CDN."""
    said = deepcopy(of.components)
    by_name = {f"attachment://{a.name}": a for a in of.attachments}
    for component in walk(said):
        for media in media_of(component):
            if (found := by_name.get(media["url"])) is not None:
                url = cdn.url(found)
                media |= {"url": url, "proxy_url": url, "attachment_id": str(found.id), "id": str(found.id)}
                media |= {"content_type": found.content_type, "loading_state": 2, "flags": 0}
                if component["type"] == 13:
                    component |= {"name": found.name, "size": found.size}
    return said


def message(of: Message, cdn: Cdn) -> Json:
    """A message object."""
    people = {p.id: p for p in of.pings if isinstance(p, User)}
    said: Json = {
        "id": str(of.id),
        "channel_id": str(of.channel.id),
        "author": user(of.author),
        "content": of.content,
        "timestamp": iso(of.created_at),
        "edited_timestamp": iso(of.edited_at) if of.edited_at else None,
        "tts": False,
        "mention_everyone": "everyone" in of.pings,
        "mentions": [user(person) for person in people.values()],
        "mention_roles": [str(r.id) for r in of.pings if isinstance(r, Role)],
        "attachments": [attachment(each, cdn) for each in of.attachments],
        "embeds": of.embeds,
        "components": components(of, cdn),
        "pinned": False,
        "type": 19 if of.reference else 20 if of.metadata and of.metadata["type"] == 2 else 0,
        "flags": of.flags,
    }
    if of.nonce is not None:
        said["nonce"] = of.nonce
    if of.metadata:
        said |= {
            "interaction_metadata": of.metadata,
            "webhook_id": str(of.author.id),
            "application_id": str(of.author.id),
        }
    if of.reference:
        said["message_reference"] = {"type": 0, "message_id": str(of.reference.id), "channel_id": str(of.channel.id)}
        said["referenced_message"] = None if of.reference.deleted else message(_without_reference(of.reference), cdn)
    return said


def _without_reference(of: Message) -> Message:
    """A referenced message is shown without what it refers to itself."""
    return replace(of, reference=None)


def bare(of: Json) -> Json:
    """What the gateway shows of a message to an app without the message content intent."""
    return of | {"content": "", "attachments": [], "embeds": [], "components": []}


def application(bot: User, name: str, flags: int) -> Json:
    """The application object, as it sees itself."""
    return {
        "id": str(bot.id),
        "name": name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": {"id": "1", "username": "owner", "discriminator": "0", "avatar": None, "global_name": "Owner"},
        "verify_key": "00" * 32,
        "flags": flags,
        "team": None,
        "interactions_endpoint_url": None,
        "integration_types_config": {"0": {}, "1": {}},
        "bot": user(bot),
    }
