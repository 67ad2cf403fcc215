"""The flow from accept to the end: what is sent, what is told, and what is owed, whatever the outside does."""

import asyncio
from decimal import Decimal

import pytest

from bot.domain.card import Tone
from bot.domain.errors import (
    AccountExhausted,
    BadVideo,
    Charge,
    ContentRefused,
    JobCancelled,
    NotHandedOver,
    ProviderBusy,
    ProviderUnreachable,
    SubmitUnclear,
)
from bot.domain.job import Accepted, Cancelled, Delivered, Failed, IllegalTransition, Outcome, Submitting, Unclear
from bot.domain.progress import InProgress, InQueue
from bot.ports import CancelAnswer
from tests.unit.flow.staged import Stage


async def test_two_images_and_a_prompt_become_one_request_and_one_video(stage: Stage) -> None:
    """One upload an image, one submit with every option, one video; nothing is left in the workroom."""
    job = await stage.run(stage.job(end="832x480", resolution="480p"))
    assert stage.provider.asked == ["upload start", "upload end", "submit fal-ai/wan-flf2v", "download"]
    assert stage.provider.arguments == {
        "prompt": "it rains",
        "start_image_url": "https://files/start",
        "end_image_url": "https://files/end",
        **job.request.model.defaults(),
        "resolution": "480p",
    }
    assert isinstance(job.state, Delivered)
    assert (job.state.seed, job.state.cost) == (7, Decimal("0.20"))
    assert stage.channel.videos == [b"mp4"]
    assert list(stage.workroom.iterdir()) == []
    assert stage.last_words()[0] is Tone.DONE


async def test_the_same_image_twice_is_uploaded_once(stage: Stage) -> None:
    """A loop from one picture to itself needs one file."""
    await stage.run()
    assert stage.provider.asked[:2] == ["upload start", "submit fal-ai/wan-flf2v"]
    assert stage.provider.arguments["end_image_url"] == "https://files/start"


async def test_the_cost_is_the_providers_bill_where_it_tells_one(stage: Stage) -> None:
    """Billed units count, not what the price rule expected."""
    stage.provider.outcome = Outcome("video", None, Decimal("1.25"))
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert job.state.cost == Decimal("0.50")
    assert ("Price", "$0.50") in [(field.name, field.value) for field in stage.channel.cards[-1].fields]


async def test_where_nobody_is_billed_the_card_says_free(stage: Stage) -> None:
    """The embedded engine costs nothing, before and after."""
    stage.provider.charges = False
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert job.state.cost is None
    assert {field.value for card in stage.channel.cards for field in card.fields if field.name == "Price"} == {"free"}


async def test_both_bad_images_are_told_at_once_and_nothing_is_sent(stage: Stage) -> None:
    """The author mends both in one go, and not a byte has left the machine."""
    await stage.run(stage.job(start="empty", end="not an image"))
    assert stage.provider.asked == []
    assert stage.last_words() == (
        Tone.FAILED,
        (
            "The first image is an empty file: attach it again. "
            "The last image is not an image, whatever its name says: attach a JPEG, PNG or WebP file."
        ),
    )


async def test_one_bad_image_keeps_the_good_one_from_being_uploaded(stage: Stage) -> None:
    """Nothing is uploaded for a job that cannot run."""
    job = await stage.run(stage.job(end="damaged"))
    assert stage.provider.asked == []
    assert isinstance(job.state, Failed)


async def test_a_crop_is_warned_of_and_does_not_block(stage: Stage) -> None:
    """A 2:3 image beside a 16:9 one loses most of itself; the card says how much before the job is done."""
    job = await stage.run(stage.job(end="2000x3000"))
    assert isinstance(job.state, Delivered)
    assert stage.channel.cards[-1].notices == (
        "The last image has another shape than the video (1280 x 720): 62 % of it is cropped away.",
    )


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ProviderBusy(40), "The provider has no room for another job and took nothing. Send it again in 40 s."),
        (
            AccountExhausted(),
            "The fal account is locked or has no balance left. Top it up at fal.ai/dashboard/billing.",
        ),
        (
            ProviderUnreachable(),
            "The provider cannot be reached. Check TWEENBOT_FAL_URL if it is set, and send it again in a while.",
        ),
    ],
)
async def test_a_submit_that_was_surely_not_accepted_costs_nothing(
    stage: Stage, error: ProviderBusy | AccountExhausted | ProviderUnreachable, says: str
) -> None:
    """One POST, one clear failure, no word of a charge."""
    stage.provider.submit_error = error
    await stage.run()
    assert stage.provider.asked.count("submit fal-ai/wan-flf2v") == 1
    assert stage.last_words() == (Tone.FAILED, says)


async def test_a_submit_whose_answer_is_lost_is_unclear_and_never_sent_again(stage: Stage) -> None:
    """The one thing that must not happen is a second POST."""
    stage.provider.submit_error = SubmitUnclear()
    job = await stage.run()
    assert isinstance(job.state, Unclear)
    assert stage.provider.asked.count("submit fal-ai/wan-flf2v") == 1
    assert stage.last_words() == (
        Tone.UNCLEAR,
        (
            "This may have been charged. It was not sent again, and will not be unless you do: "
            "look at the provider's dashboard first."
        ),
    )


async def test_a_failure_after_the_submit_says_what_is_known_of_the_bill(stage: Stage) -> None:
    """A refusal by the content policy may have been billed."""
    stage.provider.outcome = ContentRefused("prompt").billed(Charge.POSSIBLE)
    await stage.run()
    assert stage.last_words() == (
        Tone.FAILED,
        (
            "The provider's content policy refused the prompt. Change it and send it again. "
            "This may have been charged; the provider's dashboard shows it."
        ),
    )


async def test_a_video_that_is_none_is_not_posted_and_its_bill_is_told(stage: Stage) -> None:
    """The provider took money for a file that does not play: the author learns it, with the request's id."""
    stage.videos.error = BadVideo("no video stream")
    await stage.run()
    assert stage.channel.videos == []
    assert stage.last_words() == (
        Tone.FAILED,
        "The provider's file is not a playable video (no video stream). Report it to the provider. This was charged.",
    )
    assert ("Request", "r1") in [(field.name, field.value) for field in stage.channel.cards[-1].fields]


async def test_a_video_that_nobody_has_read_in_time_is_kept(stage: Stage) -> None:
    """A busy machine says nothing of what was paid for: it lies there for the operator, and the card says where."""
    stage.videos.error = BadVideo("not read within 60 s", is_late=True)
    job = await stage.run()
    assert isinstance(job.state, Failed)
    assert (stage.workroom / "r1.mp4").read_bytes() == b"mp4"
    assert stage.last_words() == (
        Tone.FAILED,
        (
            "The video is made, but could not be put in its place (it could not be looked into in time). "
            f"It lies at {stage.workroom / 'r1.mp4'}. This was charged."
        ),
    )


async def test_a_video_that_does_not_come_over_is_told_with_its_request(stage: Stage) -> None:
    """It is paid for and lies at the provider; sending the job again would pay twice, so that is not the advice."""
    stage.provider.download_error = ProviderUnreachable("ConnectionResetError")
    await stage.run()
    assert stage.last_words() == (
        Tone.FAILED,
        (
            "The video is made, but could not be fetched (ConnectionResetError). "
            "The provider's dashboard has its request. This was charged."
        ),
    )


async def test_a_job_that_was_billed_nothing_is_never_called_charged(stage: Stage) -> None:
    """A server of one's own bills no units, and says so: what fails after that cost nothing."""
    stage.provider.outcome = Outcome("video", 7, Decimal(0))
    stage.provider.download_error = ProviderUnreachable("ConnectionResetError")
    await stage.run()
    assert "charged" not in stage.last_words()[1]


async def test_a_video_that_the_channel_does_not_take_is_kept(stage: Stage) -> None:
    """What was paid for is not thrown away."""
    kept = stage.workroom / "r1.mp4"
    stage.channel.post_error = NotHandedOver("no space left on device", kept)
    await stage.run()
    assert kept.read_bytes() == b"mp4"
    assert str(kept) in stage.last_words()[1]


@pytest.mark.looptime
async def test_a_job_that_never_ends_is_given_up_and_stopped(stage: Stage) -> None:
    """Giving up also stops the paid job."""
    stage.provider.updates = [InQueue(0), asyncio.Event()]
    stage.limit(deadline=600.0)
    await stage.run()
    assert stage.provider.asked[-1] == "cancel r1"
    assert stage.last_words() == (
        Tone.FAILED,
        (
            "No video came within 10 min 00 s, so the provider was asked to stop. Send it again later. "
            "This may have been charged; the provider's dashboard shows it."
        ),
    )


@pytest.mark.looptime
async def test_a_job_that_was_made_while_nobody_followed_it_is_delivered(stage: Stage) -> None:
    """The bot was away past the deadline, and the paid video lies there: it is not given up before it is asked for."""
    stage.limit(deadline=600.0)
    await asyncio.sleep(5000)
    assert isinstance((await stage.run(stage.submitted(since=0.0))).state, Delivered)
    assert stage.channel.videos == [b"mp4"]


@pytest.mark.looptime
async def test_a_job_that_is_too_late_to_stop_at_its_deadline_is_delivered(stage: Stage) -> None:
    """The provider says that it is completed, though its stream never did: what is paid for is fetched."""
    stage.provider.updates = [InQueue(0), asyncio.Event()]
    stage.provider.cancel_answer = CancelAnswer.TOO_LATE
    stage.limit(deadline=600.0)
    assert isinstance((await stage.run()).state, Delivered)


@pytest.mark.looptime
async def test_where_nobody_is_billed_nothing_is_said_of_a_charge(stage: Stage) -> None:
    """The embedded engine never ends: the job is given up, and no money is mentioned."""
    stage.provider.updates = [InProgress(("1/81",)), asyncio.Event()]
    stage.provider.charges = False
    await stage.run()
    assert "charged" not in stage.last_words()[1]


async def test_an_already_cancelled_job_is_told_as_cancelled(stage: Stage) -> None:
    """Somebody stopped it in the provider's dashboard."""
    stage.provider.outcome = JobCancelled()
    job = await stage.run()
    assert job.state == Cancelled(Charge.POSSIBLE)


def test_a_job_takes_no_step_that_is_not_allowed(stage: Stage) -> None:
    """Nothing is submitted that was not staged, and a final state is final."""
    job = stage.job()
    assert job.state == Accepted()
    with pytest.raises(IllegalTransition, match="Accepted -> Submitting"):
        job.to(Submitting(0))
    with pytest.raises(IllegalTransition, match="Cancelled -> Accepted"):
        job.to(Cancelled(Charge.NONE)).to(Accepted())


async def test_a_provider_that_goes_away_with_the_job_is_not_sent_it_again(stage: Stage) -> None:
    """It has the request and may make the video: sending it again could pay twice, so that is not the advice."""
    stage.provider.outcome = ProviderUnreachable().billed(Charge.POSSIBLE)
    await stage.run()
    assert stage.last_words() == (
        Tone.FAILED,
        (
            "The provider took the request, and cannot be reached any more. Look it up before you send it again. "
            "This may have been charged; the provider's dashboard shows it."
        ),
    )
