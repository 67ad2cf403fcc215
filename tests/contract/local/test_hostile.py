"""Requests that nobody sends by mistake: each gets an answer in JSON, none gets a job, and none leaves a file."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.contract.local.running import END, LIMIT, START, Bot, Setting, running

FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def _part(name: str, value: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + value + b"\r\n"


async def _raw(bot: Bot, request: bytes) -> bytes:
    """Send bytes as they are, and return the answer."""
    address = urlsplit(bot.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read(65536)
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/tweens"), ("GET", "/v1/tweens"), ("DELETE", "/v1/me")])
async def test_pages_of_other_sites_and_proxies_are_refused(
    bot: Bot, headers: dict[str, str], method: str, path: str
) -> None:
    """A browser says where a request comes from; what comes through a proxy may come from anywhere."""
    status, told = await bot.call(method, path, headers=headers, data=bot.form() if method == "POST" else None)
    assert (status, set(told["error"])) == (403, {"code", "message"})
    assert bot.files("inbox") == []


async def test_a_page_of_this_very_address_is_served(bot: Bot) -> None:
    """The guard knows its own origin."""
    headers = {"Origin": bot.url, "Sec-Fetch-Site": "same-origin"}
    assert (await bot.call("GET", "/v1/tweens", headers=headers))[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[", "a b"])
async def test_a_strange_host_is_refused(bot: Bot, host: str) -> None:
    """A name that leads here by DNS rebinding is not ours, and its page gets nothing."""
    status, told = await bot.call("GET", "/v1/tweens", headers={"Host": host})
    assert (status, told["error"]["code"]) == (421, "host")


async def test_the_public_name_leads_to_no_jobs(tmp_path: Path) -> None:
    """Who has a public URL for webhooks has not opened the jobs of this machine to the world."""
    async with running(tmp_path, Setting(public_host="bot.example")) as bot:
        assert (await bot.call("GET", "/v1/tweens", headers={"Host": "bot.example"}))[0] == 403
        assert (await bot.call("GET", "/healthz", headers={"Host": "bot.example"}))[0] == 200


@pytest.mark.parametrize("typed", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
async def test_bodies_that_a_form_of_another_site_can_send_are_refused(bot: Bot, typed: str) -> None:
    """What needs no leave of ours in a browser is not read."""
    assert (await bot.call("POST", "/v1/tweens", data=b"start=1", headers={"Content-Type": typed}))[0] == 415
    job_id = (await bot.send())[1]["id"]
    address = f"/v1/tweens/{job_id}/cancel"
    assert (await bot.call("POST", address, data=b"x", headers={"Content-Type": typed}))[0] == 415


@pytest.mark.parametrize("typed", ["application/json", "multipart/mixed; boundary=x", "multipart/form-data"])
async def test_a_job_that_is_no_form_is_refused(bot: Bot, typed: str) -> None:
    """JSON holds no files, and a form without a boundary no fields."""
    status, _ = await bot.call("POST", "/v1/tweens", data=b"{}", headers={"Content-Type": typed})
    assert status in {400, 415}


@pytest.mark.parametrize(
    "job_id",
    [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "local-..",
        "local-" + "0" * 32,
        "local-" + "A" * 32,
        "x" * 5000,
        "%00",
        "%ff",
        "+",
    ],
)
@pytest.mark.parametrize("rest", ["", "/video", "/events"])
async def test_an_id_that_does_not_exist_is_a_404(bot: Bot, job_id: str, rest: str) -> None:
    """Whatever is written in its place, no file is looked for and nothing breaks."""
    (bot.data_dir / "secret.mp4").write_bytes(b"secret")
    answer = await _raw(
        bot, f"GET /v1/tweens/{job_id}{rest} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"secret" not in answer


async def test_a_job_without_a_video_has_none_to_give(bot: Bot) -> None:
    """A 404 says so."""
    _, sent = await bot.send()
    assert (await bot.call("GET", f"/v1/tweens/{sent['id']}/video"))[1]["error"]["code"] == "no_video"


async def test_a_huge_body_that_says_so_is_refused_unread(bot: Bot) -> None:
    """The answer comes before the body."""
    head = (
        b"POST /v1/tweens HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 99999999999\r\nConnection: close\r\n\r\n"
    )
    assert (await _raw(bot, head)).startswith(b"HTTP/1.1 413 ")


async def test_a_body_without_an_end_is_cut_off(bot: Bot) -> None:
    """An image that never ends is not written beyond the limit, and not read without end."""

    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="start"; filename="a"\r\n\r\n'
        for _ in range(1000):
            yield b"0" * LIMIT

    try:
        async with bot.http.post(f"{bot.url}/v1/tweens", data=endless(), headers=FORM) as response:
            assert response.status == 413
    except aiohttp.ClientConnectionError:
        pass  # cut off while it was still sending
    assert bot.files("inbox") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form",
        b"--x\r\n\r\nunnamed\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="start"; filename="a"\r\n\r\nbroken off',
        b'--x\r\nContent-Type: multipart/mixed; boundary=y\r\nContent-Disposition: form-data; name="p"\r\n\r\n--y--',
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na\r\n' * 2 + b"--x--\r\n",
        b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\na\r\n' % n for n in range(100))
        + b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n' + b"a" * 100_000 + b"\r\n--x--\r\n",
        b"--x\r\n" + b"A: b\r\n" * 10_000 + b"\r\n--x--\r\n",
    ],
)
async def test_a_broken_form_is_refused(bot: Bot, body: bytes) -> None:
    """It is the sender's fault, and nothing of it is kept."""
    status, told = await bot.call("POST", "/v1/tweens", data=body, headers=FORM)
    assert (status in {400, 413}, told["error"]["code"]) == (True, "form")
    assert bot.files("inbox") == []


@pytest.mark.parametrize("prompt", [b"\xff\xfe", b"a\0b"])
async def test_a_prompt_that_is_no_text_is_refused(bot: Bot, prompt: bytes) -> None:
    """What is not UTF-8, or holds what no database takes, is the field's fault."""
    body = _part("prompt", prompt) + _part("start", START, "a") + _part("end", END, "b") + b"--x--\r\n"
    status, told = await bot.call("POST", "/v1/tweens", data=body, headers=FORM)
    assert (status, told["error"]["faults"][0]["field"], bot.files("inbox")) == (422, "prompt", [])


async def test_a_field_whose_name_is_no_text_is_refused_in_text(bot: Bot) -> None:
    """What is told of it can be read: the answer is UTF-8, whatever was sent in."""
    body = b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\na\r\n--x--\r\n'
    status, told = await bot.call("POST", "/v1/tweens", data=body, headers=FORM)
    assert (status, [fault["rule"] for fault in told["error"]["faults"]][-1]) == (422, "unknown")


async def test_a_file_name_is_no_path(bot: Bot) -> None:
    """What the sender calls a file names nothing here."""
    images = _part("start", START, "../../../../tmp/ab.png") + _part("end", END, "C:/x/" + "y" * 5000)
    body = images + _part("prompt", b"it rains") + b"--x--\r\n"
    status, sent = await bot.call("POST", "/v1/tweens", data=body, headers=FORM)
    job = await bot.store.load(sent["id"])
    assert status == 202
    assert job is not None
    assert "/" not in job.request.start.name + job.request.start.locator
    assert job.request.end.name == "y" * 100
    assert len(bot.files("inbox")) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "\u00e9"])
async def test_a_key_that_is_none_is_refused(bot: Bot, key: str) -> None:
    """A key is short and plain."""
    assert (await bot.send(key))[1]["error"]["code"] == "idempotency_key"


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "9" * 5000, "000000001" + "9" * 5000, "\u0661"])
async def test_a_history_without_end_is_refused(bot: Bot, limit: str) -> None:
    """Its length is a number within bounds."""
    assert (await bot.call("GET", "/v1/tweens", params={"limit": limit}))[0] == 400


async def test_a_sender_that_breaks_off_leaves_no_file(bot: Bot) -> None:
    """Half a form is no job."""
    address = urlsplit(bot.url)
    head = (
        b"POST /v1/tweens HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 9999\r\n\r\n"
        b'--x\r\nContent-Disposition: form-data; name="start"; filename="a"\r\n\r\n' + b"0" * 500
    )
    with socket.create_connection((address.hostname, address.port)) as sock:
        sock.sendall(head)
        async with asyncio.timeout(10):
            while not bot.files("inbox"):  # noqa: ASYNC110  # a folder tells nobody of its files
                await asyncio.sleep(0)
    async with asyncio.timeout(10):
        while bot.files("inbox"):  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert (await bot.call("GET", "/v1/tweens"))[1] == {"tweens": []}
