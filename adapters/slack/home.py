"""The Home tab: how to start, my jobs, my budget."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import listing
from adapters.slack.take import Seat
from adapters.slack.text import escaped
from bot.domain.budget import Usage
from bot.domain.errors import TweenError
from bot.flow.desk import Desk
from bot.ports import Entry
from bot.wording import slack as words
from bot.wording.refusals import explain

NEW, REFRESH, FORGET = "home_new", "home_refresh", "home_forget"
MOST = 10


async def publish(client: AsyncWebClient, desk: Desk, seat: Seat) -> None:
    """Show the tab as it is now."""
    try:
        entries = await desk.history(seat.author, MOST)
        listed = shown(entries, await desk.usage(seat.author), await listing.cards_of(client, entries))
    except TweenError as error:
        listed = [SectionBlock(text=MarkdownTextObject(text=escaped(explain(error))))]
    await client.views_publish(user_id=seat.user, view=View(type="home", blocks=[*head(), *listed]))


def head() -> list[Block]:
    """Return how to begin."""
    return [
        HeaderBlock(text=words.HOME_TITLE),
        SectionBlock(text=MarkdownTextObject(text=words.HELP)),
        ActionsBlock(
            elements=[
                ButtonElement(text=words.NEW, action_id=NEW, style="primary"),
                ButtonElement(text=words.REFRESH, action_id=REFRESH),
            ]
        ),
        DividerBlock(),
    ]


def shown(entries: Sequence[Entry], month: Usage, cards: Mapping[str, str]) -> list[Block]:
    """Return a person's own part: jobs, money, and the way to have it all deleted."""
    blocks = [*listing.jobs(entries, cards), DividerBlock(), *listing.usage(month)]
    return [*blocks, DividerBlock(), ActionsBlock(elements=[_forget()])] if entries else blocks


def _sure() -> ConfirmObject:
    return ConfirmObject(title=words.FORGET, text=words.FORGET_SURE, confirm=words.FORGET, deny=words.NO)


def _forget() -> ButtonElement:
    return ButtonElement(text=words.FORGET, action_id=FORGET, style="danger", confirm=_sure())
