"""One process listens to Slack, another one carries the jobs; a Postgres database is all that they share."""

from tests.scenario.bot import running
from tests.scenario.slack.office import Office
from tests.scenario.slack.said import told


def _env(office: Office, postgres: str, role: str) -> dict[str, str]:
    """Return the environment of a process whose disk is its own."""
    return office.env() | {"TWEENBOT_DATABASE_URL": postgres, "TWEENBOT_DATA_DIR": str(office.folder / role)}


async def test_the_worker_carries_what_the_gateway_takes(office: Office, postgres: str) -> None:
    """The card is one message: the gateway posts it, the worker edits it; what is pressed reaches the worker."""
    async with (
        running(office.folder, _env(office, postgres, "worker"), "--role", "worker"),
        office.bot(_env(office, postgres, "gateway"), "--role", "gateway"),
    ):
        card = await office.tween(Resolution="480p")
        video = await office.finished()
        await office.until(card, "Done")
        assert "image" in [block["type"] for block in card.blocks]
        second = await office.tween(Resolution="480p")
        job = await office.fal.next_job()
        await office.until(second, "Next in the queue")
        await office.ann.click(second, "Cancel")
        assert "Asked to stop" in await told(office, office.ann, office.videos)
        await office.until(second, "Cancelled")
    assert office.videos.by_bot == [card, video, second]
    assert video.thread_ts == card.ts
    assert job.cancels == 1
