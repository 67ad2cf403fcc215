"""What is said to whoever presses a button of a job that asks, and what a recipe says of the fit."""

from dataclasses import replace

import pytest

from bot.domain.card import Action
from bot.domain.errors import Charge
from bot.domain.job import Accepted, Cancelled, Job, Proposed, State, Submitting
from bot.domain.request import Author, Command, Fit, ImageRef
from bot.flow.accept import accept
from bot.wording.chat import DRAWN_ANEW, OVER, STARTED, answered, recipe, state_of
from config import catalogue

IMAGE = ImageRef("a.png", "a")
ASKING, ANEW, GOING, SENT, ENDED = (
    Proposed(0.0),
    Accepted(asks=True),
    Accepted(),
    Submitting(0.0),
    Cancelled(Charge.NONE),
)


def job(state: State = ASKING, fit: Fit = Fit.CROP) -> Job:
    """Return a job in a state."""
    command = Command("discord:1", Author("discord", "ann"), IMAGE, IMAGE, "dusk falls", {}, fit=fit)
    return replace(accept(command, catalogue.load()[catalogue.DEFAULT_ENDPOINT], 0.0), state=state)


@pytest.mark.parametrize(
    ("action", "before", "after", "said"),
    [
        (Action.GO, ASKING, GOING, None),
        (Action.GO, ASKING, SENT, None),
        (Action.TALL, ASKING, ANEW, None),
        (Action.TALL, ASKING, ASKING, None),  # its stop was asked for: the card says so
        (Action.GO, ASKING, ANEW, DRAWN_ANEW),  # a change came in between
        (Action.TALL, ASKING, GOING, STARTED),  # a Go came in between
        (Action.TALL, ANEW, ANEW, DRAWN_ANEW),
        (Action.GO, ANEW, ANEW, DRAWN_ANEW),
        (Action.GO, GOING, GOING, STARTED),
        (Action.BLUR, SENT, SENT, STARTED),
        (Action.GO, ENDED, ENDED, OVER),
        (Action.GO, ASKING, ENDED, OVER),
    ],
)
def test_a_press_that_did_nothing_says_why(action: Action, before: State, after: State, said: str | None) -> None:
    """What has worked is told by the card alone; nobody is told that it worked where it has not."""
    assert answered(action, job(before), job(after)) == said


def test_a_recipe_has_the_fit() -> None:
    """In the list always, and in the command where it is not what a command does by itself."""
    listed, command = recipe(job(fit=Fit.BLUR))
    assert "fit: blurred borders" in listed.splitlines()
    assert command == "/tween start: end: prompt:dusk falls fit:Blurred borders"
    listed, command = recipe(job())
    assert "fit: crop" in listed.splitlines()
    assert "fit:" not in command


def test_what_waits_for_a_go_is_listed_so() -> None:
    """Lists of jobs name every state."""
    assert state_of(job()) == "waits for your Go"
