"""The buttons of a card. What one does is in its ``custom_id`` alone, so it works after any restart, in any process."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, Self, cast

import discord
from discord import ui

from bot.domain.card import Action
from bot.domain.mend import SHAPES
from bot.wording.card import ACTIONS
from bot.wording.discord import BUTTONS


class Pressed(Protocol):
    """The client that buttons come through: discord.py makes each button anew from the class alone."""

    press: Callable[[discord.Interaction, Action, str], Awaitable[None]]
    """What a press does: (interaction, action, job id)."""


ROW: Mapping[Action, int] = {Action.RECIPE: 1, Action.DELETE: 1, **dict.fromkeys(SHAPES, 1)}
"""The rows of a card's buttons by their number; what is not here is in the first one, 0."""
LAST_OF_PROPOSED = 2
"""The row of what drops a proposed job: away from all that is pressed before it is made."""
STYLES: Mapping[Action, discord.ButtonStyle] = {
    Action.GO: discord.ButtonStyle.success,
    Action.CANCEL: discord.ButtonStyle.danger,
    Action.SEND_AGAIN: discord.ButtonStyle.danger,
    Action.DELETE: discord.ButtonStyle.danger,
    Action.RERUN: discord.ButtonStyle.primary,
}
EMOJI: Mapping[Action, str] = {
    Action.GO: "🎬",
    Action.EXCHANGE: "🔁",
    Action.BLUR: "🌫️",
    Action.CROP: "✂️",
    Action.RERUN: "🎲",
    Action.EDIT: "✏️",
    Action.SWAP: "🔁",
    Action.CONTINUE: "⏭️",
    Action.RECIPE: "📋",
    Action.DELETE: "🗑️",
}
_NAMES = "|".join(action.value for action in Action)


def rows_of(actions: Sequence[Action]) -> list[list[Action]]:
    """Return what is offered together in rows, in the order in which it is offered."""
    last = {Action.CANCEL: LAST_OF_PROPOSED} if Action.GO in actions else {}
    numbers = {action: last.get(action, ROW.get(action, 0)) for action in actions}
    return [[action for action in actions if numbers[action] == row] for row in sorted({0, 1, *numbers.values()})]


class JobButton(ui.DynamicItem[ui.Button[Any]], template=rf"tween:(?P<action>{_NAMES}):(?P<job>[^\s]{{1,80}})"):
    """One action on one job."""

    def __init__(self, action: Action, job_id: str) -> None:
        label = BUTTONS.get(action, ACTIONS[action])
        style = STYLES.get(action, discord.ButtonStyle.secondary)
        custom_id = f"tween:{action.value}:{job_id}"
        super().__init__(ui.Button(label=label, style=style, custom_id=custom_id, emoji=EMOJI.get(action)))
        self._action = action
        self._job_id = job_id

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Make the button that was pressed from its ``custom_id``."""
        return cls(Action(match["action"]), match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Do what the button says."""
        await cast("Pressed", interaction.client).press(interaction, self._action, self._job_id)
