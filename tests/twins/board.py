"""A chat service that is strict, faulty by a seed, and local: people ask bots for videos there, and read the answers.

It is modelled on Discord's REST and interaction rules (docs: Interactions, Create Message). Bots poll for interactions
(``GET /interactions?wait=``), which are handed out again until they are acknowledged; post and edit messages, where a
nonce keeps a second message away for five minutes; look for messages by nonce; and fetch files by links that expire.

In a test::

    async with Board() as board:                          # board.url, board.token
        event = board.command(author, "channel", "a prompt")   # a person's command; its id is the event's id
        board.press(author, message_id, "cancel")              # a button that the message shows
        board.report()                                         # everything; board.memory.violations

``python -m tests.twins.board --port 0 --seed 7 --faults 0.1`` runs one for other processes: it prints its address, and
ends with its standard input. There ``POST /_twin/command``, ``/_twin/press`` and ``/_twin/faults`` and
``GET /_twin/messages`` and ``/_twin/report`` stand in for the calls above.
"""

import argparse
import asyncio
import hmac
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.twins import board_control, board_wire
from tests.twins.board_faults import Faults
from tests.twins.board_state import ACK_S, LINK_S, NONCE_S, Interaction, Memory, Message, file_of
from tests.twins.board_wire import Call, Refused
from tests.twins.listening import Listening

TOKEN = "board-twin-token-0123456789"
_LINK_KEY = b"links of the board"
HANDED_AT_ONCE = 10


class Board(Listening):
    """The twin; see the module's docstring. ``images`` are the start and the end image of every command."""

    SERVICE = "the board"
    LARGEST = 2 * board_wire.FILE_BYTES

    def __init__(self, images: tuple[bytes, bytes] = (b"", b""), faults: Faults | None = None) -> None:
        super().__init__()
        self.token = TOKEN
        self.ack_s = ACK_S
        self.nonce_s = NONCE_S
        self.memory = Memory()
        self.faults = faults or Faults()
        self._images = [self._keep(data) for data in (*images, b"no image")]
        self._news = asyncio.Event()
        self._polled = asyncio.Event()

    def command(self, author: dict[str, Any], channel: str, prompt: str, **more: Any) -> str:  # noqa: ANN401  # JSON
        """Have somebody ask for a video; return the event's id. ``author`` has ``id``, ``server`` and ``roles``.

        ``options`` are the model's; with ``broken`` the end image is none.
        """
        files = (self._images[0], self._images[2 if more.get("broken") else 1])
        start, end = ({"id": file, "name": f"{file}.png", "url": self.link(file)} for file in files)
        asked = {"author": author, "channel": channel, "prompt": prompt, "options": more.get("options") or {}}
        return self._interact("command", asked | {"start": start, "end": end})

    def press(self, author: dict[str, Any], message: str, action: str) -> str | None:
        """Have somebody press a button; None where the message does not show it any more."""
        shown = self.memory.messages[message]
        if shown.card is None or action not in shown.card["actions"]:
            return None
        pressed = {"author": author, "channel": shown.channel, "custom_id": f"{action}:{shown.card['job_id']}"}
        return self._interact("button", pressed)

    async def until_polled(self) -> None:
        """Wait for the first bot that waits."""
        await self._polled.wait()

    def report(self) -> dict[str, Any]:
        """Return everything that happened."""
        return self.memory.report() | {"faults": self.faults.struck}

    def link(self, file: str) -> str:
        """Return a link to a file that is good for a while."""
        expires = str(int((time.time() + LINK_S) * 1000))
        return f"{self.url}/files/{file}?expires={expires}&signature={_signature(file, expires)}"

    def _interact(self, kind: str, payload: dict[str, Any]) -> str:
        event = Interaction(self.memory.next_id("e"), kind, payload)
        self.memory.interactions[event.id] = event
        self._tell()
        return event.id

    def _keep(self, data: bytes) -> str:
        file = self.memory.next_id("f")
        self.memory.files[file] = data
        return file

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _route(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/_twin/{what}", partial(board_control.answer, self))
        super()._route(router)

    def _not_taken(self) -> list[str]:
        return self.memory.violations

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            call = board_wire.call_of(request, self.token)
            self.memory.counts[call.kind] = self.memory.counts.get(call.kind, 0) + 1
            fault = self.faults.next()
            if (instead := await self.faults.before(fault, request)) is not None:
                return instead
            return self.faults.after(fault, request, await self._usual(call, request))
        except Refused as refusal:
            if refusal.is_violation:
                self.memory.violations.append(refusal.said)
            return web.json_response({"message": refusal.said}, status=refusal.status)

    async def _usual(self, call: Call, request: web.Request) -> web.Response:  # noqa: PLR0911  # one line a call
        match call.kind:
            case "poll":
                return web.json_response(await self._poll(float(request.query.get("wait", 0))))
            case "acknowledge":
                return self._acknowledge(call.names["interaction"], await board_wire.callback_of(request))
            case "post":
                return web.json_response(await self._post(call.names["channel"], request))
            case "edit":
                return web.json_response(await self._edit(call, request))
            case "list":
                return web.json_response(self._list(call.names["channel"], request))
            case "refresh":
                return web.json_response(
                    {"urls": {id_: self.link(id_) for id_ in await board_wire.refresh_of(request)}}
                )
            case _:
                return self._file(call.names["file"], request)

    async def _poll(self, wait: float) -> list[dict[str, Any]]:
        ends = time.monotonic() + wait
        while True:
            now, news = time.monotonic(), self._news
            free = [each for each in self.memory.interactions.values() if each.is_free(now, self.ack_s)][
                :HANDED_AT_ONCE
            ]
            if free or now >= ends:
                return [each.hand(now) for each in free]
            self._polled.set()
            try:
                # Looked at once in a while too: one that was not acknowledged in time is free again.
                async with asyncio.timeout(min(0.2, ends - now)):
                    await news.wait()
            except TimeoutError:
                continue

    def _acknowledge(self, id_: str, answer: str) -> web.Response:
        event = self.memory.interactions.get(id_)
        if event is None:
            raise Refused(404, f"acknowledge: no interaction {id_}")
        event.answer = event.answer or answer
        return web.json_response({"id": id_})

    async def _post(self, channel: str, request: web.Request) -> dict[str, Any]:
        fields, file = await board_wire.message_of(request)
        now = time.time()
        for message in self.memory.with_nonce(channel, fields["nonce"]):
            if now < message.posted_at + self.nonce_s:
                self.memory.repeats += 1
                return message.described()
        message = Message(
            id=self.memory.next_id("m"),
            channel=channel,
            nonce=fields["nonce"],
            posted_at=now,
            content=fields.get("content", ""),
            mentions=fields.get("mentions", []),
            history=[fields["card"]] if "card" in fields else [],
            file=file_of(*file) if file else None,
        )
        self.memory.messages[message.id] = message
        return message.described()

    async def _edit(self, call: Call, request: web.Request) -> dict[str, Any]:
        card = await board_wire.edit_of(request)
        message = self.memory.messages.get(call.names["message"])
        if message is None or message.channel != call.names["channel"]:
            raise Refused(404, f"edit: no message {call.names['message']}")
        message.history.append(card)
        return message.described()

    def _list(self, channel: str, request: web.Request) -> list[dict[str, Any]]:
        found = [each for each in self.memory.messages.values() if each.channel == channel]
        if (nonce := request.query.get("nonce")) is not None:
            found = [each for each in found if each.nonce == nonce]
        return [each.described() for each in found[-int(request.query.get("limit", 50)) :]]

    def _file(self, id_: str, request: web.Request) -> web.Response:
        expires = request.query.get("expires", "0")
        if not hmac.compare_digest(request.query.get("signature", ""), _signature(id_, expires)):
            raise Refused(403, f"file: bad signature for {id_}")
        if id_ not in self.memory.files:
            raise Refused(404, f"file: no file {id_}")
        if time.time() * 1000 > int(expires):
            raise Refused(404, f"file: the link to {id_} has expired", is_violation=False)
        return web.Response(body=self.memory.files[id_], content_type="image/png")


def _signature(file: str, expires: str) -> str:
    return hmac.new(_LINK_KEY, f"{file} {expires}".encode(), "sha256").hexdigest()


async def _serve(given: Any) -> None:  # noqa: ANN401  # argparse's own
    images = (given.start.read_bytes(), given.end.read_bytes())
    board = Board(images, Faults(given.faults, given.seed))
    board.nonce_s = given.nonce_s
    await board.start(given.port)
    sys.stdout.write(board.url + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    sys.stdout.write(json.dumps(board.report()) + "\n")
    await board.close()


def main() -> None:
    """Run a board until standard input ends."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0, help="the chance of a fault at each call, 0..1")
    parser.add_argument("--nonce-s", type=float, default=NONCE_S, help="how long a nonce keeps a second message away")
    parser.add_argument("--start", type=Path, required=True, help="the start image of every command")
    parser.add_argument("--end", type=Path, required=True)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
