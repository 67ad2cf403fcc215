"""What the buttons of a card do, after any restart, whoever presses them.

What costs or deletes something of the author's is the author's alone; what makes a new job is for everyone who sees the
card, on their own account.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, assert_never

import structlog
from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.access import can_post
from adapters.slack.attachments import FileRef
from adapters.slack.errors import LIBRARY, code_of
from adapters.slack.forms import CONTINUE, About, Forms
from adapters.slack.seats import of_action
from adapters.slack.take import Ask, Seat, Taker
from adapters.slack.text import ZERO_WIDTH, escaped, who
from bot.domain.card import Action
from bot.domain.errors import NotHere, NotYours, TweenError
from bot.domain.job import Job, Unclear
from bot.domain.mend import MENDS
from bot.domain.request import Author
from bot.flow.desk import Desk
from bot.flow.ladder import linked_id
from bot.flow.remix import options_of
from bot.wording import chat
from bot.wording import slack as words
from bot.wording.card import ACTIONS
from bot.wording.chat import recipe
from bot.wording.refusals import explain

log = structlog.get_logger()

GONE = frozenset({"file_not_found", "file_deleted", "message_not_found"})
Named = tuple[Action, str]
"""What a button does, and the id of the job."""
Tell = Callable[[str], Awaitable[None]]
"""Says something to whoever pressed, and to nobody else."""


class Presses:
    """Serves the presses."""

    def __init__(self, desk: Desk, taker: Taker, forms: Forms) -> None:
        self._desk = desk
        self._taker = taker
        self._forms = forms

    async def press(
        self, client: AsyncWebClient, body: Mapping[str, Any], respond: AsyncRespond, named: Named, locale: str
    ) -> None:
        """Do what a button says, or say why not."""
        seat, (action, job_id) = of_action(body), named

        async def tell(text: str) -> None:
            await say(client, seat, text, respond)

        try:
            job = await self._desk.shown(job_id)
            if job is None:
                await tell(words.NO_JOB)
            elif action in (Action.EDIT, Action.CONTINUE):
                about = _about(action, job, seat)
                prompt = job.request.prompt if action is Action.EDIT else ""
                trigger = str(body["trigger_id"])
                if not await self._forms.open(client, trigger, about, locale=locale, prompt=prompt):
                    await tell(words.NOT_OPENED)
            else:
                await self._press(client, action, job, seat, str(body["trigger_id"]), tell)
        except NotYours:
            assert job is not None
            await tell(chat.whose(who(job.request.author.id), ACTIONS[action]))
        except TweenError as error:
            await tell(refusal(error))

    async def _press(  # what a press is
        self, client: AsyncWebClient, action: Action, job: Job, seat: Seat, trigger: str, tell: Tell
    ) -> None:
        author = seat.author
        match action:
            case Action.GO | Action.EXCHANGE | Action.WIDE | Action.TALL | Action.SQUARE | Action.BLUR | Action.CROP:
                await self._answered(action, job, author, tell)
            case Action.CANCEL:
                await self._desk.stop(job.id, author)
                await tell(chat.NOT_OFFERED if job.is_final else chat.STOPPING)
            case Action.LOOK_AGAIN:
                await self._desk.look_again(job.id, author)
                await tell(chat.LOOKING if isinstance(job.state, Unclear) else chat.NOT_OFFERED)
            case Action.SEND_AGAIN:
                kept = ("team", "enterprise", "channel", "thread", "direct", "broadcast")
                place = {name: job.place[name] for name in kept if name in job.place}
                again = await self._desk.send_again(job.id, author, place)
                await tell(words.NO_JOB if again is None else chat.SENT_AGAIN)
            case Action.RERUN | Action.SWAP:
                if await can_post(client, seat.channel):
                    await self._made_of(action, job, seat, trigger)
                else:
                    await tell(words.invite(seat.channel))
            case Action.RECIPE:
                await tell(_recipe(job))
            case Action.DELETE:
                await self._delete(client, job, seat, tell)
            case Action.EDIT | Action.CONTINUE:
                raise AssertionError(f"{action} opens a form")
            case _:
                assert_never(action)

    async def _answered(self, action: Action, job: Job, author: Author, tell: Tell) -> None:
        """Pass on what its author says of a proposed job; its card tells the rest."""
        if action in MENDS:
            after = await self._desk.mend(job.id, author, action)
        else:
            after = await self._desk.go(job.id, author)
        told = words.NO_JOB if after is None else chat.answered(action, job, after)
        if told is not None:
            await tell(told)

    async def _made_of(self, action: Action, job: Job, seat: Seat, trigger: str) -> None:
        start, end = job.request.images
        if action is Action.SWAP:
            start, end = end, start
        options = options_of(job, new_seed=action is Action.RERUN)
        id_ = hashlib.sha256(trigger.encode()).hexdigest()[:20]
        ask = Ask(id_, start, end, job.request.prompt, options, "broadcast" in job.place, fit=job.request.fit)
        accepted = await self._taker.accept(seat, ask)
        await self._taker.post_card(accepted)

    async def _delete(self, client: AsyncWebClient, job: Job, seat: Seat, tell: Tell) -> None:
        if not await self._desk.delete(job.id, seat.author):
            await tell(chat.NOT_OVER)
            return
        place = job.place
        brought = place.get("fetched", "").split()
        ids = [*(place[name] for name in ("file", "picture") if name in place), *brought]
        files = [client.files_delete(file=each) for each in ids]
        messages = [
            client.chat_delete(channel=place["channel"], ts=place[name])
            for name in ("line", "post", "message")
            if name in place
        ]
        gone = [await _is_gone(call) for call in (*files, *messages)]
        await tell(chat.DELETED if all(gone) else chat.DELETE_REFUSED)


async def _is_gone(call: Awaitable[object]) -> bool:
    try:
        await call
    except LIBRARY as error:
        return code_of(error) in GONE
    return True


def refusal(error: TweenError) -> str:
    """Return why something was not taken or done, and how to mend it, as a message shows it."""
    why = escaped(explain(error))
    if not isinstance(error, NotHere):
        return why
    return f"{why} {chat.one_of(f'<#{channel}>' for channel in error.channels)}"


async def say(client: AsyncWebClient, seat: Seat, text: str, respond: AsyncRespond | None = None) -> None:
    """Say something that nobody else sees, where the person is. ``respond`` gets in where the bot is not, too."""
    try:
        await client.chat_postEphemeral(channel=seat.channel, user=seat.user, text=text, thread_ts=seat.thread or None)
    except LIBRARY as error:
        if respond is not None and code_of(error):
            await respond(text=text, replace_original=False)
            return
        log.warning("not_told", error=code_of(error) or type(error).__name__)


def _about(action: Action, job: Job, seat: Seat) -> About:
    request = job.request
    start, end = ((image.name, image.locator) for image in request.images)
    if action is Action.EDIT:
        return About(seat, "edit.title", start, end, job.id)
    if (kept := linked_id(job)) is not None:
        locator = FileRef("kept", seat.team, seat.enterprise, kept).locator
        return About(seat, CONTINUE, (words.LAST_FRAME, locator), None, job.id)
    if "video" not in job.place:
        return About(seat, CONTINUE, end, None, job.id)
    video = seat.file(job.place["video"])
    last = (words.LAST_FRAME, video.locator.replace("file:", "last:", 1))
    return About(seat, CONTINUE, last, None, job.id)


def _recipe(job: Job) -> str:
    listed, _ = recipe(job)
    return f"```{escaped(listed).replace('``', f'`{ZERO_WIDTH}`')}```"
