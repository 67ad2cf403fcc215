"""Renders a job's card in Components V2: one coloured container with the frames, the status, the facts and the buttons.

Limits: Discord's documentation, "Component Reference": 40 components, and 4,000 characters of text in a message.
"""

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from adapters.discord.buttons import JobButton, rows_of
from adapters.discord.text import link, plain, when
from bot.domain.card import Action, Card, Field, Tone
from bot.domain.progress import Phase
from bot.wording import chat
from bot.wording import discord as words
from bot.wording.card import EXPECTED, REQUEST, WEIGHED

COLOURS: Mapping[Tone, int] = {
    Tone.WAITING: 0x7A7F8C,
    Tone.WORKING: 0x5B8DEF,
    Tone.DONE: 0x3BA55C,
    Tone.FAILED: 0xD9534F,
    Tone.CANCELLED: 0xC9A227,
    Tone.UNCLEAR: 0x9B6DD6,
}
MARKS: Mapping[Tone, str] = {
    Tone.WAITING: "⏳",
    Tone.WORKING: "🎞️",
    Tone.DONE: "✅",
    Tone.FAILED: "⛔",
    Tone.CANCELLED: "⏹️",
    Tone.UNCLEAR: "❔",
}
ASKING = "🎬"
"""The mark of a card that asks, whatever its tone."""
BAR = 14
"""Marks of the progress bar: what a phone shows in one line."""
PROMPT_ROOM, STATUS_ROOM, NOTICE_ROOM, FACT_ROOM = 600, 900, 300, 120
FRAMES = "frames.jpg"
"""The attachment that shows both frames as they are cropped."""
LOOK_IT_UP = frozenset({Tone.FAILED, Tone.UNCLEAR})
"""Where the provider's id of the request is of use to its author; the recipe has it always."""
NEED_FRAMES = frozenset({Action.RERUN, Action.EDIT, Action.SWAP, Action.CONTINUE})
"""What makes a new job of the images that hang on the card."""


def layout(card: Card, author: str, place: Mapping[str, str]) -> ui.LayoutView:
    """Return the card for the author of this id. It keeps no state: whoever clicks is served by :class:`JobButton`."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*_parts(card, author, place), accent_colour=COLOURS[card.tone]))
    # A view that is stopped is not remembered by the library, which would keep every one of them for ever.
    view.stop()
    return view


def _parts(card: Card, author: str, place: Mapping[str, str]) -> list[ui.Item[ui.LayoutView]]:
    mark = ASKING if card.phase is Phase.ASKING else MARKS[card.tone]
    parts: list[ui.Item[ui.LayoutView]] = [
        ui.TextDisplay(f"### {mark} {card.title}\n> {plain(card.prompt, PROMPT_ROOM)}")
    ]
    if "frames" in place:
        parts.append(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{FRAMES}", description=chat.FRAMES)))
    if told := "\n".join([*_weighed(card), *_status(card), *(_notice(each) for each in card.notices)]).strip():
        parts.append(ui.TextDisplay(told))
    parts.append(ui.Separator())
    parts.append(ui.TextDisplay("\n".join(_facts(card, author))))
    parts += _rows(card, place)
    return parts


def _weighed(card: Card) -> list[str]:
    weighed = [field for field in card.fields if _is_weighed(field, card)]
    money = [f"{each.name} **{plain(each.value, FACT_ROOM)}**" for each in weighed if each.name != EXPECTED]
    times = [f"{each.name} {plain(each.value, FACT_ROOM)}" for each in weighed if each.name == EXPECTED]
    return [*_lines(money), *times]


def _is_weighed(field: Field, card: Card) -> bool:
    return card.phase is Phase.ASKING and field.name in WEIGHED


def _status(card: Card) -> list[str]:
    said = plain(card.status, STATUS_ROOM)
    if card.phase is None:
        return [said]
    bar = [] if card.fraction is None else [_bar(card.fraction)]
    if card.phase is Phase.ASKING:
        return [said]
    return [*bar, f"**{said}**"] if said else bar


def _bar(fraction: float) -> str:
    done = max(0, min(BAR, round(fraction * BAR)))
    return "▰" * done + "▱" * (BAR - done)


def _notice(notice: str) -> str:
    return f"⚠️ {plain(notice, NOTICE_ROOM)}"


def _facts(card: Card, author: str) -> list[str]:
    listed = (field for field in card.fields if not _is_weighed(field, card))
    shown = (field for field in listed if field.name != REQUEST or card.tone in LOOK_IT_UP)
    facts = [f"{field.name} {plain(field.value, FACT_ROOM)}" for field in shown]
    began = (words.asked if card.phase in (None, Phase.ASKING) else words.since)(when(card.since))
    return [f"-# <@{author}> · {began}", *(f"-# {line}" for line in _lines(facts))]


def _lines(facts: list[str]) -> list[str]:
    """Return the facts joined into lines of a width that a phone shows."""
    lines: list[str] = []
    for fact in facts:
        if lines and len(lines[-1]) + len(fact) < 72:
            lines[-1] += f" · {fact}"
        else:
            lines.append(fact)
    return lines


def _rows(card: Card, place: Mapping[str, str]) -> list[ui.Item[ui.LayoutView]]:
    actions = [action for action in card.actions if "frames" in place or action not in NEED_FRAMES]
    if "private" in place:
        # What is for one pair of eyes goes by itself, and Discord has a button of its own for it.
        actions = [action for action in actions if action is not Action.DELETE]
    rows: list[list[ui.Item[Any]]] = [[JobButton(action, card.job_id) for action in row] for row in rows_of(actions)]
    if card.tone is Tone.DONE and "video" in place and "private" not in place:
        rows[-1].append(ui.Button(label=chat.WATCH, url=link(place, place["video"])))
    return [ui.ActionRow(*row) for row in rows if row]
