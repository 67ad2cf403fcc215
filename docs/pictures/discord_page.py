"""Draws a Discord message or modal, given as its JSON, as a page that looks like Discord.

A message holds ``components`` as Discord's API takes them, ``content`` where there are none, ``flags`` (64 is
ephemeral), and what Discord adds on its own:

- ``author`` and ``avatar_emoji``: the bot's name, and the emoji on its round picture
- ``attachments``: pictures by name, as bytes or a path; ``posters``: a video's still picture by the video's name
- ``reply_to``: ``{"author", "text"}`` of the message that this one answers
- ``mentions``: users as the API resolves them, ``{"id", "username"}``; ``names`` has the same by id
- ``now``: Unix seconds, for relative times and the clock beside the name; ``time``: other words in its place
- ``ephemeral``: only its reader sees it

A modal holds ``title`` and ``components``; and ``author`` and ``avatar_emoji`` for the notice that it goes to a bot.
Fonts are the machine's: Noto Sans stands in for Discord's own.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from docs.pictures.discord_components import Components
from docs.pictures.discord_fields import Fields
from docs.pictures.discord_markup import Markup
from docs.pictures.page import NOTHING, Json, frame, icon, text

Theme = Literal["dark", "light"]
EPHEMERAL = 1 << 6


def discord_html(message: Json, *, theme: Theme = "dark", names: Mapping[str, str] = NOTHING) -> str:
    """Return a message as one self-contained page.

    Raises ValueError for a component that is not drawn, and for a picture that is not among the attachments.
    """
    if message.get("embeds"):
        raise ValueError("embeds are not drawn: use components")
    now = float(message.get("now", time.time()))
    markup = Markup({**_mentioned(message), **names}, now)
    components = Components(markup, message.get("attachments", {}), message.get("posters", {}))
    content = f'<div class="words">{markup.html(message["content"])}</div>' if message.get("content") else ""
    hidden = bool(message.get("ephemeral") or message.get("flags", 0) & EPHEMERAL)
    body = (
        f'<article class="message{" ephemeral" if hidden else ""}">{_reply(message, markup)}{_avatar(message)}'
        f'<div class="body"><header><b>{text(message["author"])}</b><span class="badge">APP</span>'
        f"<time>{text(message.get('time') or _clock(now))}</time></header>"
        f"{content}{components.all(message.get('components', []))}{_only_you() if hidden else ''}</div></article>"
    )
    return frame("discord", body, theme)


def discord_modal_html(modal: Json, *, theme: Theme = "dark", names: Mapping[str, str] = NOTHING) -> str:
    """Return a modal as one self-contained page; raises ValueError for a component that is not drawn."""
    fields = Fields(Markup(names, float(modal.get("now", time.time()))))
    notice = (
        f"<span>This form will be submitted to <b>{text(modal.get('author', 'the app'))}</b>. "
        "Do not share passwords or other sensitive information.</span>"
    )
    body = (
        f'<section class="modal"><header><h2>{text(modal["title"])}</h2>{icon("close")}</header>'
        f'<div class="notice">{_avatar(modal)}{notice}</div>{fields.all(modal["components"])}'
        '<footer><button class="secondary">Cancel</button><button class="primary">Submit</button></footer></section>'
    )
    return frame("discord", body, f"{theme} behind")


def _mentioned(message: Json) -> dict[str, str]:
    return {str(user["id"]): user.get("global_name") or user["username"] for user in message.get("mentions", [])}


def _reply(message: Json, markup: Markup) -> str:
    answered = message.get("reply_to")
    if not answered:
        return ""
    face = f'<span class="face">{text(answered["author"][:1].upper())}</span>'
    return (
        f'<div class="reply"><span class="spine"></span>{face}'
        f"<b>@{text(answered['author'])}</b><span>{markup.inline(answered['text'])}</span></div>"
    )


def _avatar(message: Json) -> str:
    return f'<div class="avatar">{text(message.get("avatar_emoji", "🤖"))}</div>'


def _only_you() -> str:
    return f'<div class="only-you">{icon("eye")}Only you can see this • <a>Dismiss message</a></div>'


def _clock(now: float) -> str:
    return f"Today at {datetime.fromtimestamp(now, UTC):%H:%M}"
