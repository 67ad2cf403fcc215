"""Draws a Slack message or modal, given as its Block Kit JSON, as a page that looks like Slack's light theme.

A message holds ``blocks`` as Slack's API takes them, or ``text`` where there are none, and what Slack adds on its own:

- ``author`` and ``avatar_emoji``: the app's name, and the emoji on its picture
- ``time``: the words beside the name; else ``now``, Unix seconds, read as UTC
- ``ephemeral``: only its reader sees it

A modal is a view: ``title``, ``blocks``, ``submit``, ``close``. Pictures come from ``files``, by ``image_url`` or by
the id of a ``slack_file``, and nothing is fetched. Fonts are the machine's: Noto Sans stands in for Lato.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from docs.pictures.page import NOTHING, Files, Json, frame, icon, text
from docs.pictures.slack_blocks import Blocks
from docs.pictures.slack_markup import Markup, plain


def slack_html(message: Json, *, names: Mapping[str, str] = NOTHING, files: Files = NOTHING) -> str:
    """Return a message as one self-contained page.

    Raises ValueError for a block or element that is not drawn, and for a picture that is not among the files.
    """
    markup = Markup(names)
    if message.get("blocks"):
        content = Blocks(markup, files).all(message["blocks"], "a message")
    else:
        content = f'<div class="words">{markup.of({"type": "mrkdwn", "text": message["text"]})}</div>'
    hidden = message.get("ephemeral")
    only_you = f'<div class="only-you">{icon("eye")}Only visible to you</div>' if hidden else ""
    body = (
        f'<article class="message">{only_you}<div class="avatar">{text(message.get("avatar_emoji", "🤖"))}</div>'
        f'<div class="body"><header><b>{text(message["author"])}</b><span class="badge">APP</span>'
        f"<time>{text(message.get('time') or _clock(message))}</time></header>{content}</div></article>"
    )
    return frame("slack", body)


def slack_modal_html(view: Json, *, names: Mapping[str, str] = NOTHING, files: Files = NOTHING) -> str:
    """Return a modal's view as one self-contained page; raises ValueError as slack_html does."""
    close = plain(view["close"]["text"]) if view.get("close") else "Cancel"
    submit = f'<button class="primary">{plain(view["submit"]["text"])}</button>' if view.get("submit") else ""
    body = (
        f'<section class="modal"><header><h2>{plain(view["title"]["text"])}</h2>{icon("close")}</header>'
        f'<div class="inside">{Blocks(Markup(names), files).all(view["blocks"], "a modal")}</div>'
        f"<footer><button>{close}</button>{submit}</footer></section>"
    )
    return frame("slack", body, "behind")


def _clock(message: Json) -> str:
    return f"{datetime.fromtimestamp(float(message.get('now', time.time())), UTC):%-I:%M %p}"
