"""A submit whose answer was lost, and that nobody has found within the time that the bot looks for it."""

import json
import sqlite3
from pathlib import Path

from tests.scenario.chat.chat import PROMPT, Card, Chat
from tests.twins.fal_jobs import TwinJob
from tests.twins.replies import LoseAnswer

HOUR_S = 3600.0


async def lose_an_answer(chat: Chat, prompt: str = PROMPT) -> tuple[Card, TwinJob]:
    """Ask for a video; fal takes it, its answer is lost, and its history does not list it."""
    chat.fal.script("submit", LoseAnswer())
    card = await chat.ask(prompt)
    job = await chat.fal.next_job()
    chat.fal.forget(job)
    await chat.until(card, "The answer was lost")
    return card, job


def an_hour_passes(folder: Path) -> None:
    """Have every intent be an hour old, while the bot is stopped: longer than it looks for a request."""
    with sqlite3.connect(folder / ".tweenbot" / "tweenbot.sqlite") as store:
        for job_id, detail in store.execute("SELECT id, detail FROM jobs WHERE state = 'submitting'").fetchall():
            older = json.loads(detail)
            older["since"] -= HOUR_S
            store.execute("UPDATE jobs SET detail = ? WHERE id = ?", (json.dumps(older), job_id))
