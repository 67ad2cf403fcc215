"""Files are fetched from Slack's own hosts, by https: a token goes with each request."""

from pathlib import Path
from typing import cast

import aiohttp
import pytest

from adapters.slack.attachments import SlackAttachments
from adapters.slack.clients import Clients
from bot.domain.errors import BadImage, ImageFault
from bot.domain.request import ImageRef
from bot.ports import LastFrames


def attachments(*own_hosts: str) -> SlackAttachments:
    """Return the attachments of a Slack that is not there."""

    def session() -> aiohttp.ClientSession:
        raise AssertionError("nobody is asked")

    nothing = cast("Clients", None), session, cast("LastFrames", None)
    return SlackAttachments(*nothing, Path(), own_hosts=own_hosts)


@pytest.mark.parametrize(
    "url", ["https://files.slack.com/files-pri/T1-F1/a.png", "https://FILES.slack.com:443/a.png?t=xoxe-1"]
)
def test_slacks_own_hosts_are_asked(url: str) -> None:
    """Exact names, the usual port."""
    assert attachments()._address(url).host == "files.slack.com"


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/a.png",
        "https://files.slack.com:8443/a.png",
        "https://files.slack.com./a.png",
        "https://files.slack.com@evil.example/a.png",
        "https://ann:secret@files.slack.com/a.png",
        "https://files.slack.com\\@evil.example/a.png",
        "https://files.slack.com.evil.example/a.png",
        "https://evil.example/files.slack.com/a.png",
        "https://slack.com/a.png",
        "https://127.0.0.1/a.png",
        "ftp://files.slack.com/a.png",
        "//files.slack.com/a.png",
        "https://[files.slack.com",
        "https://files.slack.com:port/a.png",
        "",
    ],
)
def test_nobody_else_is_shown_the_token(url: str) -> None:
    """Nor is it sent where others could read it."""
    with pytest.raises(aiohttp.InvalidURL):
        attachments()._address(url)


@pytest.mark.parametrize("file", [{}, {"url_private_download": None}, {"mode": "hidden_by_limit", "size": 7}])
async def test_a_file_that_slack_does_not_hand_out_is_no_image(file: dict[str, object]) -> None:
    """One that lies elsewhere, or is hidden behind a plan's limit, has no address: it is told, and nobody is asked."""

    class Client:
        token = "xoxb-1"

        async def files_info(self, **_: str) -> dict[str, object]:
            return {"file": file}

    class One:
        async def patient(self, *_: object) -> Client:
            return Client()

    def session() -> aiohttp.ClientSession:
        raise AssertionError("nobody is asked")

    images = SlackAttachments(cast("Clients", One()), session, cast("LastFrames", None), Path())
    with pytest.raises(BadImage) as refused:
        await images.fetch("start", ImageRef("a.png", "file:T1::F1"), 100)
    assert (refused.value.fault, refused.value.detail) == (ImageFault.MISSING, "a.png, Slack does not hand it out")


def test_a_moved_apis_host_is_slacks_own() -> None:
    """With the scheme and the port that it has."""
    assert attachments("127.0.0.1")._address("http://127.0.0.1:9/a.png").port == 9
    with pytest.raises(aiohttp.InvalidURL):
        attachments("127.0.0.1")._address("http://127.0.0.2:9/a.png")
