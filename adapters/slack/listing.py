"""``/tween jobs`` and ``/tween usage``, as blocks: the same on the Home tab."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock, MarkdownTextObject, SectionBlock
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import LIBRARY
from adapters.slack.text import day, escaped, link, plain
from bot.domain.budget import Usage
from bot.domain.job import Job, Proposed
from bot.ports import Entry
from bot.wording import chat
from bot.wording import slack as words

MOST, PROMPT = 10, 200


async def cards_of(client: AsyncWebClient, entries: Sequence[Entry]) -> Mapping[str, str]:
    """Return the addresses of the cards that wait for a *Go*, by job id; Slack makes them up only when it is asked."""
    asking = [each.job for each in entries if isinstance(each.job.state, Proposed) and "message" in each.job.place]
    links = await asyncio.gather(*(_address(client, job) for job in asking))
    return {job.id: address for job, address in zip(asking, links, strict=True) if address}


async def _address(client: AsyncWebClient, job: Job) -> str:
    try:
        answer = await client.chat_getPermalink(channel=job.place["channel"], message_ts=job.place["message"])
    except LIBRARY:
        return ""
    return str(answer["permalink"])


def jobs(entries: Sequence[Entry], cards: Mapping[str, str]) -> list[Block]:
    """Return a person's jobs: those under way first, then the newest, with the way to their videos or ``cards``."""
    blocks: list[Block] = []
    for title, listed in (
        (words.RUNNING, [each for each in entries if not each.job.is_final]),
        (words.RECENT, [each for each in entries if each.job.is_final]),
    ):
        if listed:
            blocks.append(HeaderBlock(text=title))
            blocks += [part for each in listed for part in _entry(each, cards)]
    return blocks or [_section(words.NO_JOBS)]


def usage(month: Usage) -> list[Block]:
    """Return a person's money of this month, and the workspace's."""
    return [HeaderBlock(text=words.BUDGET), _section(escaped(chat.month(month, words.WORKSPACE)))]


def as_json(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return blocks as a message takes them."""
    return [block.to_dict() for block in blocks]


def _entry(entry: Entry, cards: Mapping[str, str]) -> list[Block]:
    job = entry.job
    told = chat.facts_of(job)
    if "permalink" in job.place:
        told = f"{told} · {link(job.place['permalink'], chat.WATCH)}"
    if job.id in cards:
        told = f"{told} · {link(cards[job.id], words.CARD)}"
    line = f"{day(job.accepted_at)} · {told}"
    return [_section(plain(job.request.prompt, PROMPT)), ContextBlock(elements=[MarkdownTextObject(text=line)])]


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text))
