"""The desk: what a chat platform asks of the core on behalf of people, under the rules of their server."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.budget import Allowance
from bot.domain.card import Action
from bot.domain.errors import Charge, NotHere, NotYours, QueueFull
from bot.domain.job import Cancelled, Delivered, Job, Unclear
from bot.domain.media import Video
from bot.domain.request import Author, Command, ImageRef, Where
from bot.domain.server import Rules
from bot.flow.card import CardMaker
from bot.flow.desk import Desk, again_id
from bot.flow.remix import options_of
from bot.ports import Terms
from config import catalogue
from tests.fakes_store import MemoryStore
from tests.fakes_table import Row

ANN, BEN = Author("chat", "ann", "studio"), Author("chat", "ben", "studio")
TERMS = Terms(10, 10, 10, 100, 20, Allowance())


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def desk(store: MemoryStore) -> Desk:
    model = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
    return Desk(store, model, TERMS, CardMaker(charges=True), lambda: 1000.0, lambda: None)


def command(id_: str = "c1", author: Author = ANN, channel: str = "films", **options: object) -> Command:
    """Return a command that was given in a channel."""
    return Command(id_, author, ImageRef("a", "a"), ImageRef("b", "b"), "it rains", options, where=Where((channel,)))


def ended(store: MemoryStore, job: Job, state: Cancelled | Delivered | Unclear) -> None:
    """Have a job be over."""
    row: Row = store.table.rows[job.id]
    row.job, row.concluded, row.waiting = replace(job, state=state), True, False


async def test_a_servers_rules_hold_from_the_next_command_on(store: MemoryStore, desk: Desk) -> None:
    """Channels, defaults and limits alike; what the rules refuse is not stored."""
    await desk.accept(command("c1"), {})
    store.table.rules["chat", "studio"] = Rules(
        channels=("films",), defaults={"resolution": "480p"}, waiting_per_author=2
    )
    with pytest.raises(NotHere):
        await desk.accept(command("c2", channel="kitchen"), {})
    job = await desk.accept(command("c3"), {})
    assert job.request.options["resolution"] == "480p"
    with pytest.raises(QueueFull) as caught:
        await desk.accept(command("c4"), {})
    assert caught.value.limit == 2
    assert sorted(store.table.rows) == ["c1", "c3"]


async def test_a_channel_without_a_server_has_no_rules(store: MemoryStore, desk: Desk) -> None:
    """Direct messages are nobody's to administer; the safety checker stays on in them."""
    store.table.rules["chat", ""] = Rules(channels=("films",))
    await desk.accept(command(author=Author("chat", "ann"), channel="dm"), {})


async def test_who_sees_a_card_may_see_its_job_and_only_its_author_may_delete_it(
    store: MemoryStore, desk: Desk
) -> None:
    """A recipe is for everyone in the channel; the rest is the author's."""
    job = await desk.accept(command(), {})
    assert (await desk.shown(job.id)) == job
    assert not await desk.delete(job.id, ANN)
    ended(store, job, Cancelled(Charge.NONE))
    with pytest.raises(NotYours):
        await desk.delete(job.id, BEN)
    # The second press of two at once finds nothing, which is no job under way.
    assert await desk.delete(job.id, ANN)
    assert await desk.delete(job.id, ANN)
    assert await desk.shown(job.id) is None


async def test_where_a_card_is_does_not_overwrite_what_its_carrier_knows(store: MemoryStore, desk: Desk) -> None:
    """The process that took the command and the one that carries the job write at the same time."""
    job = await desk.accept(command(), {"channel": "films", "message": "carrier's"})
    await desk.placed(job.id, {"message": "taker's", "frames": "1"})
    place: Mapping[str, str] = store.table.rows[job.id].job.place
    assert place == {"channel": "films", "message": "carrier's", "frames": "1"}


async def test_an_unclear_job_is_sent_again_with_the_images_that_its_platform_still_has(
    store: MemoryStore, desk: Desk
) -> None:
    """Once, under an id that is known beforehand."""
    job = await desk.accept(command(), {})
    ended(store, job, Unclear(Charge.POSSIBLE))
    images = (ImageRef("a", "anew a"), ImageRef("b", "anew b"))
    again = await desk.send_again(job.id, ANN, {}, images)
    assert again is not None
    assert (again.id, again.request.start, again.request.end) == (again_id(job.id), *images)
    assert await desk.send_again(job.id, ANN, {}, images) == again


async def test_what_is_made_of_a_job_keeps_its_options_but_not_its_seed(store: MemoryStore, desk: Desk) -> None:
    """*Again* is another video; *Swap* and *Edit* start from all that was asked for."""
    job = await desk.accept(command(seed=7, num_frames=90), {})
    assert options_of(job) == dict(job.request.options)
    assert options_of(job, new_seed=True) == {k: v for k, v in job.request.options.items() if k != "seed"}


@pytest.mark.parametrize(
    ("sizes", "offered"),
    [
        (((1, 1), (1, 1)), (Action.RERUN, Action.EDIT, Action.SWAP, Action.RECIPE, Action.DELETE)),
        (None, (Action.RECIPE, Action.DELETE)),
    ],
    ids=["frames that were usable", "frames that never were"],
)
async def test_a_job_without_a_video_offers_what_can_still_be_done(
    desk: Desk, sizes: tuple[tuple[int, int], tuple[int, int]] | None, offered: tuple[Action, ...]
) -> None:
    """A button that could not work is not there."""
    job = await desk.accept(command(), {})
    over = replace(job, state=Cancelled(Charge.NONE), image_sizes=sizes)
    assert desk.card(over).actions == offered


async def test_a_video_offers_all_that_can_be_made_of_it(desk: Desk) -> None:
    """In the order of their use."""
    job = await desk.accept(command(), {})
    done = replace(job, state=Delivered(Video(1, 1, 1, 1.0, 1), 7, None, 1.0), image_sizes=((1, 1), (1, 1)))
    remixes = (Action.RERUN, Action.EDIT, Action.SWAP, Action.CONTINUE)
    assert desk.card(done).actions == (*remixes, Action.RECIPE, Action.DELETE)
    assert desk.card(done).since == job.accepted_at
