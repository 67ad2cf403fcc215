"""The blocks of the admins' form, and what was chosen in them.

Limits: Slack's documentation, "Block elements": values 3,000 characters; a sum or an entry in it stays below.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from slack_sdk.models.blocks import InputBlock, NumberInputElement, PlainTextInputElement
from slack_sdk.models.blocks.block_elements import ChannelMultiSelectElement

from adapters.slack.form_fields import VALUE
from bot.domain.option_lines import lines_of
from bot.domain.rule_check import LONGEST_URL, ROOM
from bot.domain.server import Rules, narrower
from bot.ports import Terms
from bot.wording import slack as words

LIMITS = ("running", "running_per_author", "waiting_per_author")
CHANNELS, DEFAULTS = "channels", "defaults"


def channels(rules: Rules) -> InputBlock:
    """Return the field for the channels where videos may be made."""
    element = ChannelMultiSelectElement(action_id=VALUE, initial_channels=list(rules.channels) or None)
    return InputBlock(block_id=CHANNELS, label=words.ADMIN[CHANNELS], optional=True, element=element)


def chosen_channels(view: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the channels that were chosen."""
    chosen = view["state"]["values"].get(CHANNELS, {}).get(VALUE, {}).get("selected_channels") or []
    return tuple(map(str, chosen))


def limits(rules: Rules, terms: Terms) -> Iterator[InputBlock]:
    """Yield the fields for the limits, each with the operator's as its largest value."""
    most = (terms.running_per_server, terms.running_per_author, terms.waiting_per_author)
    for name, limit in zip(LIMITS, most, strict=True):
        own = getattr(rules, name)
        element = NumberInputElement(
            action_id=VALUE,
            is_decimal_allowed=False,
            initial_value=None if own is None else str(narrower(own, limit)),
            min_value="1",
            max_value=str(limit),
        )
        yield InputBlock(block_id=name, label=words.ADMIN[name], optional=True, element=element)


def money(name: str, usd: Decimal | None) -> InputBlock:
    """Return a field for US dollars."""
    element = NumberInputElement(
        action_id=VALUE,
        is_decimal_allowed=True,
        initial_value=None if usd is None else f"{usd:f}",
        min_value="0",
    )
    return InputBlock(
        block_id=name, label=words.ADMIN[name], hint=words.ADMIN_HINTS.get(name), optional=True, element=element
    )


def defaults(rules: Rules) -> InputBlock:
    """Return the field for the options' defaults, one a line."""
    return _text(DEFAULTS, lines_of(rules.defaults), None)


def moderation(rules: Rules) -> Iterator[InputBlock]:
    """Yield the fields for what may be made."""
    yield _text("words", "\n".join(rules.words), ROOM)
    yield _text("patterns", "\n".join(rules.patterns), ROOM)
    yield _text("check_url", rules.check_url or "", LONGEST_URL, multiline=False)


def _text(name: str, value: str, most: int | None, *, multiline: bool = True) -> InputBlock:
    element = PlainTextInputElement(action_id=VALUE, multiline=multiline, initial_value=value or None, max_length=most)
    return InputBlock(
        block_id=name, label=words.ADMIN[name], hint=words.ADMIN_HINTS.get(name), optional=True, element=element
    )
