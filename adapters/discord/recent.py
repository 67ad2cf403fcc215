"""Suggestions while somebody types: the prompts and seeds of that person's newest jobs."""

import re
from typing import Any

import discord
from discord import app_commands

from adapters.discord.take import NAME, author_of
from bot.domain.errors import NotYours, TweenError
from bot.domain.job import Delivered
from bot.flow.desk import Desk
from bot.ports import Entry
from bot.wording.discord import seed_of

MOST = 25
"""Suggestions at most, and below, the characters of one (Discord's documentation, "Application Commands")."""
CHARACTERS = 100
LOOK_BACK = 100
"""Jobs that are looked through."""
OF_JOB = "recent:"
"""Begins the value of a suggestion that is too long to be one: the job whose prompt it is follows."""
STANDS_FOR = re.compile(rf"{OF_JOB}{NAME}:\d+\+*")


class Recent:
    """What a person has asked for lately."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def prompts(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[Any]]:
        """Return prompts that hold what was typed, the newest first."""
        wanted = typed.casefold()
        found: dict[str, str] = {}
        for entry in await self._entries(interaction):
            prompt = entry.job.request.prompt
            if wanted in prompt.casefold():
                found.setdefault(prompt, entry.job.id)
        return [
            app_commands.Choice(name=_shortened(prompt), value=prompt if _fits(prompt) else f"{OF_JOB}{job_id}")
            for prompt, job_id in list(found.items())[:MOST]
        ]

    async def seeds(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[Any]]:
        """Return seeds that begin with what was typed, the newest first, each with its prompt."""
        found: dict[int, str] = {}
        for entry in await self._entries(interaction):
            state = entry.job.state
            if isinstance(state, Delivered) and state.seed is not None and str(state.seed).startswith(str(typed)):
                found.setdefault(state.seed, entry.job.request.prompt)
        return [
            app_commands.Choice(name=_shortened(seed_of(seed, prompt)), value=seed)
            for seed, prompt in list(found.items())[:MOST]
        ]

    async def meant(self, interaction: discord.Interaction, prompt: str) -> str | None:
        """Return the prompt that a suggestion stands for, or what was typed; None where its job is gone.

        Raises :class:`StoreAway`: the suggestion's own value is nothing to make a video of.
        """
        if STANDS_FOR.fullmatch(prompt.strip()) is None:
            return prompt
        try:
            job = await self._desk.find(prompt.strip().removeprefix(OF_JOB), author_of(interaction))
        except NotYours:
            return None
        return None if job is None else job.request.prompt

    async def _entries(self, interaction: discord.Interaction) -> list[Entry]:
        try:
            return list(await self._desk.history(author_of(interaction), LOOK_BACK))
        except TweenError:
            # Nobody can be told anything while they type.
            return []


def _fits(text: str) -> bool:
    return len(text) <= CHARACTERS


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if _fits(line) else f"{line[: CHARACTERS - 1].rstrip()}…"
