"""The drawn pages say what a message says, refuse what they do not know, and fetch nothing."""

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from docs.pictures.discord_components import NAMES
from docs.pictures.discord_page import discord_html, discord_modal_html
from docs.pictures.page import picture
from docs.pictures.shoot import SCALE, chromium, cut, shoot
from docs.pictures.slack_page import slack_html, slack_modal_html
from tests.chat_messages import (
    DISCORD,
    DISCORD_MODAL,
    DISCORD_MODAL_WORDS,
    DISCORD_WORDS,
    FILES,
    SLACK,
    SLACK_MODAL,
    SLACK_MODAL_WORDS,
    SLACK_WORDS,
)

HOSTILE = """"'><script>alert(1)</script><img src=http://x onerror=y> **a** *b* `c` <@1> <http://x|y>"""
WRITTEN = {"author", "content", "text", "label", "placeholder", "description", "title", "value", "initial_value"}


def the_slack_message(message: Mapping[str, Any]) -> str:
    """A Slack message with its files."""
    return slack_html(message, files=FILES)


Page = Callable[[Mapping[str, Any]], str]
PAGES: list[tuple[Page, Mapping[str, Any]]] = [
    (discord_html, DISCORD),
    (discord_modal_html, DISCORD_MODAL),
    (the_slack_message, SLACK),
    (slack_modal_html, SLACK_MODAL),
]
EVERY_PAGE = pytest.mark.parametrize(("draw", "message"), PAGES, ids=["discord", "modal", "slack", "view"])


class Seen(HTMLParser):
    """What a browser makes of a page: its tags, their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Keep the words; a style sheet has none for a reader."""
        if self.tags[-1:] != ["style"]:
            self.words += data.split()


def poisoned(value: object, key: str = "") -> Any:  # noqa: ANN401  # the JSON that it was
    """The same message with hostile words wherever a person's words go."""
    if isinstance(value, dict):
        return {name: poisoned(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, key) for inner in value]
    return HOSTILE if key in WRITTEN and isinstance(value, str) else value


@EVERY_PAGE
def test_no_word_of_a_message_becomes_markup(draw: Page, message: Mapping[str, Any]) -> None:
    """Whatever people write is text on the page: no tag, no attribute, no address to load from."""
    seen = Seen(draw(poisoned(dict(message))))
    assert "script" not in seen.tags
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert all((value or "").startswith("data:image/") for name, value in seen.attributes if name == "src")


@EVERY_PAGE
def test_a_page_may_load_nothing(draw: Page, message: Mapping[str, Any]) -> None:
    """A page is one file, and its policy keeps the browser from asking anyone for more."""
    page = draw(message)
    assert "default-src 'none'" in page
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (discord_html(DISCORD), DISCORD_WORDS),
        (discord_modal_html(DISCORD_MODAL), DISCORD_MODAL_WORDS),
        (the_slack_message(SLACK), SLACK_WORDS),
        (slack_modal_html(SLACK_MODAL), SLACK_MODAL_WORDS),
    ],
    ids=["discord", "modal", "slack", "view"],
)
def test_a_page_says_what_its_reader_would_see(page: str, words: str) -> None:
    """Each word of a message is on the page, in order, with what the platform says around it, and no other word."""
    assert Seen(page).words == words.split()


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_a_component_in_a_wrong_place_is_refused_by_its_name(kind: int) -> None:
    """An ActionRow takes buttons and a select menu; anything else would be a picture of what cannot be."""
    if kind in (2, 3):
        return
    with pytest.raises(
        ValueError, match=f"{NAMES[kind]} is not drawn in an ActionRow: use one of Button, StringSelect"
    ):
        discord_html({"author": "a", "components": [{"type": 1, "components": [{"type": kind}]}]})


def test_unknown_types_are_refused_by_their_name() -> None:
    """What is not drawn is not left out in silence."""
    with pytest.raises(ValueError, match="99 is not drawn in a message"):
        discord_html({"author": "a", "components": [{"type": 99}]})
    with pytest.raises(ValueError, match="UserSelect is not drawn in a Label"):
        discord_modal_html({"title": "a", "components": [{"type": 18, "label": "b", "component": {"type": 5}}]})
    with pytest.raises(ValueError, match="'video' is not drawn in a message"):
        slack_html({"author": "a", "blocks": [{"type": "video"}]})
    with pytest.raises(ValueError, match="'datepicker' is not drawn in an actions block"):
        slack_html({"author": "a", "blocks": [{"type": "actions", "elements": [{"type": "datepicker"}]}]})
    with pytest.raises(ValueError, match="style 6 is not drawn"):
        discord_html({"author": "a", "components": [{"type": 1, "components": [{"type": 2, "style": 6}]}]})


def test_a_picture_that_is_not_given_is_refused_by_its_name() -> None:
    """Nothing is fetched, so a picture lies among the files or nowhere."""
    with pytest.raises(ValueError, match=r"give it under the name 'last\.png'"):
        picture("attachment://last.png", FILES)


def test_a_page_has_the_theme_that_was_asked_for() -> None:
    """Both themes are Discord's own; dark is what it starts with."""
    assert '<body class="dark">' in discord_html(DISCORD)
    assert '<body class="light">' in discord_html(DISCORD, theme="light")


def test_the_ground_below_the_content_is_cut_off() -> None:
    """As much ground stays below the content as lies above it; an empty page and a too high one are refused."""
    page = Image.new("RGB", (10, 100), "white")
    with pytest.raises(ValueError, match="the page is empty"):
        cut(page)
    page.paste("black", (2, 5, 8, 40))
    assert cut(page).size == (10, 45)
    page.paste("black", (2, 5, 8, 100))
    with pytest.raises(ValueError, match="higher than"):
        cut(page)


@pytest.mark.skipif(chromium() is None, reason="there is no chromium here; CI has it")
def test_a_message_becomes_a_picture(tmp_path: Path) -> None:
    """The PNG is as wide as asked for, as high as the message, and has the colours of ground, accent and image."""
    shoot(discord_html(DISCORD), tmp_path / "card.png", width=560)
    with Image.open(tmp_path / "card.png") as image:
        assert image.width == 560 * SCALE
        assert 300 * SCALE < image.height < 2000 * SCALE
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or []}
    assert {(26, 26, 30), (0xE6, 0x7E, 0x22), (0, 128, 128)} <= colours
