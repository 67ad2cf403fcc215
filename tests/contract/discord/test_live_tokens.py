"""An interaction's token is used while it lives, and given up before it dies; nobody waits for what does not come."""

from typing import cast

import discord
import pytest

from adapters.discord.live import MARGIN_S, TOKEN_LIFE_S, LiveInteractions

INTERACTION = cast("discord.Interaction", object())


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(clock: Clock) -> LiveInteractions:
    return LiveInteractions(clock)


async def test_the_token_is_given_up_two_minutes_before_it_dies(live: LiveInteractions, clock: Clock) -> None:
    """An upload that is under way when it dies would be lost."""
    live.begin("job", INTERACTION)
    clock.now += TOKEN_LIFE_S - MARGIN_S - 0.1
    assert live.of("job") is not None
    clock.now += 0.2
    assert live.of("job") is None


async def test_an_interaction_that_is_delivered_again_is_known(live: LiveInteractions) -> None:
    """So that one command has one answer."""
    assert live.begin("job", INTERACTION) is not None
    assert live.begin("job", INTERACTION) is None


async def test_dead_tokens_are_let_go(live: LiveInteractions, clock: Clock) -> None:
    """Memory holds the last quarter of an hour, and not one command more."""
    for number in range(100):
        live.begin(f"job {number}", INTERACTION)
    clock.now += TOKEN_LIFE_S
    live.begin("new", INTERACTION)
    assert list(live._live) == ["new"]


@pytest.mark.looptime
async def test_nobody_waits_long_for_an_answer_that_does_not_come(live: LiveInteractions) -> None:
    """The card is then posted without it."""
    begun = live.begin("job", INTERACTION)
    assert begun is not None
    assert await begun.answered() is None
    begun.message.set_result(7)
    assert await begun.answered() == 7


async def test_a_job_that_was_refused_leaves_nobody_waiting(live: LiveInteractions) -> None:
    """Whoever waits for its message learns at once that there is none."""
    begun = live.begin("job", INTERACTION)
    assert begun is not None
    live.end("job")
    assert await begun.answered() is None
    assert live.of("job") is None
