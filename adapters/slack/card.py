"""Renders a job's card in Block Kit: the frames, the status, the facts and the buttons of one message.

Limits: Slack's documentation, "Blocks": 50 blocks, 3,000 characters of a section.
"""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    ImageBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.blocks.basic_components import SlackFile

from adapters.slack.buttons import button, rows_of
from adapters.slack.text import escaped, plain, when, who
from bot.domain.card import Card, Field, Tone
from bot.domain.progress import Phase
from bot.wording import chat
from bot.wording import slack as words
from bot.wording.card import EXPECTED, REQUEST, WEIGHED

MARKS: Mapping[Tone, str] = {
    Tone.WAITING: ":hourglass_flowing_sand:",
    Tone.WORKING: ":film_frames:",
    Tone.DONE: ":white_check_mark:",
    Tone.FAILED: ":no_entry:",
    Tone.CANCELLED: ":black_square_for_stop:",
    Tone.UNCLEAR: ":grey_question:",
}
ASKING = ":clapper:"
"""The mark of a card that asks, whatever its tone."""
BAR = 16
PROMPT_ROOM, STATUS_ROOM, NOTICE_ROOM, FACT_ROOM = 600, 900, 300, 120
LOOK_IT_UP = frozenset({Tone.FAILED, Tone.UNCLEAR})
"""Where the provider's id of the request is of use to its author; the recipe has it always."""


def blocks(card: Card, author: str | None, place: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the card's blocks. ``author`` is the id of whose job it is; None in a new message, where it would ping."""
    mark = ASKING if card.phase is Phase.ASKING else MARKS[card.tone]
    title = f"{mark} *{escaped(card.title)}*\n>{plain(card.prompt, PROMPT_ROOM)}"
    parts: list[Block] = [SectionBlock(text=MarkdownTextObject(text=title))]
    if "picture" in place:
        parts.append(ImageBlock(slack_file=SlackFile(id=place["picture"]), alt_text=chat.FRAMES))
    parts.append(SectionBlock(text=MarkdownTextObject(text="\n".join(_status(card)))))
    parts.append(ContextBlock(elements=[MarkdownTextObject(text=_facts(card, author))]))
    parts += [ActionsBlock(elements=row) for row in _rows(card, place) if row]
    return [part.to_dict() for part in parts]


def summary(card: Card) -> str:
    """Return the card in a line: what a notification, a screen reader and a list of messages show of it."""
    return f"{escaped(card.title)}: {plain(card.status, STATUS_ROOM)}"


def _status(card: Card) -> list[str]:
    said = plain(card.status, STATUS_ROOM)
    lines = [*_weighed(card), said if card.phase in (None, Phase.ASKING) else f"*{said}*"]
    if card.phase is not None and card.fraction is not None:
        done = max(0, min(BAR, round(card.fraction * BAR)))
        lines.insert(0, "▰" * done + "▱" * (BAR - done))
    return [*lines, *(f":warning: {plain(each, NOTICE_ROOM)}" for each in card.notices)]


def _weighed(card: Card) -> list[str]:
    weighed = [field for field in card.fields if _is_weighed(field, card)]
    money = [f"{each.name} *{plain(each.value, FACT_ROOM)}*" for each in weighed if each.name != EXPECTED]
    times = [f"{each.name} {plain(each.value, FACT_ROOM)}" for each in weighed if each.name == EXPECTED]
    return [" · ".join(facts) for facts in (money, times) if facts]


def _is_weighed(field: Field, card: Card) -> bool:
    return card.phase is Phase.ASKING and field.name in WEIGHED


def _facts(card: Card, author: str | None) -> str:
    began = (words.asked if card.phase in (None, Phase.ASKING) else words.since)(when(card.since))
    listed = (field for field in card.fields if not _is_weighed(field, card))
    shown = (field for field in listed if field.name != REQUEST or card.tone in LOOK_IT_UP)
    facts = [began, *(f"{field.name} {plain(field.value, FACT_ROOM)}" for field in shown)]
    return " · ".join(facts if author is None else [who(author), *facts])


def _rows(card: Card, place: Mapping[str, str]) -> list[list[ButtonElement]]:
    rows = [[button(action, card.job_id) for action in row] for row in rows_of(card.actions)]
    if card.tone is Tone.DONE and "permalink" in place:
        watch = ButtonElement(text=chat.WATCH, action_id="tween_watch", url=place["permalink"], style="primary")
        rows[0].insert(0, watch)
    return rows
