"""Discord's markdown and Slack's mrkdwn, as the pictures of the docs draw them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.pictures.discord_markup import Markup as Discord
from docs.pictures.slack_markup import Markup as Slack

NOW = 1_790_000_000


def tags_of(page: str) -> set[str]:
    """Return the names of a page's tags."""
    return set(re.findall(r"<(\w+)", page))


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
        ("***a***", "<strong><em>a</em></strong>"),
        ("__a__ _b_ ~~c~~", "<u>a</u> <em>b</em> <s>c</s>"),
        ("snake_case_word 2 * 3 * 4", "snake_case_word 2 * 3 * 4"),
        (r"\*a\* \<@1>", "*a* &lt;@1&gt;"),
        ("`**a** <b>`", "<code>**a** &lt;b&gt;</code>"),
        ("[a *b*](https://x/c_d_e)", '<a href="https://x/c_d_e">a <em>b</em></a>'),
        ("https://x/a_b_c.", '<a href="https://x/a_b_c">https://x/a_b_c</a>.'),
        ("<@1> <@!2>", '<span class="mention">@mira</span> <span class="mention">@unknown-user</span>'),
        (f"<t:{NOW - 125}:R>", "<time>2 minutes ago</time>"),
        (f"<t:{NOW + 3600}:R>", "<time>in 1 hour</time>"),
        (f"<t:{NOW}:R>", "<time>now</time>"),
        (f"<t:{NOW}:t>", "<time>14:13</time>"),
    ],
)
def test_discords_markdown_becomes_html(source: str, drawn: str) -> None:
    """Discord's dialect, token by token."""
    assert Discord({"1": "mira"}, NOW).inline(source) == drawn


def test_discords_lines_become_blocks() -> None:
    """Headings, quotes, lists and small print are lines; an empty line stays one line high; a fence holds no markup."""
    source = "# a\n> b\n> c\n- d\n3. e\n-# f\n\ng\n```py\n**h**\n```i"
    assert Discord({}, NOW).html(source) == (
        '<h1>a</h1><blockquote><div class="lines">b\nc\n</div></blockquote><ul><li>d</li></ul>'
        '<ol start="3"><li>e</li></ol>'
        '<small>f</small><div class="lines">\ng\n</div><pre>**h**</pre><div class="lines">i\n</div>'
    )


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        ("*a _b_* ~c~", "<b>a <i>b</i></b> <s>c</s>"),
        ("snake_case_word 2 * 3 * 4", "snake_case_word 2 * 3 * 4"),
        ("&lt;b&gt; &amp;lt; &copy;", "&lt;b&gt; &amp;lt; &amp;copy;"),
        ("`*a* &lt;b&gt;`", "<code>*a* &lt;b&gt;</code>"),
        ("<https://x/?a=1&amp;b=2|*c*>", '<a href="https://x/?a=1&amp;b=2">*c*</a>'),
        ("<@U1> <#C1|films>", '<span class="mention">@mira</span> <span class="mention">#films</span>'),
        (":tada: :nobody_knows:", '<span class="emoji">🎉</span> :nobody_knows:'),
        ("<!date^1^{time}|noon>", "noon"),
    ],
)
def test_slacks_mrkdwn_becomes_html(source: str, drawn: str) -> None:
    """Slack's dialect, token by token."""
    assert Slack({"U1": "mira"}).inline(source) == drawn


def test_slacks_lines_become_blocks() -> None:
    """A quote's mark may come escaped, as Slack itself sends it; a fence holds no markup."""
    words = {"type": "mrkdwn", "text": "a\n\n&gt; b\n>c\n```\n*d* &lt;e&gt;\n```f"}
    assert Slack().of(words) == (
        '<div class="lines">a\n\n</div><blockquote>b\nc</blockquote>'
        '<pre>*d* &lt;e&gt;</pre><div class="lines">f\n</div>'
    )


@given(st.text(alphabet="ab *_~`|<>@#!:&;\\\n[]()-1.", max_size=60))
def test_any_text_is_drawn(source: str) -> None:
    """No mess of marks breaks a page, and none brings in a tag that the dialect has not."""
    discord = tags_of(Discord({}, NOW).html(source))
    slack = tags_of(Slack().of({"type": "mrkdwn", "text": source}))
    lines = {"div", "blockquote", "pre", "code", "span", "a", "s"}
    assert discord <= lines | {"strong", "em", "u", "ul", "ol", "li", "small", "h1", "h2", "h3"}
    assert slack <= lines | {"b", "i"}
