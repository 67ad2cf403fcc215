"""How a completed upload turns up at Slack: not at once."""

import asyncio
from typing import TYPE_CHECKING

from tests.twins.slack_state import Message, SlackFile

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin


class Shares:
    """Completed uploads on their way. ``delay`` is in seconds; None waits for ``now()``.

    Until then a file's ``shares`` are empty, its message is not there, and no block can show it.
    """

    def __init__(self, twin: "SlackTwin") -> None:
        self.delay: float | None = 0.05
        self._twin = twin
        self._files: list[SlackFile] = []
        self._messages: list[Message] = []

    def add(self, files: list[SlackFile], messages: list[Message]) -> None:
        """Take an upload that has been completed, and the messages that are to carry it."""
        self._files += files
        self._messages += messages
        if self.delay is not None:
            self._twin.deliveries.hold(self._later(self.delay))

    def now(self) -> None:
        """Have everything turn up."""
        files, messages = self._files, self._messages
        self._files, self._messages = [], []
        for file in files:
            file.ready = True
        for message in messages:
            message.ts = self._twin.clock.ts()
            message.channel.workspace.post(message)
        self._twin.clock.tell()

    async def _later(self, seconds: float) -> None:
        await self._twin.clock.wait(asyncio.Event(), seconds)
        self.now()
