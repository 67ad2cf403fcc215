"""The commands: ``/tween``, ``/tween-form``, the message menu, ``/jobs`` and ``/usage``, as the model declares them.

Each takes its payload apart and hands over; nothing here decides.
"""

from typing import Any

import discord
from discord import app_commands

from adapters.discord.answer import refuse, tell
from adapters.discord.ask import Ask
from adapters.discord.forms import Forms
from adapters.discord.hanging import image_files, picture_of
from adapters.discord.listing import Listing
from adapters.discord.parameters import ASK_FIRST, with_looks, with_options, words
from adapters.discord.recent import Recent
from adapters.discord.take import Taker
from bot.domain.errors import TweenError
from bot.domain.model import Model
from bot.domain.request import Fit
from bot.wording import discord as told
from bot.wording.chat import FIT

CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
INSTALLS = app_commands.AppInstallationType(guild=True, user=True)


class Commands:
    """All commands that anybody may give."""

    def __init__(self, model: Model, taker: Taker, forms: Forms, listing: Listing, recent: Recent) -> None:
        self._model = model
        self._taker = taker
        self._forms = forms
        self._listing = listing
        self._recent = recent

    def add_to(self, tree: app_commands.CommandTree[Any]) -> None:
        """Put the commands into a tree."""
        suggestions = {"prompt": self._recent.prompts}
        if self._model.seed is not None:
            suggestions[self._model.seed] = self._recent.seeds
        for name, callback in (
            ("tween", with_options(self._model, self.tween, suggestions)),
            ("tween-form", with_looks(self.form)),
            ("jobs", self.jobs),
            ("usage", self.usage),
        ):
            tree.add_command(
                app_commands.Command(
                    name=words(f"{name}.name"),
                    description=words(f"{name}.help"),
                    callback=callback,
                    allowed_contexts=CONTEXTS,
                    allowed_installs=INSTALLS,
                )
            )
        tree.add_command(
            app_commands.ContextMenu(
                name=words("menu.name"),
                callback=self.menu,
                allowed_contexts=CONTEXTS,
                allowed_installs=INSTALLS,
            )
        )

    async def tween(
        self,
        interaction: discord.Interaction,
        start: discord.Attachment,
        end: discord.Attachment,
        **given: Any,  # noqa: ANN401  # the model's options
    ) -> None:
        """``/tween``: two images, a prompt, and the model's options by their names."""
        private, spoiler = given.pop("private"), given.pop("spoiler")
        fit, asks = Fit(given.pop(FIT)), given.pop(ASK_FIRST)
        try:
            prompt = await self._recent.meant(interaction, given.pop("prompt"))
        except TweenError as error:
            await refuse(interaction, error)
            return
        if prompt is None:
            await tell(interaction, told.NO_SUCH_PROMPT)
            return
        images = picture_of(start), picture_of(end)
        ask = Ask(*images, prompt, given, private=private, spoiler=spoiler, fit=fit, asks=asks)
        await self._taker.take(interaction, ask)

    async def form(self, interaction: discord.Interaction, **given: Any) -> None:  # noqa: ANN401  # as they are declared
        """``/tween-form``: the same in a modal."""
        await self._forms.open_new(interaction, Fit(given[FIT]), asks=given[ASK_FIRST])

    async def menu(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """*Tween these images*: the first two images of a message."""
        images = image_files(message)
        if not images:
            await tell(interaction, told.TOO_FEW)
        else:
            await self._forms.open_menu(interaction, message, images[:2])

    async def jobs(self, interaction: discord.Interaction) -> None:
        """``/jobs``: mine."""
        await self._listing.jobs(interaction)

    async def usage(self, interaction: discord.Interaction) -> None:
        """``/usage``: my budget."""
        await self._listing.usage(interaction)
