"""A job comes back from the store as it went in, whatever version wrote it, and never tells less than the truth."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from inspect import signature
from pathlib import Path
from types import MappingProxyType

import pytest

from adapters.store.codec_states import encode_state
from adapters.store.database import Database
from adapters.store.jobs import Jobs
from bot.domain.card import Tone
from bot.domain.errors import BadImage, BadRules, Charge, Defect, Fault, ImageFault, RuleFault, TweenError, Unreadable
from bot.domain.job import Accepted, Cancelled, Delivery, Expected, Failed, Job, Posting, Proposed, State
from bot.domain.progress import Progress
from bot.domain.request import Fit
from bot.flow.card import CardMaker
from bot.wording.refusals import explain
from tests.contract.store.stored import (
    ACCEPTED,
    ANN,
    DELIVERED,
    FINISHED,
    MODELS,
    POSTING,
    SINCE,
    STAGED,
    SUBMITTED,
    SUBMITTING,
    TERMS,
    UNCLEAR,
    change,
    claimed,
    job,
)

COPY = Delivery("copy", 9_800_000, 0.93, "0123456789abcdef", 1_798_243_200.0)
SAMPLES: dict[str, object] = {
    "faults": (
        Fault("seed", "range", float("inf"), MappingProxyType({"type": "integer", "minimum": 0, "maximum": 5.5})),
        Fault("resolution", "choice", "8k", {"type": "string", "enum": ["480p", "720p"]}),
    ),
    "which": "end",
    "fault": ImageFault.TOO_HEAVY,
    "images": (BadImage("start", ImageFault.EMPTY, "x"), BadImage("end", ImageFault.MISSING)),
    "whose": "server",
    "limit": 20,
    "folder": Path("/data"),
    "file": Path("/data/x"),
    "kept": Path("/data/v.mp4"),
    "renews": date(2026, 12, 1),
    "spent": Decimal("3.20"),
    "price": Decimal("0.25"),
    "seconds": 90.0,
    "retry_after": 12.5,
    "port": 8080,
}
"""A value for each name that an error is built with; the others are texts."""


def _errors() -> Iterator[TweenError]:
    waiting: list[type[TweenError]] = [TweenError]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.__init__ is Exception.__init__:
            yield kind("what was said")
        elif kind.__name__ == "BudgetSpent":
            yield kind(**{**_arguments(kind), "limit": Decimal(5)})
        elif kind is BadRules:
            yield BadRules((RuleFault("patterns", "pattern", "(", said="no )"),))
        else:
            yield kind(**_arguments(kind))


def _arguments(kind: type[TweenError]) -> dict[str, object]:
    return {name: SAMPLES.get(name, f"some {name}") for name in signature(kind).parameters}


async def _restored(database: Database, state: State, job_id: str = "e1") -> Job:
    store = Jobs(database, MODELS, "n1")
    await claimed(store, job_id, state=state)
    restored = await store.load(job_id)
    assert restored is not None
    return restored


@pytest.mark.parametrize(
    ("state", "stored"),
    [
        (ACCEPTED, ACCEPTED),
        (Accepted(asks=True), Accepted(asks=True)),
        (Proposed(SINCE, Decimal("3.20")), Proposed(SINCE, Decimal("3.20"))),
        (Proposed(SINCE), Proposed(SINCE)),
        (STAGED, ACCEPTED),
        (SUBMITTING, SUBMITTING),
        (SUBMITTED, SUBMITTED),
        (FINISHED, SUBMITTED),
        (POSTING, replace(POSTING, outcome=replace(POSTING.outcome, video_url=""))),
        (DELIVERED, DELIVERED),
        (replace(DELIVERED, seed=2**70, cost=None), replace(DELIVERED, seed=2**70, cost=None)),
        (replace(DELIVERED, delivery=COPY), replace(DELIVERED, delivery=COPY)),
        (replace(DELIVERED, delivery=Delivery("as it is", 3)), replace(DELIVERED, delivery=Delivery("as it is", 3))),
        (Cancelled(Charge.BILLED), Cancelled(Charge.BILLED)),
        (Cancelled(Charge.NONE, unanswered=True), Cancelled(Charge.NONE, unanswered=True)),
        (UNCLEAR, UNCLEAR),
    ],
)
async def test_each_state_comes_back(database: Database, state: State, stored: State) -> None:
    """What a state holds is what it holds after a restart, but for links and images, which are made anew."""
    assert (await _restored(database, state)).state == stored


async def test_the_way_of_a_video_is_known_after_a_crash(database: Database) -> None:
    """It is written down with the intent to post it, for the message alone does not tell."""
    restored = await _restored(database, replace(POSTING, delivery=COPY))
    assert isinstance(restored.state, Posting)
    assert restored.state.delivery == COPY


@pytest.mark.parametrize("delivery", [None, {"way": "by pigeon", "bytes": 5}, "a copy"])
async def test_a_way_that_this_version_does_not_know_loses_no_job(database: Database, delivery: object) -> None:
    """An older version wrote none, a newer one may know others: the job is delivered all the same."""
    store = Jobs(database, MODELS, "n1")
    await claimed(store, "e1", state=DELIVERED)
    await change(database, "e1", detail={**encode_state(DELIVERED), "delivery": delivery})
    restored = await store.load("e1")
    assert restored is not None
    assert restored.state == DELIVERED


async def test_a_whole_job_comes_back(database: Database) -> None:
    """Author, roles, prompt, options, images, sizes, price and place are as they were."""
    store = Jobs(database, MODELS, "n1")
    wanted = job("e1", prompt_strength=None, seed=5, resolution="480p")
    request = replace(wanted.request, prompt="Ünïcode 🌧 “rain”", again_of="e0")
    request = replace(request, fit=Fit.BLUR, swapped=True)
    wanted = replace(wanted, request=request, image_sizes=((800, 600), (640, 480)), request_id="r1")
    wanted = replace(wanted, expected=Expected(90.5, 170.0, 37))
    assert await store.accept(wanted, TERMS) == wanted
    assert await store.load("e1") == wanted


async def test_each_error_is_told_the_same_after_a_restart(database: Database) -> None:
    """Every error class there is keeps its data and its charge: the sentence is the same, word for word."""
    for number, error in enumerate(_errors()):
        for charge in Charge:
            restored = await _restored(database, Failed(error.billed(charge)), f"{number} {charge}")
            assert isinstance(restored.state, Failed)
            assert type(restored.state.error) is type(error)
            assert explain(restored.state.error) == explain(error)


@pytest.mark.parametrize("text", ["nul \0 inside", "lone \udc80 surrogate"])
async def test_what_a_database_cannot_hold_is_replaced(database: Database, text: str) -> None:
    """A prompt or an id with characters that a database refuses is stored without them, and breaks nothing."""
    store = Jobs(database, MODELS, "n1")
    odd = job(f"e1 {text}")
    await store.accept(replace(odd, request=replace(odd.request, prompt=text), place={"x": text}), TERMS)
    assert [entry.job.request.prompt for entry in await store.history(ANN)] == [
        text.replace("\0", "\ufffd").replace("\udc80", "\ufffd")
    ]
    assert await store.load("no\0such") is None


async def test_unknown_fields_are_passed_over(database: Database) -> None:
    """A later version may store more; this one reads what it knows."""
    await claimed(Jobs(database, MODELS, "n1"))
    detail = {"version": 9, "since": 1.5, "trace": "t", "more": {"a": 1}}
    await change(database, "e1", state="submitting", detail=detail)
    restored = await Jobs(database, MODELS, "n1").load("e1")
    assert restored is not None
    assert restored.state == replace(SUBMITTING, since=1.5, trace="t")


async def test_a_sent_job_of_a_removed_model_is_carried_on(database: Database) -> None:
    """Without its model in the catalogue it still has its ticket, its price, its card, and a delivery."""
    await claimed(Jobs(database, MODELS, "n1"), state=SUBMITTED)
    claim = await Jobs(database, {}, "n1").claim("e1")
    assert claim is not None
    kept = replace(claim.job, image_sizes=((800, 600), (640, 480)))
    assert kept.state == SUBMITTED
    assert kept.request.price == job().request.price
    assert kept.request.model.price.bill(Decimal(2)) == job().request.model.price.bill(Decimal(2))
    assert CardMaker(charges=True).card(kept, Progress(), 0.0).tone is Tone.WAITING
    await claim.hold.save(kept.to(FINISHED))
    await claim.hold.save(kept.to(FINISHED).to(POSTING).to(DELIVERED))


async def test_a_waiting_job_of_a_removed_model_fails_for_nothing(database: Database) -> None:
    """It cannot be sent, so it ends at its claim, owes nothing, and is concluded like any other."""
    await Jobs(database, MODELS, "n1").accept(job(), TERMS)
    store = Jobs(database, {}, "n1")
    claim = await store.claim("e1")
    assert claim is not None
    assert isinstance(claim.job.state, Failed)
    assert isinstance(claim.job.state.error, Unreadable)
    assert claim.job.state.error.charge is Charge.NONE
    await claim.hold.conclude()
    assert await store.claim("e1") is None
    assert (await store.usage(ANN, TERMS.allowance)).author == 0


@pytest.mark.parametrize(
    ("name", "charge"),
    [
        ("submitting", Charge.POSSIBLE),
        ("submitted", Charge.POSSIBLE),
        ("unclear", Charge.POSSIBLE),
        ("posting", Charge.BILLED),
        ("from the future", Charge.POSSIBLE),
    ],
)
@pytest.mark.parametrize("detail", [{}, [], None, {"ticket": 5, "since": "soon"}])
async def test_what_cannot_be_read_has_failed_with_the_truth_about_the_bill(
    database: Database, name: str, charge: Charge, detail: object
) -> None:
    """The state's name alone tells what may be owed; the card can be shown."""
    await claimed(Jobs(database, MODELS, "n1"))
    await change(database, "e1", state=name, detail=detail, images=[], options={})
    claim = await Jobs(database, MODELS, "n1").claim("e1")
    assert claim is not None
    assert isinstance(claim.job.state, Failed)
    assert isinstance(claim.job.state.error, Unreadable)
    assert claim.job.state.error.charge is charge
    assert CardMaker(charges=True).card(claim.job, Progress(), 0.0).tone is Tone.FAILED


async def test_an_accepted_job_that_cannot_be_read_owes_nothing(database: Database) -> None:
    """Nothing had been sent."""
    await claimed(Jobs(database, MODELS, "n1"))
    await change(database, "e1", images={"a": 1})
    restored = await Jobs(database, MODELS, "n1").load("e1")
    assert restored is not None
    assert isinstance(restored.state, Failed)
    assert restored.state.error.charge is Charge.NONE


async def test_an_error_from_a_later_version_keeps_its_charge(database: Database) -> None:
    """An unknown error is named, and the bill is told as it was stored."""
    await claimed(Jobs(database, MODELS, "n1"), state=Failed(Defect("x").billed(Charge.BILLED)))
    detail = {"version": 2, "error": {"kind": "Flood", "data": {}, "charge": "billed"}}
    await change(database, "e1", detail=detail)
    restored = await Jobs(database, MODELS, "n1").load("e1")
    assert restored is not None
    assert isinstance(restored.state, Failed)
    assert explain(restored.state.error).endswith("(error Flood). This was charged.")
