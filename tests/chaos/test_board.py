"""The board keeps its rules, and the chaos test's adapter keeps the contract of a channel there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.card import Action, Card, Tone
from bot.domain.errors import BadImage, ChannelBusy, ChannelGone, PostUnclear
from bot.domain.job import Job
from bot.domain.progress import Phase
from bot.domain.request import Author, Command, ImageRef, checked
from config import catalogue
from tests.chaos.board_adapter import BoardPlatform
from tests.chaos.board_client import BoardClient
from tests.fakes import as_it_is
from tests.twins import board_state
from tests.twins.board import Board
from tests.twins.board_faults import Faults

ADA = {"id": "ada", "server": "s1", "roles": []}


@pytest.fixture
async def board() -> AsyncIterator[Board]:
    async with Board((b"start", b"end")) as board:
        yield board


@pytest.fixture
async def client(board: Board) -> AsyncIterator[BoardClient]:
    async with BoardClient(board.url, board.token) as client:
        yield client


@pytest.fixture
def job() -> Job:
    model = catalogue.load({})[catalogue.DEFAULT_ENDPOINT]
    images = ImageRef("a.png", "f-1"), ImageRef("b.png", "f-2")
    command = Command("e-4", Author("board", "ada", "s1"), *images, "a prompt", {})
    return Job(checked(command, model), 0.0, place={"channel": "c1"})


def card(status: str, *actions: Action) -> Card:
    return Card("e-4", Tone.WORKING, "Working", "a prompt", Phase.RENDERING, status, 0.5, (), (), actions)


async def test_an_interaction_comes_again_until_it_is_acknowledged(board: Board, client: BoardClient) -> None:
    """One bot at a time has it; when its time is over it is a failure for the author, and any bot gets it again."""
    event = board.command(ADA, "c1", "a prompt")
    assert [each["id"] for each in await client.poll(1)] == [event]
    assert await client.poll(0) == []
    board.ack_s = 0.0
    assert [each["id"] for each in await client.poll(1)] == [event]
    await client.acknowledge(event, "accepted")
    await client.acknowledge(event, "accepted")
    assert await client.poll(0) == []
    assert (board.memory.interactions[event].failed, board.memory.interactions[event].answer) == (1, "accepted")


async def test_a_card_is_one_message_whichever_process_shows_it(board: Board, client: BoardClient, job: Job) -> None:
    """A process that died before the message's id was stored leaves a message that the next one finds and edits."""
    platform = BoardPlatform(client)
    first, second = platform.channel(job), platform.channel(job)
    await first.show(card("one"))
    await second.show(card("two"))
    await platform.channel(job).begin(card("waiting"))
    assert [[each["status"] for each in message.history] for message in board.memory.messages.values()] == [
        ["one", "two"]
    ]
    assert first.place == second.place == {"channel": "c1", "card": next(iter(board.memory.messages))}


async def test_a_video_whose_answer_was_lost_is_found_and_not_posted_twice(
    board: Board, client: BoardClient, job: Job, tmp_path: Path
) -> None:
    """The channel says that it does not know, finds the message by its nonce, and the nonce holds a second one off."""
    path = tmp_path / "video.mp4"
    path.write_bytes(b"film")
    channel = BoardPlatform(client).channel(job)
    assert not await channel.posted(job)
    board.faults = _Always("lost")
    with pytest.raises(PostUnclear):
        await channel.post(job, as_it_is(path))
    board.faults = Faults()
    assert await channel.posted(job)
    await channel.post(job, as_it_is(path))
    (message,) = board.memory.messages.values()
    assert (message.nonce, message.mentions, message.file) == (
        "e-4:video",
        ["ada"],
        board_state.file_of("tween.mp4", b"film"),
    )
    assert board.memory.repeats == 1


@pytest.mark.parametrize(
    ("fault", "means"),
    [
        ("busy", ChannelBusy),
        ("failure", PostUnclear),
        ("gateway", PostUnclear),
        ("hang", PostUnclear),
        ("cut", PostUnclear),
    ],
)
async def test_every_fault_of_the_board_has_its_meaning(
    board: Board, client: BoardClient, job: Job, fault: str, means: type[Exception]
) -> None:
    """What was surely not taken is told apart from what may be there."""
    board.faults = _Always(fault)
    with pytest.raises(means):
        await BoardPlatform(client).channel(job).show(card("one"))


async def test_a_board_that_is_away_took_nothing(board: Board, client: BoardClient, job: Job) -> None:
    """Nobody listens, so nothing was posted."""
    await board.close()
    with pytest.raises(ChannelBusy):
        await BoardPlatform(client).channel(job).show(card("one"))


async def test_images_are_fetched_by_links_that_expire(board: Board, client: BoardClient, job: Job) -> None:
    """A link is made for each fetch, an old one gives nothing, and a missing or heavy image is the author's matter."""
    board.command(ADA, "c1", "a prompt")
    (event,) = await client.poll(1)
    attachments = BoardPlatform(client).attachments
    start = ImageRef(event["start"]["name"], event["start"]["id"])
    assert await attachments.fetch("start", start, 5) == b"start"
    with pytest.raises(BadImage, match="too heavy"):
        await attachments.fetch("start", start, 4)
    assert await client.read(event["start"]["url"].replace("expires=1", "expires=2"), 9) is None
    assert board.memory.violations == [f"file: bad signature for {start.locator}"]
    board.memory.violations.clear()


async def test_the_board_refuses_what_only_a_broken_bot_sends(
    board: Board, client: BoardClient, job: Job, tmp_path: Path
) -> None:
    """Unknown fields, nonces that are too long, messages that are not there: refused, and held against the bot."""
    with pytest.raises(ChannelGone):
        await client.post("c1", {"nonce": "n", "enforce_nonce": True, "colour": "red"})
    with pytest.raises(ChannelGone):
        await client.post("c1", {"nonce": "n" * 26, "enforce_nonce": True})
    with pytest.raises(ChannelGone):
        await client.edit("c1", "m-0", {})
    heavy = tmp_path / "video.mp4"
    heavy.write_bytes(bytes(10 * 1024 * 1024 + 1))
    with pytest.raises(ChannelGone):
        await BoardPlatform(client).channel(job).post(job, as_it_is(heavy))
    assert len(board.memory.violations) == 4
    board.memory.violations.clear()


async def test_only_a_button_that_is_shown_can_be_pressed(board: Board, client: BoardClient, job: Job) -> None:
    """A press names the job of the card; a button that is gone is no press."""
    channel = BoardPlatform(client).channel(job)
    await channel.show(card("one", Action.CANCEL))
    message = channel.place["card"]
    assert board.press(ADA, message, "again") is None
    assert board.press(ADA, message, "cancel") is not None
    (event,) = await client.poll(1)
    assert (event["kind"], event["custom_id"]) == ("button", "cancel:e-4")
    await channel.show(card("two"))
    assert board.press(ADA, message, "cancel") is None


async def test_a_poll_waits_for_what_comes(board: Board, client: BoardClient) -> None:
    """An interaction reaches a bot that already waits for one."""
    polling = asyncio.create_task(client.poll(5))
    await board.until_polled()
    event = board.command(ADA, "c1", "a prompt")
    assert [each["id"] for each in await polling] == [event]


class _Always(Faults):
    """The same fault at every call."""

    def __init__(self, fault: str) -> None:
        super().__init__(hang_s=0.1)
        self._fault = fault

    def next(self) -> str | None:
        """Strike."""
        return self._fault
