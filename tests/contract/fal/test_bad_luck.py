"""Everything that can go wrong on the wire goes wrong, by chance: the truth about the bill survives it."""

import asyncio
import contextlib
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.errors import Charge, SubmitUnclear, TweenError
from bot.domain.job import Ticket
from bot.domain.media import Frame
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.contract.fal.receiving import TOKEN, Receiver, called_back, receiving
from tests.twins.fal import KEY, FalTwin
from tests.twins.fal_faults import CALLS, Faults

SEED = 7


async def _one(provider: FalProvider, frame: Frame, to: Path) -> tuple[Ticket | None, TweenError | None]:
    """One job from the upload to the file; the ticket where there was one, and the error that ended it."""
    ticket = None
    try:
        url = await provider.upload(frame)
        ticket = await provider.submit(ENDPOINT, {**ARGUMENTS, "start_image_url": url})
        async for _ in provider.follow(ticket):
            pass
        outcome = await provider.result(ticket)
        await provider.cancel(ticket)
        await provider.download(outcome.video_url, to)
    except TweenError as error:
        return ticket, error
    return ticket, None


async def test_nothing_but_our_own_errors_comes_of_bad_luck_and_the_bill_is_known(
    patience: Patience, tmp_path: Path
) -> None:
    """Of 60 jobs with every fifth call spoilt: each ticket is a bill, and each bill is a ticket or unclear."""
    faults = Faults(SEED, rate=0.2, hang=0.05)
    short = replace(patience, answer=0.5, submit=0.5)
    frame = Frame("start", b"png", "image/png", 8, 8)
    async with FalTwin(seconds=0.1, faults=faults) as fal:
        async with FalProvider(Credentials("a test", fal.key), fal.url, patience=short) as provider:
            ended = await asyncio.gather(*(_one(provider, frame, tmp_path / str(number)) for number in range(60)))
        bills = {job.id for job in fal.jobs}
        video = fal.video

    tickets = {ticket.request_id for ticket, _ in ended if ticket}
    unclear = [error for _, error in ended if isinstance(error, SubmitUnclear)]
    free = [error for ticket, error in ended if ticket is None and not isinstance(error, SubmitUnclear)]
    assert tickets <= bills
    assert len(bills - tickets) <= len(unclear)
    assert {error.charge for error in free if error} <= {Charge.NONE}
    assert {error.charge for error in unclear} <= {Charge.POSSIBLE}
    whole = [number for number, (_, error) in enumerate(ended) if error is None]
    assert len(whole) > 10
    assert all((tmp_path / str(number)).read_bytes() == video for number in whole)


def test_the_same_seed_is_the_same_bad_luck() -> None:
    """A failure can be had again; every kind of call has its share, and all of them where the rate is one."""
    first, second = (Faults(SEED, rate=0.5) for _ in range(2))
    assert [first.draw(kind) for kind in CALLS * 20] == [second.draw(kind) for kind in CALLS * 20]
    assert {fault.partition(":")[0] for fault in first.done} == set(CALLS)
    first.switch({"rate": 0, "rates": {"submit": 1}})
    assert {kind for kind in CALLS if first.draw(kind)} == {"submit"}


async def test_webhooks_are_lost_and_come_twice(fal: FalTwin, patience: Patience) -> None:
    """What arrives is right, and harmless when it comes again."""
    fal.faults.webhooks = 1
    receiver = Receiver()
    fal.webhooks.signer.clock = receiver.clock
    async with receiving(fal.url, receiver):
        jobs = [await called_back(fal, receiver, patience) for _ in range(12)]
        for job in jobs:
            job.finish()
        posts = [await fal.webhooks.delivered(job) for job in jobs]
    assert sorted({len(each) for each in posts}) == [0, 2]
    assert Counter(receiver.arrived) == {
        (TOKEN, job.id): 2 for job, each in zip(jobs, posts, strict=True) if each == [200, 200]
    }


@contextlib.contextmanager
def twin(*options: str) -> Iterator[str]:
    """Run a twin as a program of its own."""
    command = [sys.executable, "-m", "tests.twins.fal", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        told, _ = process.communicate("")
        assert json.loads(told)["violations"] == []


async def _report(client: aiohttp.ClientSession, url: str) -> Any:  # noqa: ANN401  # it is JSON
    async with client.get(f"{url}/_twin/report") as answer:
        return await answer.json()


async def test_a_twin_of_its_own_tells_its_bills_while_it_runs(patience: Patience, tmp_path: Path) -> None:
    """Bills with their arguments, the secret's digest and what came of the webhook; rates change while it runs."""
    (tmp_path / "video.mp4").write_bytes(b"this video")
    receiver = Receiver()
    with twin("--seconds", "0.05", "--video", str(tmp_path / "video.mp4"), "--seed", "7") as url:
        async with aiohttp.ClientSession() as client, receiving(url, receiver):
            async with client.post(f"{url}/_twin/faults", json={"rates": {"submit": 1}}) as answer:
                assert answer.status == 200
            own = Credentials("a test", KEY)
            async with FalProvider(own, url, webhook_base=receiver.url, patience=patience) as provider:
                with pytest.raises(TweenError):
                    await provider.submit(ENDPOINT, ARGUMENTS, TOKEN)
                async with client.post(f"{url}/_twin/faults", json={"rates": {}}):
                    ticket = await provider.submit(ENDPOINT, ARGUMENTS, TOKEN)
                async for _ in provider.follow(ticket):
                    pass
                await provider.download((await provider.result(ticket)).video_url, tmp_path / "fetched.mp4")
            told = await _report(client, url)
    (bill,) = (job for job in told["jobs"] if job["id"] == ticket.request_id)
    assert bill["arguments"] == ARGUMENTS
    assert (bill["status"], bill["webhook"]) == ("COMPLETED", hashlib.sha256(TOKEN.encode()).hexdigest())
    assert (tmp_path / "fetched.mp4").read_bytes() == b"this video"
    assert sum(told["faults"].values()) == 1
    assert TOKEN not in json.dumps(told)
