"""Whatever a job's card holds, Slack takes the message: its rules for blocks and slack_sdk's limits are the judge."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.card import blocks, summary
from adapters.slack.text import plain
from bot.domain.card import Card, Tone
from bot.domain.progress import Phase
from tests.cards import TEXTS, cards
from tests.twins.slack_blocks import BlockRules
from tests.twins.slack_marks import pings, texts

CARDS = cards("slack:T0000000000:V00000000000", TEXTS.filter(str.strip))
PLACES = st.sampled_from(
    [
        {"team": "T1", "channel": "C1"},
        {"team": "T1", "channel": "C1", "message": "1.2", "picture": "F1", "video": "F2", "permalink": "https://a/b"},
    ]
)
RULES = BlockRules(lambda _: True, frozenset())


@given(CARDS, PLACES, st.none() | st.just("U0000000000"))
def test_every_card_is_within_what_slack_takes(card: Card, place: Mapping[str, str], author: str | None) -> None:
    """Blocks, texts, buttons and the line that a notification shows."""
    RULES.check(blocks(card, author, place), "message")
    assert 0 < len(summary(card)) <= 4000


@pytest.mark.parametrize("text", ["<!channel>", "<@U0000000000>", "<#C1>", "<https://a|b>", "&lt;!here&gt;"])
def test_what_looks_like_a_mention_is_only_text(text: str) -> None:
    """Slack's markup is made of three characters, and none of them is left."""
    shown = plain(text, 100)
    assert "<" not in shown
    assert ">" not in shown
    assert "&lt;!here" not in shown


@pytest.mark.parametrize("text", ["@channel", "look, @here!", "@everyone", "to #general"])
def test_what_slack_makes_a_mention_of_by_itself_is_only_text(text: str) -> None:
    """Names of channels and certain mentions are parsed in mrkdwn that is not ``verbatim`` ("Text object")."""
    card = Card("slack:T1:V1", Tone.WAITING, "Waiting", text, Phase.WAITING, text, None, (), (text,))
    shown = blocks(card, None, {})
    assert pings("", shown) == set()
    assert not [line for line in texts(shown) if "#general" in line]


@given(st.text(alphabet="*_~`:@#>&<ab \n", max_size=300), st.integers(20, 200))
def test_a_text_never_outgrows_its_room(text: str, most: int) -> None:
    """Escapes make it longer, so they are counted."""
    assert len(plain(text, most)) <= most
