"""Whatever a job's card holds, Discord takes the message: its official contract and limits are the judge."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.card import FRAMES, layout
from adapters.discord.text import plain
from bot.domain.card import Action, Card, Tone
from bot.domain.progress import Phase
from tests.cards import cards
from tests.twins import discord_contract

pytestmark = pytest.mark.skipif(not discord_contract.is_available(), reason=discord_contract.WHY_SKIPPED)

CARDS = cards("discord:1234567890123456789")
PLACES = st.sampled_from(
    [
        {},
        {"guild": "1", "channel": "2", "message": "3", "frames": "1", "video": "4"},
        {"channel": "2", "private": "1", "frames": "1", "video": "4"},
    ]
)


@given(CARDS, PLACES)
async def test_every_card_is_within_what_discord_takes(card: Card, place: Mapping[str, str]) -> None:
    """Text, components, buttons and the files that they name."""
    view = layout(card, "1234567890123456789", place)
    files = [{"id": 0, "filename": FRAMES}] if "frames" in place else []
    body = {
        "components": view.to_components(),  # type: ignore[no-untyped-call]  # the library's own
        "flags": 1 << 15,
        "attachments": files,
    }
    assert discord_contract.problems("POST", "/channels/1/messages", {}, body) == []


async def test_the_library_is_not_made_to_remember_a_card() -> None:
    """It would keep one for every message that ever had buttons."""
    card = Card("discord:1", Tone.WAITING, "Waiting", "it rains", Phase.QUEUED, "", None, (), (), (Action.CANCEL,))
    assert layout(card, "1", {}).is_finished()


@pytest.mark.parametrize(
    "text",
    ["<@123456789012345678>", "<@&123456789012345678>", "@everyone", "<#123>", "<t:0:R>", "<:x:1>", "</tween:1>"],
)
def test_what_looks_like_a_mention_is_only_text(text: str) -> None:
    """A client shows the characters, and makes neither a pill nor a ping of them."""
    shown = plain(text, 100)
    assert "<" not in shown.replace("\\<", "")
    assert "@everyone" not in shown


@given(st.text(alphabet="*_~`|>#-[]()\\ \nab", max_size=80))
def test_what_looks_like_markdown_stays_on_one_line(text: str) -> None:
    """A quote, a heading or a list begins a line: there is one line, and the card has begun it."""
    assert "\n" not in plain(text, 200)


def test_no_markdown_lives_between_two_links() -> None:
    """Each sign is taken as itself, wherever brackets that look like links stand around it."""
    shown = plain("[a](b) **bold** `code` ||hidden|| ```fence [c](d)", 200)
    assert re.findall(r"(?<!\\)[*`|_~\[]", shown) == []
