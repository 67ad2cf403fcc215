"""The Home tab: how to start, my jobs, my budget."""

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
from bot.domain.errors import TweenError
from bot.flow.desk import Desk
from bot.wording import slack as words
from bot.wording.refusals import explain

NEW, REFRESH, FORGET = "home_new", "home_refresh", "home_forget"
MOST = 10


async def publish(client: AsyncWebClient, desk: Desk, seat: Seat) -> None:
    """Show the tab as it is now."""
    blocks: list[Block] = [
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
    try:
        entries = await desk.history(seat.author, MOST)
        blocks += [*listing.jobs(entries), DividerBlock(), *listing.usage(await desk.usage(seat.author))]
        if entries:
            blocks += [DividerBlock(), ActionsBlock(elements=[_forget()])]
    except TweenError as error:
        blocks.append(SectionBlock(text=MarkdownTextObject(text=explain(error))))
    await client.views_publish(user_id=seat.user, view=View(type="home", blocks=blocks))


def _sure() -> ConfirmObject:
    return ConfirmObject(title=words.FORGET, text=words.FORGET_SURE, confirm=words.FORGET, deny=words.NO)


def _forget() -> ButtonElement:
    return ButtonElement(text=words.FORGET, action_id=FORGET, style="danger", confirm=_sure())
