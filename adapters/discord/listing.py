"""``/jobs`` and ``/usage``: what somebody has running, has had made, and has spent; for that person's eyes."""

import discord
from discord import ui

from adapters.discord.answer import refuse, reply, tell, think
from adapters.discord.forget import ForgetButton
from adapters.discord.take import author_of
from adapters.discord.text import link, plain, when
from bot.domain.errors import TweenError
from bot.flow.desk import Desk
from bot.ports import Entry
from bot.wording import chat
from bot.wording import discord as words

MOST, PROMPT = 10, 90
"""Jobs, and characters of a prompt: a message holds 4,000 characters, and a link takes ninety."""


class Listing:
    """Answers both commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def jobs(self, interaction: discord.Interaction) -> None:
        """List the person's jobs: those under way first, then the newest, with links to their messages."""
        if not await think(interaction):
            return
        try:
            entries = await self._desk.history(author_of(interaction), MOST)
        except TweenError as error:
            await refuse(interaction, error)
            return
        view = ui.LayoutView(timeout=None)
        for title, listed in (
            (words.RUNNING, [each for each in entries if not each.job.is_final]),
            (words.RECENT, [each for each in entries if each.job.is_final]),
        ):
            if listed:
                lines = "\n".join(map(_line, listed))
                view.add_item(ui.Container(ui.TextDisplay(f"### {title}\n{lines}")))
        if entries:
            view.add_item(ui.ActionRow(ForgetButton("ask")))
        else:
            view.add_item(ui.TextDisplay(words.NO_JOBS))
        view.stop()
        await reply(interaction, view)

    async def usage(self, interaction: discord.Interaction) -> None:
        """Tell the person's money of this month, and the server's."""
        if not await think(interaction):
            return
        try:
            month = await self._desk.usage(author_of(interaction))
        except TweenError as error:
            await refuse(interaction, error)
            return
        await tell(interaction, chat.month(month, words.SERVER))


def _line(entry: Entry) -> str:
    job, place = entry.job, dict(entry.job.place)
    links = {}
    if "private" not in place:
        named = ((words.CARD, "message"), (words.VIDEO, "video"))
        links = {name: link(place, place[key]) for name, key in named if key in place}
    told = " · ".join([chat.facts_of(job), *(f"[{name}]({address})" for name, address in links.items())])
    return f"{when(job.accepted_at)} {plain(job.request.prompt, PROMPT)}\n-# {told}"
