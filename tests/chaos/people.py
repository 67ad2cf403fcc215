"""The people of three servers: they ask for videos, change their minds, and decide what becomes of unclear jobs."""

import random
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.board_gateway import SHOW_FIRST
from tests.chaos.services import Twin

AUTHORS = 20
SERVERS = 3
MISTAKES, BROKEN, CANCELS, SENT_AGAIN, LOOKED_AT = 0.04, 0.1, 0.25, 0.4, 0.3
"""How often a command breaks a rule, has a broken image, is cancelled; an unclear job is sent again, or looked up."""
ASKS, CHANGED = 0.35, 0.3
"""How often a command wants its frames shown first, and such a job is changed before its Go."""


@dataclass
class People:
    """Ask as often as they are let."""

    board: Twin
    seed: int
    asked: int = 0
    undecided: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._authors: dict[str, dict[str, Any]] = {}
        self._cancelling: set[str] = set()

    async def ask(self, until: int) -> None:
        """Command so many videos in all."""
        while self.asked < until:
            number = self._random.randrange(AUTHORS)
            author = {"id": f"u{number}", "server": f"s{number % SERVERS}", "roles": []}
            more = {
                "options": {"num_frames": 5000} if self._random.random() < MISTAKES else {},
                "broken": self._random.random() < BROKEN,
            }
            first = SHOW_FIRST if self._random.random() < ASKS else ""
            channel, prompt = f"c-{author['server']}", f"tween {self.asked}{first}"
            answer = await self.board.ask("command", author=author, channel=channel, prompt=prompt, **more)
            self._authors[answer["id"]] = author
            if self._random.random() < CANCELS:
                self._cancelling.add(answer["id"])
            self.asked += 1

    async def react(self) -> None:
        """Look at all cards, and press what somebody wants to press."""
        for message in await self.board.ask("messages"):
            card = message["card"]
            if card is None or (action := self._wish(card)) is None:
                continue
            author = self._authors[card["job_id"].rstrip("+")]
            await self.board.ask("press", author=author, message=message["id"], action=action)
            self.done.add(f"{action} {card['job_id']}")

    def _wish(self, card: dict[str, Any]) -> str | None:
        """Return the button that the job's author presses at this moment.

        Each is pressed once, but for a Go: on a card whose frames are about to be shown anew it does nothing.
        """
        job_id, fate = card["job_id"], random.Random(f"{self.seed} {card['job_id']}").random()
        wish = None
        if "cancel" in card["actions"] and job_id in self._cancelling and self._random.random() < 0.3:
            wish = "cancel"
        elif "go" in card["actions"]:
            if fate >= CHANGED or f"exchange {job_id}" in self.done:
                return "go" if self._random.random() < 0.3 else None
            wish = "exchange"
        elif "again" in card["actions"]:
            wish = "again" if fate < SENT_AGAIN else "look" if fate < SENT_AGAIN + LOOKED_AT else None
        return wish if wish and f"{wish} {job_id}" not in self.done else None
