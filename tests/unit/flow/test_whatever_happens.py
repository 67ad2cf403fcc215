"""Whatever happens, in whatever order: no job is lost, none is billed or posted twice, and the money adds up."""

import asyncio
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import looptime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.card import Tone
from bot.domain.errors import Charge, Defect
from bot.domain.job import Cancelled, Delivered, Failed, Job, Unclear
from bot.domain.progress import Phase, Progress
from bot.flow.accept import accept
from bot.flow.card import CardMaker
from bot.flow.kit import Kit, Limits
from bot.flow.run import Exit
from bot.flow.runner import Runner
from bot.ports import PARKED, JobStore, Platform, Ring, StagedFiles
from config import catalogue
from tests.fakes import FakeFiles, FakeVideos
from tests.unit.flow.staged import a_command
from tests.unit.flow.world import NoStagedFiles, WorldChannel, WorldProvider
from tests.unit.flow.world_store import OnSubmit, Plan, World, WorldStore

MODEL = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
LIMITS = Limits(image_bytes=1000, deadline=3600, patience=600, reconcile=300, posting=600, outlasts=True)
RESTART_S = 3.0

plans = st.builds(
    Plan,
    submits=st.lists(st.sampled_from(["accept", "accept and lose", "lose", "busy", "refuse", "away"]), max_size=3).map(
        tuple
    ),
    posts=st.lists(st.sampled_from(["take", "take and lose", "lose", "busy"]), max_size=3).map(tuple),
    deaths=st.lists(st.integers(1, 30), max_size=4).map(tuple),
    stop_at=st.none() | st.floats(0, 30),
    calls_back=st.booleans(),
    history=st.booleans(),
    fails=st.booleans(),
)


class WorldPlatform:
    """The one platform there is."""

    name = "test"
    attachments = FakeFiles()

    def __init__(self, world: World) -> None:
        self._world = world

    def channel(self, job: Job) -> WorldChannel:
        """Open the one channel."""
        return WorldChannel(self._world)


async def play(plan: Plan) -> World:
    """Let processes live and die until nothing is left to do."""
    job = accept(a_command(), MODEL, now=asyncio.get_running_loop().time())
    world = World(plan, job, job.request.price)
    if plan.stop_at is not None:
        asyncio.get_running_loop().call_later(plan.stop_at, setattr, world, "stop", True)  # noqa: FBT003
    with tempfile.TemporaryDirectory() as workroom:
        async with asyncio.timeout(100_000):
            while not await one_life(world, Path(workroom)):  # noqa: ASYNC110  # lives, not polls
                await asyncio.sleep(RESTART_S)
    return world


async def one_life(world: World, workroom: Path) -> bool:
    """Carry the job on until it is done, or the process is killed; then nothing of it runs on."""
    others = asyncio.all_tasks()
    world.live()
    kit = Kit(
        WorldProvider(world),
        FakeFiles(),
        FakeFiles(),
        FakeVideos(),
        workroom,
        LIMITS,
        asyncio.get_running_loop().time,
        webhooks=True,
    )
    store = cast("JobStore", WorldStore(world))
    platforms = {"test": cast("Platform", WorldPlatform(world))}
    runner = Runner(store, kit, platforms, cast("StagedFiles", NoStagedFiles()), Exit())
    carrying = asyncio.create_task(carry(runner, world))
    hearing = asyncio.create_task(hear(runner, world))
    dying = asyncio.create_task(world.died.wait())
    try:
        await asyncio.wait((carrying, hearing, dying), return_when=asyncio.FIRST_COMPLETED)
        return not world.died.is_set() and await carrying
    finally:
        rest = asyncio.all_tasks() - others
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def carry(runner: Runner, world: World) -> bool:
    """Do what the engine does: one step after the other."""
    while (state := await runner.advance(world.job.id)) is not None:
        if state == PARKED:
            assert await runner.ready() == [world.job.id]
    return True


async def hear(runner: Runner, world: World) -> None:
    """Do what the store's bell does: tell of what came from outside, once a second."""
    while True:
        await asyncio.sleep(1)
        request_id = next((r for r, token in world.tokens.items() if token == world.token), None)
        late_enough = asyncio.get_running_loop().time() > 60
        arrived = request_id if world.plan.calls_back and late_enough else None
        runner.ring(Ring(world.job.id, world.stop, arrived))


def final_card(world: World) -> Any:  # noqa: ANN401  # compared, not used
    """Return the card that this ending should have."""
    return CardMaker(charges=True).card(world.job, Progress(Phase.DELIVERING), 0)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(plan=plans)
def test_whatever_happens(plan: Plan) -> None:
    """Kills at any crossing, answers lost, refusals, stops, in any order."""
    with asyncio.Runner(loop_factory=looptime.new_event_loop) as loop:
        world = loop.run(play(plan))
    state = world.job.state

    assert world.concluded
    assert world.card is not None
    assert world.card == final_card(world), "the last card does not tell how it ended"
    assert len(world.bills) <= 1, "billed twice"
    assert world.videos <= 1, "posted twice"
    match state:
        case Delivered(cost=cost):
            assert (len(world.bills), world.videos) == (1, 1)
            assert world.reserved == cost == Decimal("0.40")
        case Failed(error=error):
            assert not isinstance(error, Defect), error
            assert world.videos == 0
            assert error.charge is not Charge.NONE or not world.bills
            assert world.reserved == (0 if error.charge is Charge.NONE else world.price)
        case Cancelled(charge=charge) | Unclear(charge=charge):
            assert world.videos == 0
            assert charge is not Charge.NONE or not world.bills or world.cancelled
            assert world.reserved == (0 if charge is Charge.NONE else world.price)
        case _:
            raise AssertionError(f"{state} is no ending")
    if isinstance(state, Unclear):
        assert world.card.tone is Tone.UNCLEAR
        assert not world.bills or not (plan.history or plan.calls_back), "it could have been found"


@pytest.mark.parametrize("submits", [("accept",), ("busy", "accept"), ("accept and lose",)])
def test_killed_once_at_each_crossing(submits: tuple[OnSubmit, ...]) -> None:
    """One kill at any place costs nobody a video, but for the moment between an intent and the request itself.

    There nobody can know whether it was sent, and the history proves that it was not only by not having it.
    """
    unclear = 0
    for death in range(1, 60):
        plan = Plan(submits, (), (death,), None, calls_back=True, history=True, fails=False)
        with asyncio.Runner(loop_factory=looptime.new_event_loop) as loop:
            world = loop.run(play(plan))
        if isinstance(world.job.state, Unclear):
            unclear += 1
            assert not world.bills
        else:
            assert isinstance(world.job.state, Delivered), (death, world.job.state)
            assert (len(world.bills), world.videos) == (1, 1)
    # After the intent, and before the request; and where it was refused, before that is on record.
    assert unclear == {"accept": 2, "busy": 5, "accept and lose": 2}[submits[0]]
