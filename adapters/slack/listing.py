"""``/tween jobs`` and ``/tween usage``, as blocks: the same on the Home tab."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock, MarkdownTextObject, SectionBlock

from adapters.slack.text import day, escaped, link, plain
from bot.domain.budget import Usage
from bot.ports import Entry
from bot.wording import chat
from bot.wording import slack as words

MOST, PROMPT = 10, 200


def jobs(entries: Sequence[Entry]) -> list[Block]:
    """Return a person's jobs: those under way first, then the newest, with the way to their videos."""
    blocks: list[Block] = []
    for title, listed in (
        (words.RUNNING, [each for each in entries if not each.job.is_final]),
        (words.RECENT, [each for each in entries if each.job.is_final]),
    ):
        if listed:
            blocks.append(HeaderBlock(text=title))
            blocks += [part for each in listed for part in _entry(each)]
    return blocks or [_section(words.NO_JOBS)]


def usage(month: Usage) -> list[Block]:
    """Return a person's money of this month, and the workspace's."""
    return [HeaderBlock(text=words.BUDGET), _section(escaped(chat.month(month, words.WORKSPACE)))]


def as_json(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return blocks as a message takes them."""
    return [block.to_dict() for block in blocks]


def _entry(entry: Entry) -> list[Block]:
    job = entry.job
    told = chat.facts_of(job)
    if "permalink" in job.place:
        told = f"{told} · {link(job.place['permalink'], chat.WATCH)}"
    line = f"{day(job.accepted_at)} · {told}"
    return [_section(plain(job.request.prompt, PROMPT)), ContextBlock(elements=[MarkdownTextObject(text=line)])]


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text))
