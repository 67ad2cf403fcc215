"""A cancel is answered with what fal says, never with what one would like to hear."""

import pytest

from adapters.fal.provider import FalProvider
from bot.domain.errors import (
    Charge,
    CredentialsRefused,
    JobCancelled,
    ProtocolBroken,
    ProviderUnreachable,
    TweenError,
)
from bot.domain.progress import Completed
from bot.ports import CancelAnswer
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.twins.fal import FalTwin
from tests.twins.replies import Answer, LoseAnswer


async def test_a_waiting_job_is_stopped(fal: FalTwin, provider: FalProvider) -> None:
    """Requested; the job then ends as cancelled."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)

    assert await provider.cancel(ticket) is CancelAnswer.REQUESTED
    assert [update async for update in provider.follow(ticket)][-1] == Completed(1.5)
    with pytest.raises(JobCancelled):
        await provider.result(ticket)


async def test_a_running_job_is_asked_to_stop_and_may_finish(fal: FalTwin, provider: FalProvider) -> None:
    """Requested is not stopped."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    job = await fal.next_job()
    job.progress("1/30")

    assert await provider.cancel(ticket) is CancelAnswer.REQUESTED
    job.finish()
    assert (await provider.result(ticket)).seed == 42


async def test_a_finished_job_is_too_late_to_stop(fal: FalTwin, provider: FalProvider) -> None:
    """Fal's 400 ALREADY_COMPLETED."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    (await fal.next_job()).finish()
    assert await provider.cancel(ticket) is CancelAnswer.TOO_LATE


async def test_a_job_that_fal_does_not_know_is_not_found(fal: FalTwin, provider: FalProvider) -> None:
    """Fal's 404."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    fal.forget(await fal.next_job())
    assert await provider.cancel(ticket) is CancelAnswer.NOT_FOUND


async def test_a_cancel_whose_answer_is_lost_is_sent_again(fal: FalTwin, provider: FalProvider) -> None:
    """Asking twice to stop harms nobody; the second answer is the one to go by."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    (await fal.next_job()).progress("1/30")
    fal.script("cancel", LoseAnswer(), Answer(429, {}))

    assert await provider.cancel(ticket) is CancelAnswer.REQUESTED


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(500, {"detail": "?"}), ProviderUnreachable),
        (Answer(503, "<html>"), ProviderUnreachable),
        (Answer(400, {"detail": "Bad request"}), ProtocolBroken),
        (Answer(401, {"detail": "Invalid key"}), CredentialsRefused),
    ],
)
async def test_a_cancel_that_was_not_understood_leaves_the_job_running(
    fal: FalTwin, provider: FalProvider, answer: Answer, error: type[TweenError]
) -> None:
    """So it may be billed."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    fal.script("cancel", answer)

    with pytest.raises(error) as caught:
        await provider.cancel(ticket)
    assert caught.value.charge is Charge.POSSIBLE


async def test_a_provider_that_is_away_cannot_be_asked(fal: FalTwin, provider: FalProvider) -> None:
    """Within the limit for one question, and the job may go on."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    await fal.close()
    with pytest.raises(ProviderUnreachable) as caught:
        await provider.cancel(ticket)
    assert caught.value.charge is Charge.POSSIBLE
