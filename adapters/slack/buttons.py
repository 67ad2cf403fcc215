"""The buttons of a card. What one does is its ``action_id``, on which job its ``value``: nothing is remembered."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import ButtonElement, ConfirmObject

from bot.domain.card import Action
from bot.domain.mend import SHAPES
from bot.wording import slack as words
from bot.wording.card import ACTIONS

PREFIX = "tween_"
STYLES: Mapping[Action, str] = {Action.GO: "primary", Action.CANCEL: "danger"}
CONFIRMED = frozenset({Action.DELETE, Action.SEND_AGAIN})
"""What cannot be taken back, or may cost: Slack asks once more."""


def rows_of(actions: Sequence[Action]) -> list[list[Action]]:
    """Return what is offered together in rows: of a proposed job the shapes, and what drops it, have their own."""
    if Action.GO not in actions:
        return [list(actions)]
    apart = [action for action in actions if action in SHAPES], [Action.CANCEL]
    return [[action for action in actions if not any(action in row for row in apart)], *apart]


def button(action: Action, job_id: str) -> ButtonElement:
    """Return the button for an action on a job."""
    label = words.BUTTONS.get(action, ACTIONS[action])
    return ButtonElement(
        text=label,
        action_id=f"{PREFIX}{action.value}",
        value=job_id,
        style=STYLES.get(action),
        confirm=_confirm(action, label) if action in CONFIRMED else None,
    )


def action_of(action_id: str) -> Action:
    """Return the action that a button's ``action_id`` names."""
    return Action(action_id.removeprefix(PREFIX))


def _confirm(action: Action, label: str) -> ConfirmObject:
    return ConfirmObject(title=label[:100], text=words.SURE[action], confirm=label[:30], deny=words.NO)
