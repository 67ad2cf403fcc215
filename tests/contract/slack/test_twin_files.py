"""Files at the twin: an upload's three calls, its late message, and who may download."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.contract.slack.conftest import PNG, Office
from tests.twins.slack import File

VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 2000


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


async def _send(url: str, data: bytes, length: int | None) -> int:
    headers = {} if length is None else {"Content-Length": str(length)}
    async with aiohttp.ClientSession() as client, client.post(url, data=_pieces(data), headers=headers) as answer:
        return answer.status


async def _upload(client: AsyncWebClient, name: str, data: bytes) -> str:
    """Do the first two of the three calls, and return the file's id."""
    place = await client.files_getUploadURLExternal(filename=name, length=len(data), alt_txt="a door opens")
    assert await _send(place["upload_url"], data, len(data)) == 200
    return str(place["file_id"])


async def test_an_uploaded_file_is_shared_a_moment_after_its_completion(office: Office) -> None:
    """``shares`` are empty in the answer; then files.info has them, and the message stands in the thread."""
    slack, client = office.slack, office.client()
    slack.shares.delay = None
    card = await client.chat_postMessage(channel=office.videos.id, text="Rendering")
    file_id = await _upload(client, "door.mp4", VIDEO)
    done = await client.files_completeUploadExternal(
        files=[{"id": file_id, "title": "A door"}],
        channel_id=office.videos.id,
        thread_ts=card["ts"],
        initial_comment=f"<@{office.ann.id}> here",
    )
    assert (done["files"][0]["shares"], len(office.videos.messages)) == ({}, 1)
    slack.shares.now()
    message = office.videos.messages[-1]
    assert (message.thread_ts, message.text, message.pings) == (card["ts"], f"<@{office.ann.id}> here", {office.ann.id})
    file = message.files[0]
    assert (file.data, file.title, file.alt_text) == (VIDEO, "A door", "a door opens")
    assert file.upload is not None
    assert (file.upload.content_length, file.upload.largest_piece < len(VIDEO)) == (len(VIDEO), True)
    shares = (await client.files_info(file=file_id))["file"]["shares"]
    assert shares["public"][office.videos.id][0]["ts"] == message.ts


async def test_slack_sdks_own_upload_works_and_the_message_comes_by_itself(office: Office) -> None:
    """files_upload_v2, and the delay of a moment."""
    await office.client().files_upload_v2(channel=office.videos.id, filename="a.png", content=PNG, title="A")
    message = await office.slack.until(lambda: office.videos.last)
    assert (message.files[0].data, message.by_bot) == (PNG, True)


async def test_a_file_goes_only_where_the_bot_is(office: Office) -> None:
    """Membership, and a C, G or D id: chat:write.public does not help."""
    client = office.client()
    file_id = await _upload(client, "door.mp4", VIDEO)
    lobby = office.acme.channel("lobby", bot_in=False)
    wrong = {lobby.id: "not_in_channel", office.ann.id: "channel_not_found", "#videos": "channel_not_found"}
    for channel, code in wrong.items():
        with pytest.raises(SlackApiError, match=code):
            await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=channel)
    with pytest.raises(SlackApiError, match="invalid_thread_ts"):
        await client.files_completeUploadExternal(
            files=[{"id": file_id}], channel_id=office.videos.id, thread_ts="1.000001"
        )


@pytest.mark.parametrize(("length", "status"), [(None, 411), (len(VIDEO) - 1, 400)])
async def test_an_upload_without_its_length_or_with_another_is_a_violation(
    office: Office, length: int | None, status: int
) -> None:
    """Chunked bodies and wrong lengths; and what never arrived cannot be completed."""
    client = office.client()
    place = await client.files_getUploadURLExternal(filename="door.mp4", length=len(VIDEO))
    assert await _send(place["upload_url"], VIDEO[:length], length) == status
    assert len(office.slack.forgive()) == 1
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": place["file_id"]}])


async def test_a_file_needs_the_token_of_its_own_workspace(office: Office) -> None:
    """Without one, with another's, or where the bot is not: Slack's login page, with status 200."""
    other = office.slack.workspace("Other")
    lobby = office.acme.channel("lobby", bot_in=False)
    seen = await office.ann.say(office.videos, "", [File("a.png", PNG)])
    unseen = await office.ann.say(lobby, "", [File("b.png", PNG)])
    mine, theirs = (place.installation for place in (office.acme, other))
    assert mine is not None
    assert theirs is not None
    cases = [(seen, mine.token, PNG), (seen, theirs.token, None), (seen, "", None), (unseen, mine.token, None)]
    async with aiohttp.ClientSession() as client:
        for message, token, data in cases:
            url = message.files[0].described()["url_private_download"]
            async with client.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == 200
                got = await answer.read()
                assert got == data if data else b"Sign in" in got
    with pytest.raises(SlackApiError, match="file_not_found"):
        await office.client().files_info(file=unseen.files[0].id)


async def test_a_block_shows_a_slack_file_when_slack_has_processed_it(office: Office) -> None:
    """Before, it is ``invalid_blocks``, which is nobody's mistake; a video is never an image."""
    slack, client = office.slack, office.client()
    slack.shares.delay = None
    picture, video = await _upload(client, "a.png", PNG), await _upload(client, "a.mp4", VIDEO)
    await client.files_completeUploadExternal(files=[{"id": picture}, {"id": video}])

    async def show(file_id: str) -> None:
        block = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a door"}
        await client.chat_postMessage(channel=office.videos.id, text="x", blocks=[block])

    with pytest.raises(SlackApiError, match="invalid slack file"):
        await show(picture)
    slack.shares.now()
    await show(picture)
    with pytest.raises(SlackApiError, match="invalid slack file"):
        await show(video)


async def test_the_bot_deletes_its_own_files_and_no_others(office: Office) -> None:
    """A message that was nothing else goes with it."""
    client = office.client()
    await client.files_upload_v2(channel=office.videos.id, filename="a.png", content=PNG)
    message = await office.slack.until(lambda: office.videos.last)
    await client.files_delete(file=message.files[0].id)
    assert (message.deleted, message.files) == (True, [])
    theirs = await office.ann.say(office.videos, "", [File("a.png", PNG)])
    with pytest.raises(SlackApiError, match="cant_delete_file"):
        await client.files_delete(file=theirs.files[0].id)
