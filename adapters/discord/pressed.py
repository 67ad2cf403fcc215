"""What the buttons of a card do, after any restart, whoever presses them.

What costs or deletes something of the author's is the author's alone; what makes a new job is for everyone who sees the
card, on their own account.
"""

from contextlib import AsyncExitStack
from typing import assert_never

import discord
import structlog

from adapters.discord.answer import refuse, tell, think
from adapters.discord.ask import Ask, Files
from adapters.discord.attachments import UNFETCHED, TooHeavy
from adapters.discord.errors import LIBRARY
from adapters.discord.forms import Forms
from adapters.discord.hanging import frames_of, picture_of
from adapters.discord.outside import Outside
from adapters.discord.publish import PublishButton
from adapters.discord.take import Taker, author_of
from adapters.discord.text import block
from adapters.discord.video_message import beside
from bot.domain.card import Action
from bot.domain.errors import NotYours, TweenError
from bot.domain.job import Job, Proposed, Unclear
from bot.domain.mend import MENDS
from bot.flow.desk import Desk, again_id
from bot.flow.remix import options_of
from bot.wording import chat
from bot.wording import discord as words
from bot.wording.card import ACTIONS
from bot.wording.chat import recipe

log = structlog.get_logger()

ROOM = 1800
"""Characters of a recipe that a message shows; a longer one is a file."""
ON_ITS_CARD = frozenset({Action.GO, *MENDS, Action.CANCEL})
"""What the card answers, which is edited with the press's own token where it asks."""
ASIDE = frozenset({Action.LOOK_AGAIN, Action.SEND_AGAIN, Action.RECIPE, Action.DELETE})
"""What is answered to whoever pressed."""


class Presses:
    """Serves the presses."""

    def __init__(self, outside: Outside, desk: Desk, taker: Taker, forms: Forms, files: Files) -> None:
        self._outside = outside
        self._desk = desk
        self._taker = taker
        self._forms = forms
        self._files = files
        self._publishing: set[str] = set()

    async def press(self, interaction: discord.Interaction, action: Action, job_id: str) -> None:
        """Do what a button says, or say why not."""
        if not await _acknowledged(interaction, action):
            return
        try:
            job = await self._desk.shown(job_id)
            if job is None:
                await tell(interaction, words.NO_JOB)
            else:
                await self._press(interaction, action, job)
        except NotYours:
            await tell(interaction, chat.whose(f"<@{job.request.author.id}>" if job else "", ACTIONS[action]))
        except TweenError as error:
            await refuse(interaction, error)

    async def _press(self, interaction: discord.Interaction, action: Action, job: Job) -> None:
        author = author_of(interaction)
        match action:
            case Action.GO | Action.EXCHANGE | Action.WIDE | Action.TALL | Action.SQUARE | Action.BLUR | Action.CROP:
                await self._answered(interaction, action, job)
            case Action.CANCEL:
                await self._stop(interaction, job)
            case Action.LOOK_AGAIN:
                await self._desk.look_again(job.id, author)
                await tell(interaction, chat.LOOKING if isinstance(job.state, Unclear) else chat.NOT_OFFERED)
            case Action.SEND_AGAIN:
                await self._send_again(interaction, job)
            case Action.RERUN | Action.SWAP:
                await self._made_of(interaction, action, job)
            case Action.EDIT:
                await self._forms.open_edit(interaction, job)
            case Action.CONTINUE:
                await self._forms.open_continue(interaction, job)
            case Action.RECIPE:
                await _recipe(interaction, job)
            case Action.DELETE:
                await self._delete(interaction, job)
            case _:
                assert_never(action)

    async def _stop(self, interaction: discord.Interaction, job: Job) -> None:
        await self._take_up(interaction, job)
        await self._desk.stop(job.id, author_of(interaction))
        await tell(interaction, chat.NOT_OFFERED if job.is_final else chat.STOPPING)

    async def _answered(self, interaction: discord.Interaction, action: Action, job: Job) -> None:
        """Pass on what its author says of a proposed job; its card tells the rest."""
        await self._take_up(interaction, job)
        author = author_of(interaction)
        if action in MENDS:
            after = await self._desk.mend(job.id, author, action)
        else:
            after = await self._desk.go(job.id, author)
        told = words.NO_JOB if after is None else chat.answered(action, job, after)
        if told is not None:
            await tell(interaction, told)

    async def _take_up(self, interaction: discord.Interaction, job: Job) -> None:
        """Use the token of its author's press on a proposed job's card for the card from then on.

        The command's own may have died while its author thought, and what only one person sees is edited with nothing
        else. A process that dies right after this has done nothing: the buttons are there still.
        """
        if isinstance(job.state, Proposed) and interaction.message is not None:
            await self._desk.find(job.id, author_of(interaction))
            self._outside.live.renew(job.id, interaction, interaction.message.id)

    async def _made_of(self, interaction: discord.Interaction, action: Action, job: Job) -> None:
        frames = frames_of(interaction.message)
        if frames is None:
            await tell(interaction, words.NO_FRAMES)
            return
        start, end = frames if action is Action.RERUN else frames[::-1]
        options = options_of(job, new_seed=action is Action.RERUN)
        private, spoiler = "private" in job.place, "spoiler" in job.place
        fit = job.request.fit
        ask = Ask(start, end, job.request.prompt, options, private=private, spoiler=spoiler, fit=fit)
        await self._taker.take(interaction, ask)

    async def _send_again(self, interaction: discord.Interaction, job: Job) -> None:
        """Send an unclear job once more, with the images that hang on its card: the inbox has them no longer."""
        author = author_of(interaction)
        await self._desk.find(job.id, author)
        frames = frames_of(interaction.message)
        if frames is None or not isinstance(job.state, Unclear):
            await tell(interaction, chat.NOT_OFFERED if frames else words.NO_FRAMES)
            return
        images = await self._taker.fetch_for(again_id(job.id), Ask(*frames, job.request.prompt))
        kept = ("guild", "channel", "direct", "private", "spoiler")
        place = {name: job.place[name] for name in kept if name in job.place}
        again = await self._desk.send_again(job.id, author, place, images)
        await tell(interaction, words.NO_JOB if again is None else chat.SENT_AGAIN)

    async def _delete(self, interaction: discord.Interaction, job: Job) -> None:
        if not await self._desk.delete(job.id, author_of(interaction)):
            await tell(interaction, chat.NOT_OVER)
            return
        channel = self._outside.client.get_partial_messageable(int(job.place["channel"]))
        left = False
        for message in (job.place.get("video"), job.place.get("message")):
            try:
                if message is not None:
                    await channel.get_partial_message(int(message)).delete()
            except discord.NotFound:
                continue
            except LIBRARY as error:
                log.warning("message_not_deleted", job_id=job.id, error=type(error).__name__)
                left = True
        await tell(interaction, chat.DELETE_REFUSED if left else chat.DELETED)

    async def publish(self, interaction: discord.Interaction, job_id: str) -> None:
        """Post a private video, which hangs on the message that was clicked, for everyone in the channel, once."""
        message = interaction.message
        is_there = message is not None and (message.attachments or beside(message.content))
        if message is None or not is_there or job_id in self._publishing:
            await tell(interaction, chat.NOT_OFFERED)
            return
        self._publishing.add(job_id)
        try:
            # First of all: what has no button any more is not published twice.
            await interaction.response.edit_message(view=None)
        except LIBRARY as error:
            log.warning("not_published", job_id=job_id, error=type(error).__name__)
        else:
            await self._publish(interaction, message, job_id)
        finally:
            self._publishing.discard(job_id)

    async def _publish(self, interaction: discord.Interaction, message: discord.Message, job_id: str) -> None:
        # A link goes along as it stands there: beside its picture, beside a copy, or alone.
        text = "\n".join(filter(None, (words.shared(str(interaction.user.id)), beside(message.content))))
        try:
            async with AsyncExitStack() as stack:
                files = []
                for hung in message.attachments:
                    path = await stack.enter_async_context(self._files.video(picture_of(hung)))
                    described, spoiler = hung.description, hung.is_spoiler()
                    files.append(discord.File(path, hung.filename, spoiler=spoiler, description=described))
                await interaction.followup.send(text, files=files)
        except (TooHeavy, *UNFETCHED, discord.DiscordException) as error:
            log.warning("not_published", job_id=job_id, error=type(error).__name__)
            await tell(interaction, words.NOT_PUBLISHED)
            await _back(interaction, job_id)


async def _acknowledged(interaction: discord.Interaction, action: Action) -> bool:
    """Acknowledge a press before the store is asked, which may be slow, where it opens no form and begins no job.

    False where that could not be done: then whoever pressed is told by Discord that it failed, or it came twice, and
    nothing is done.
    """
    if action in ASIDE:
        return await think(interaction)
    if action in ON_ITS_CARD:
        try:
            await interaction.response.defer()
        except LIBRARY as error:
            log.warning("press_not_acknowledged", action=action.value, error=type(error).__name__)
            return False
    return True


async def _back(interaction: discord.Interaction, job_id: str) -> None:
    """Give the button back that was taken away before something failed."""
    try:
        await interaction.edit_original_response(view=PublishButton.alone(job_id))
    except LIBRARY as error:
        log.warning("button_not_back", job_id=job_id, error=type(error).__name__)


async def _recipe(interaction: discord.Interaction, job: Job) -> None:
    listed, command = recipe(job)
    if len(listed) + len(command) < ROOM:
        await tell(interaction, f"{block(listed)}\n{block(command)}")
        return
    file = "recipe.txt", f"{listed}\n\n{command}\n".encode()
    await tell(interaction, f"### {ACTIONS[Action.RECIPE]}", file)
