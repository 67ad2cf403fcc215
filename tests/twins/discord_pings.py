"""Who a message really notifies: what its text mentions, and what ``allowed_mentions`` lets through."""

import re

from tests.twins.discord_messages import Message, Ping
from tests.twins.discord_places import Channel, Role, User
from tests.twins.discord_values import MENTION_EVERYONE, SILENT, Json, bad_form

_KINDS = ("users", "roles", "everyone")


def pings_of(message: Message, allowed: Json | None) -> list[Ping]:
    """Return those who get a notification; an ephemeral or silent message gives none to anyone."""
    rules = _rules(allowed)
    if message.ephemeral or message.flags & SILENT:
        return []
    everyone_may = message.channel.bot_permissions & MENTION_EVERYONE or not message.author.is_bot
    text = message.text
    users = _mentioned_users(text, message.channel)
    found: list[Ping] = [u for u in users if "users" in rules["parse"] or str(u.id) in rules["users"]]
    for role in _mentioned_roles(text, message.channel):
        named = "roles" in rules["parse"] or str(role.id) in rules["roles"]
        if named and (role.mentionable or everyone_may):
            found.append(role)
    if re.search("@(everyone|here)", text) and "everyone" in rules["parse"] and everyone_may and message.channel.guild:
        found.append("everyone")
    reply_to = message.reference.author if message.reference else None
    if reply_to and reply_to not in found and rules["replied_user"] and message.channel.seen_by(reply_to):
        found.append(reply_to)
    return [ping for ping in found if ping is not message.author]


def _rules(allowed: Json | None) -> Json:
    """Read ``allowed_mentions``; absent means that everything notifies (Discord's "Allowed Mentions Object")."""
    if allowed is None:
        return {"parse": _KINDS, "users": [], "roles": [], "replied_user": True}
    rules: Json = {"parse": allowed.get("parse") or [], "replied_user": bool(allowed.get("replied_user"))}
    if unknown := set(rules["parse"]) - set(_KINDS):
        raise bad_form("allowed_mentions.parse", f"unknown: {sorted(unknown)}")
    for name in ("users", "roles"):
        rules[name] = [str(each) for each in allowed.get(name) or []]
        if rules[name] and name in rules["parse"]:
            raise bad_form("allowed_mentions.parse", f"parse:[{name!r}] and {name}: [ids…] are mutually exclusive")
        if len(rules[name]) > 100:
            raise bad_form(f"allowed_mentions.{name}", "must be 100 or fewer in length")
    return rules


def _mentioned_users(text: str, channel: Channel) -> list[User]:
    here = [m.user for m in channel.guild.members.values()] if channel.guild else list(channel.people)
    ids = dict.fromkeys(int(found) for found in re.findall(r"<@!?(\d+)>", text))
    return [user for id_ in ids for user in here if user.id == id_]


def _mentioned_roles(text: str, channel: Channel) -> list[Role]:
    roles = channel.guild.roles if channel.guild else []
    ids = dict.fromkeys(int(found) for found in re.findall(r"<@&(\d+)>", text))
    return [role for id_ in ids for role in roles if role.id == id_]
