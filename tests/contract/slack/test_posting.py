"""A job's channel against Slack's refusals: what was paid for finds its author, and is there once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import aiohttp
import pytest

from adapters.slack.clients import Clients, OneToken
from adapters.slack.outside import Load, Outside
from adapters.slack.upload import SlackChannel
from bot.domain.errors import ChannelBusy, ChannelGone, PostUnclear
from bot.domain.job import Delivery, Job, Outcome, Posting, Ticket
from bot.domain.media import Video
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.ports import NotTaken, Parcel, Previews
from config import catalogue
from tests.contract.slack.conftest import Office
from tests.twins.slack_replies import Error

SHARE = "files.completeUploadExternal"
DATA = b"a video" * 1000


def job_of(office: Office, **place: str) -> Job:
    """Return a job of Ann's whose video is about to be posted."""
    image = ImageRef("a.png", "file:T1::F1")
    command = Command("slack:T1:1", Author("slack", office.ann.id, office.acme.id), image, image, "dusk", {})
    ticket, outcome = Ticket("r1", "", "", ""), Outcome("https://fal/video.mp4", 42, None)
    posting = Posting(ticket, outcome, Video(1280, 720, 81, 5.0, len(DATA)), 0.0)
    job = accept(command, catalogue.load()[catalogue.DEFAULT_ENDPOINT], 0.0)
    where = {"team": office.acme.id, "channel": office.videos.id, **place}
    return replace(job, state=posting, place=where)


@asynccontextmanager
async def channel_of(office: Office, job: Job) -> AsyncIterator[SlackChannel]:
    """Open the channel of a job, with Slack's twin behind it."""
    env = office.slack.env()
    async with aiohttp.ClientSession() as session:
        clients = Clients(OneToken(env["SLACK_BOT_TOKEN"]), env["TWEENBOT_SLACK_API_URL"], lambda: session)
        outside = Outside(clients, lambda: session, cast("Previews", None), cast("Load", None))
        yield SlackChannel(job, outside)


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """A video as it is."""
    path = tmp_path / "video.mp4"
    path.write_bytes(DATA)
    return Parcel(Delivery("as it is", len(DATA)), path)


async def root_of(office: Office) -> str:
    """Return the timestamp of a message to answer to."""
    return str((await office.client().chat_postMessage(channel=office.videos.id, text="card"))["ts"])


@pytest.mark.parametrize(
    "code",
    [
        "not_in_channel",
        "channel_not_found",
        "invalid_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "posting_to_channel_denied",
        "posting_to_general_channel_denied",
    ],
)
async def test_where_it_may_not_post_any_more(office: Office, parcel: Parcel, code: str) -> None:
    """The video goes to its author directly, whichever of its names Slack has for it."""
    job = job_of(office, message=await root_of(office))
    office.slack.script(SHARE, Error(code))
    async with channel_of(office, job) as channel:
        await channel.bring(job, parcel)
        await channel.post(job, parcel)
    (video,) = office.ann.dm.by_bot
    assert (video.pings, video.files[0].data) == ({office.ann.id}, DATA)


@pytest.mark.parametrize(
    "code",
    [
        "invalid_thread_ts",
        "thread_not_found",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    ],
)
async def test_where_its_thread_is_closed(office: Office, parcel: Parcel, code: str) -> None:
    """The video stands in the channel itself."""
    job = job_of(office, message=await root_of(office))
    office.slack.script(SHARE, Error(code))
    async with channel_of(office, job) as channel:
        await channel.bring(job, parcel)
        await channel.post(job, parcel)
    assert [(m.thread_ts, m.pings) for m in office.videos.by_bot[1:]] == [(None, {office.ann.id})]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("ratelimited", ChannelBusy),
        ("service_unavailable", ChannelBusy),
        ("team_added_to_org", ChannelBusy),
        ("org_login_required", ChannelBusy),
        ("request_timeout", ChannelBusy),
        ("message_limit_exceeded", ChannelBusy),
        ("internal_error", PostUnclear),
        ("fatal_error", PostUnclear),
        ("file_update_failed", PostUnclear),
        ("account_inactive", ChannelGone),
    ],
)
async def test_what_a_refusal_says_of_the_message(
    office: Office, parcel: Parcel, code: str, told: type[Exception]
) -> None:
    """Surely not there for now; perhaps there, for Slack says that a part of it may have been done; or never there."""
    job = job_of(office, message=await root_of(office))
    office.slack.script(SHARE, Error(code))
    async with channel_of(office, job) as channel:
        await channel.bring(job, parcel)
        with pytest.raises(told):
            await channel.post(job, parcel)


async def test_a_line_for_a_video_whose_card_was_never_there(office: Office, parcel: Parcel) -> None:
    """The video stands in the channel then, so it takes no line that shows it there too."""
    job = job_of(office, broadcast="1")
    async with channel_of(office, job) as channel:
        await channel.bring(job, parcel)
        await channel.post(job, parcel)
    (video,) = office.videos.by_bot
    assert (video.thread_ts, video.broadcast) == (None, False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("storage_limit_reached", "this workspace has no room left for files"),
        ("file_uploads_disabled", "this workspace takes no files"),
        ("file_uploads_except_images_disabled", "this workspace takes no files but images"),
        ("file_upload_size_restricted", "this workspace takes no files of that size"),
        ("file_type_not_allowed", "this workspace takes no files of that kind"),
        ("slack_connect_blocked_file_type", "Slack says: slack_connect_blocked_file_type"),
    ],
)
@pytest.mark.parametrize("where", ["files.getUploadURLExternal", SHARE])
async def test_a_file_that_is_not_taken(office: Office, parcel: Parcel, where: str, code: str, said: str) -> None:
    """At once, or when it is shared: the reason is told in words, and what is tried next is no file."""
    job = job_of(office, message=await root_of(office))
    office.slack.script(where, Error(code))
    async with channel_of(office, job) as channel:
        if where == SHARE:
            await channel.bring(job, parcel)
        send = channel.post if where == SHARE else channel.bring
        with pytest.raises(NotTaken, match=f"^{said}$") as refusal:
            await send(job, parcel)
        assert (refusal.value.limit, "file" in channel.place) == (0, False)
