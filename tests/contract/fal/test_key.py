"""The key goes to fal and nowhere else: not to another host, not into a log, not into an error."""

import logging
import os
from pathlib import Path

import httpx
import pytest

from adapters.fal.credentials import Credentials, find_credentials
from adapters.fal.errors import clean
from adapters.fal.hosts import Hosts
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.errors import TweenError
from bot.domain.media import Frame
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.twins.fal import FalTwin
from tests.twins.replies import Answer, CutFile, LoseAnswer

OWN = ["https://queue.fal.run/a/b", "https://fal.run/a", "https://rest.fal.ai/x", "https://api.fal.ai/v1"]
FILES = ["https://v3.fal.media/files/x", "https://fal.media/x", "https://v3b.fal.media/x"]
BUCKET = ["https://storage.googleapis.com/falserverless/out/x.mp4"]
OTHERS = [
    "http://queue.fal.run/a/b",
    "https://queue.fal.run:8443/a",
    "https://queue.fal.run.evil.example/a",
    "https://evilfal.media/x",
    "https://fal.media.evil.example/x",
    "https://evil.example/queue.fal.run",
    "https://queue.fal.run@evil.example/",
    "https://storage.googleapis.com/x",
    "https://storage.googleapis.com/other/falserverless/x",
    "http://storage.googleapis.com/falserverless/x",
    "http://v3.fal.media/files/x",
    "https://v3.fal.media:8443/files/x",
    "https://v3.fal.media:80/files/x",
    "https://v3.fal.media./files/x",
    "https://v3.fal.media@evil.example/x",
    "https://ann:secret@v3.fal.media/files/x",
    "https://ann@storage.googleapis.com/falserverless/x",
    "https://v3.fal.media\\@evil.example/x",
    "file:///v3.fal.media/files/x",
    "queue.fal.run/a",
    "https://[::",
]


def test_fal_itself_gets_the_key_and_its_file_hosts_do_not() -> None:
    """Exact names, https, the usual port."""
    hosts = Hosts(None)
    everything = OWN + FILES + BUCKET + OTHERS
    assert [url for url in everything if hosts.is_own(url)] == OWN
    assert [url for url in everything if hosts.serves_files(url)] == OWN + FILES + BUCKET
    assert hosts.serves_files("https://V3.FAL.MEDIA:443/files/x")
    assert not hosts.takes_upload_token(httpx.URL(BUCKET[0]))


async def test_a_blank_key_in_the_environment_is_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What fal's client finds by itself is looked at too."""
    monkeypatch.setenv("FAL_KEY", "   ")
    monkeypatch.setenv("FAL_HOME_DIR", str(tmp_path))
    assert await find_credentials("   ", None, None) is None


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "http://127.0.0.1:9/", "https://proxy.example/fal"])
def test_a_moved_address_stands_for_all_of_fals_hosts(base: str) -> None:
    """Every host of fal's moves, with path and query; what is elsewhere stays where it is."""
    hosts = Hosts(base)
    root = base.rstrip("/")
    for url in (*OWN, FILES[0]):
        moved = hosts.place(httpx.URL(url + "?a=1"))
        assert str(moved) == f"{root}{httpx.URL(url).path}?a=1"
    assert all(hosts.is_own(url) for url in OWN)
    assert hosts.is_own(f"{root}/anything")
    assert hosts.serves_files(f"{root}/files/x")
    assert not hosts.is_own("http://127.0.0.1:10/")
    assert str(hosts.place(httpx.URL("https://evil.example/x"))) == "https://evil.example/x"


async def test_a_moved_address_without_a_key_gets_a_placeholder(patience: Patience) -> None:
    """Servers that speak fal's protocol want the form of a key; a real one is not needed for them."""
    async with FalTwin(key="none") as fal, FalProvider(None, fal.url, patience=patience) as provider:
        ticket = await provider.submit(ENDPOINT, ARGUMENTS)
        (await fal.next_job()).finish()
        assert (await provider.result(ticket)).seed == 42


async def test_no_secret_gets_into_a_log_or_an_error(
    fal: FalTwin, provider: FalProvider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A job with every trouble at the most talkative level: no key, no signature, no token, no image, no link."""
    caplog.set_level(logging.DEBUG)
    image = "data:image/png;base64," + "iVBORw0KGgo" * 40
    tale = f"Key {fal.key} could not read {image} at https://v3.fal.media/x?signature=twin"
    told: list[str] = []
    fal.script("upload", LoseAnswer(), Answer(500, {"detail": tale}))
    fal.script("put", LoseAnswer())
    await provider.upload(Frame("start", b"\x89PNG", "image/png", 1, 1))
    for answer in (
        Answer(422, {"detail": [{"loc": ["body", "prompt"], "type": "x", "msg": tale, "input": image}]}),
        Answer(401, {"detail": tale}),
        Answer(500, {"detail": tale}),
        Answer(503, tale),
    ):
        fal.script("submit", answer)
        with pytest.raises(TweenError) as caught:
            await provider.submit(ENDPOINT, {**ARGUMENTS, "start_image_url": image})
        told += [str(caught.value), repr(caught.value), str(caught.value.__cause__)]
    ticket = await provider.submit(ENDPOINT, {**ARGUMENTS, "start_image_url": image})
    fal.script("cancel", Answer(400, {"detail": tale}))
    for ask in (provider.cancel, provider.result):
        fal.script("result", Answer(418, {"detail": tale}))
        with pytest.raises(TweenError) as caught:
            await ask(ticket)
        told += [str(caught.value), repr(caught.value), str(caught.value.__cause__)]
    fal.script("file", *[CutFile(1)] * 6)
    with pytest.raises(TweenError) as caught:
        await provider.download(f"{fal.url}/files/v.mp4", tmp_path / "v.mp4")
    told += [str(caught.value), str(caught.value.__cause__)]

    heard = caplog.text + "\n".join(told) + repr(Credentials("FAL_KEY", fal.key))
    for secret in (fal.key, fal.key.partition(":")[2], "signature=twin", "iVBORw0KGgo", *fal.tokens):
        assert secret not in heard


def test_a_providers_sentence_is_cut_short_and_cleaned() -> None:
    """Links, data and long runs go; a page is no sentence; 200 characters are enough."""
    assert clean("Failed to load https://x.example/a?sig=1 as  image\n") == "Failed to load … as image"
    assert clean("<html>502</html>") == ""
    assert clean(["a list"]) == ""
    assert len(clean("word " * 100)) == 200


async def test_the_key_is_found_where_fals_client_finds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings' key, else the pair, else what ``fal auth login`` left; and the source may be told."""
    for name in [name for name in os.environ if name.startswith("FAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FAL_HOME_DIR", str(tmp_path))

    assert await find_credentials(None, None, None) is None
    assert await find_credentials(None, "id", None) is None
    assert await find_credentials(" key\n", "id", "secret") == Credentials("FAL_KEY", "key")
    assert await find_credentials("", "id", "secret") == Credentials("FAL_KEY_ID and FAL_KEY_SECRET", "id:secret")

    # A token that ends in the year 2100, unsigned: {"exp": 4102444800}
    token = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.x"
    (tmp_path / "auth0_token").write_text(f"refresh\n{token}\n")
    found = await find_credentials(None, None, None)
    assert found == Credentials("fal auth login", token, "Bearer")
