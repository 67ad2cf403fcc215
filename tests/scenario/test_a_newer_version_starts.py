"""What another version of the bot has left is carried on by this one, or ends with a clear word."""

import json
import signal
import sqlite3
from pathlib import Path

from tests.scenario.at_fal import at
from tests.scenario.bot import running
from tests.twins.fal import FalTwin


def rewritten(folder: Path, strange: str, gone: str) -> None:
    """Make the store look as if another version had written it.

    Every state has a field that nobody knows and another version; the job ``strange`` is in a state of no name, the
    endpoint of the job ``gone`` is not in the catalogue. The engine's records are of another application version.
    """
    with sqlite3.connect(folder / ".tweenbot" / "tweenbot.sqlite") as ours:
        for job_id, detail in ours.execute("SELECT id, detail FROM jobs").fetchall():
            older = json.dumps(json.loads(detail) | {"version": 0, "mood": "fine"})
            ours.execute("UPDATE jobs SET detail = ? WHERE id = ?", (older, job_id))
        ours.execute("UPDATE jobs SET state = 'teleporting' WHERE id = ?", (strange,))
        ours.execute("UPDATE jobs SET endpoint = 'fal-ai/wan-1' WHERE id = ?", (gone,))
    with sqlite3.connect(folder / ".tweenbot" / "dbos.sqlite") as engine:
        engine.execute("UPDATE workflow_status SET application_version = '0'")


async def test_jobs_of_another_version(fal: FalTwin, tmp_path: Path) -> None:
    """A known state goes on with its request, also of a model that is gone; an unknown one fails, and says so."""
    async with running(tmp_path, at(fal)) as bot:
        jobs = [await bot.accepted(key) for key in ("known", "strange", "gone")]
        requests = {}
        for _ in jobs:
            request = await fal.next_job()
            requests[request.id] = request
        for job_id in jobs:
            await bot.until(job_id, phase="queued")
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    rewritten(tmp_path, strange=jobs[1], gone=jobs[2])
    async with running(tmp_path, at(fal)) as bot:
        for request in requests.values():
            request.finish()
        known, strange, gone = [await bot.until(job_id, final=True) for job_id in jobs]
        assert (known["state"], gone["state"]) == ("delivered", "delivered")
        assert (strange["state"], strange["charge"]) == ("failed", "possible")
        assert "version" in strange["error"]["message"]
        assert (await bot.send("known"))[0] == 200
    assert len(fal.jobs) == 3
