"""A submit whose answer was lost is looked for, never sent again; only its author may."""

import asyncio

import pytest

from bot.domain.card import Action, Tone
from bot.domain.errors import Charge, ProviderUnreachable, SubmitUnclear
from bot.domain.job import Delivered, Unclear
from tests.unit.flow.staged import Stage

SENT_ONCE = ["submit fal-ai/wan-flf2v"]


def sent(stage: Stage) -> list[str]:
    """Return the submits that went out."""
    return [call for call in stage.provider.asked if call.startswith("submit")]


@pytest.mark.looptime
async def test_the_history_brings_it_home(stage: Stage) -> None:
    """A request that appears in the history only at the third look was accepted, and is followed to its video."""
    stage.limit(reconcile=600)
    stage.provider.refusals = [SubmitUnclear()]
    stage.provider.found = [None, None, "r7"]
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert job.request_id == "r7"
    assert sent(stage) == SENT_ONCE


@pytest.mark.looptime
async def test_a_look_up_that_fails_is_no_answer(stage: Stage) -> None:
    """The history that cannot be asked says nothing: it is asked again."""
    stage.limit(reconcile=600)
    stage.provider.refusals = [SubmitUnclear()]
    stage.provider.found = [ProviderUnreachable(), "r7"]
    assert isinstance((await stage.run()).state, Delivered)
    assert sent(stage) == SENT_ONCE


@pytest.mark.looptime
async def test_the_webhook_brings_it_home(stage: Stage) -> None:
    """The provider calls back with the secret that only this request carried."""
    stage.limit(reconcile=600)
    stage.provider.refusals = [SubmitUnclear()]
    asyncio.get_running_loop().call_later(200, stage.signals.arrive, "r9")
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert job.request_id == "r9"
    assert sent(stage) == SENT_ONCE


@pytest.mark.looptime
async def test_one_that_stays_away_is_put_before_its_author(stage: Stage) -> None:
    """When the time is over it is unclear: said so, with the choice, and not sent again."""
    loop = asyncio.get_running_loop()
    stage.limit(reconcile=600)
    stage.provider.refusals = [SubmitUnclear()]
    job = await stage.run()
    assert loop.time() == pytest.approx(600, abs=1)
    assert isinstance(job.state, Unclear)
    assert (job.state.charge, job.state.trace) == (Charge.POSSIBLE, "it rains")
    assert sent(stage) == SENT_ONCE
    card = stage.channel.cards[-1]
    assert (card.tone, card.actions) == (Tone.UNCLEAR, (Action.LOOK_AGAIN, Action.SEND_AGAIN))
    assert "may have been charged" in card.status


@pytest.mark.looptime
async def test_its_card_says_what_is_being_done(stage: Stage) -> None:
    """Whoever waits knows that the answer was lost, and may not press anything that would send it again."""
    stage.limit(reconcile=60)
    stage.provider.refusals = [SubmitUnclear()]
    await stage.run()
    looking = [card for card in stage.channel.cards if "asking the provider whether" in card.status]
    assert looking
    assert Action.SEND_AGAIN not in looking[0].actions


async def test_without_time_to_look_the_history_is_not_asked(stage: Stage) -> None:
    """Somebody who sits and waits is told at once."""
    stage.provider.refusals = [SubmitUnclear()]
    assert isinstance((await stage.run()).state, Unclear)
    assert "look up" not in stage.provider.asked
