"""The one card of a job: newest wins, no faster than the channel likes, and never at the job's cost."""

import pytest

from bot.domain.card import Tone
from bot.domain.errors import (
    ProviderUnreachable,
)
from bot.domain.job import Delivered
from bot.domain.progress import Completed, InProgress, InQueue
from tests.unit.flow.staged import Stage


@pytest.mark.looptime
async def test_the_card_changes_no_faster_than_the_channel_likes_and_the_newest_wins(stage: Stage) -> None:
    """A hundred steps at once are two edits: the first that is new, and the last."""
    stage.channel.pace = 3.0
    stage.provider.updates = [InQueue(0), *(InProgress((f"{step}/100",)) for step in range(1, 101)), Completed()]
    await stage.run()
    assert stage.channel.cards[0].status == "Preparing the images"
    assert stage.last_words()[0] is Tone.DONE
    assert len(stage.channel.cards) <= 3


async def test_a_card_that_cannot_be_shown_does_not_cost_the_job(stage: Stage) -> None:
    """The channel fails once; the job goes on, and the next card is shown."""
    stage.channel.errors = [ProviderUnreachable()]
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert stage.last_words()[0] is Tone.DONE
