"""The page, and the token that others than this machine need to reach it."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from adapters.local.access import COOKIE, MOST_TRIES, SESSION_S, WINDOW_S
from tests.contract.local.running import TOKEN, Bot, Setting, running

BEARER = {"Authorization": f"Bearer {TOKEN}"}
PAGE = Path(__file__).parents[3] / "adapters" / "local" / "page"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Clock:
    """A clock that a test sets."""

    now = 1_000_000_000.0

    def __call__(self) -> float:
        """Return epoch seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def guarded(tmp_path: Path, clock: Clock) -> AsyncIterator[Bot]:
    """A bot that others can reach, at an address of its own behind a proxy too."""
    setting = Setting(token=TOKEN, clock=clock, public_host="bot.example", public="https://bot.example")
    async with running(tmp_path, setting) as bot:
        yield bot


async def _log_in(bot: Bot, token: str = TOKEN, **headers: str) -> aiohttp.ClientResponse:
    return await bot.http.post(
        f"{bot.url}/login", data={"token": token}, headers={**FORM, **headers}, allow_redirects=False
    )


def _session(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={response.cookies[COOKIE].value}"}


async def test_the_page_is_served_with_its_own_policy(bot: Bot) -> None:
    """Nothing of another host, no script or style in the page itself, no frame around it, and no form out of it."""
    async with bot.http.get(f"{bot.url}/") as page:
        assert (page.status, page.content_type, page.charset) == (200, "text/html", "utf-8")
        assert page.headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
            "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        text = await page.text()
    assert text == (PAGE / "index.html").read_text("utf-8")
    for path in set(re.findall(r'(?:href|src)="(/[^"]+)"', text)):
        async with bot.http.get(bot.url + path) as file:
            assert file.status == 200, path
            assert file.content_type in {"text/javascript", "text/css", "image/svg+xml"}


async def test_a_browser_that_has_a_file_is_not_sent_it_again(bot: Bot) -> None:
    """It asks each time, so that an update of the bot is one of the page."""
    async with bot.http.get(f"{bot.url}/static/app.js") as file:
        tag = file.headers["ETag"]
        assert file.headers["Cache-Control"] == "no-cache"
    async with bot.http.get(f"{bot.url}/static/app.js", headers={"If-None-Match": f'"x", {tag}'}) as file:
        assert (file.status, await file.read()) == (304, b"")
    async with bot.http.get(f"{bot.url}/static/app.js", headers={"If-None-Match": '"x"'}) as file:
        assert file.status == 200


@pytest.mark.parametrize("path", ["/", "/static/composer.js"])
async def test_the_page_is_packed_for_whoever_takes_it_so(bot: Bot, path: str) -> None:
    """It says the same either way, and has one tag; what lies in between is told that the two are not alike."""
    plain, packed = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "br, gzip"}
    async with (
        bot.http.get(bot.url + path, headers=plain) as one,
        bot.http.get(bot.url + path, headers=packed) as other,
    ):
        assert await one.read() == await other.read()
        assert one.headers["ETag"] == other.headers["ETag"]
        assert ("Content-Encoding" in one.headers, other.headers["Content-Encoding"]) == (False, "gzip")
        assert one.headers["Vary"] == other.headers["Vary"] == "Accept-Encoding"
        assert int(other.headers["Content-Length"]) < int(one.headers["Content-Length"]) / 2


@pytest.mark.parametrize(
    "name", ["index.html", "nothing.js", "..%2fguard.py", "%2e%2e%2f__init__.py", "%00", "app.js%00", "x" * 5000]
)
async def test_only_the_pages_files_are_static(bot: Bot, name: str) -> None:
    """They are looked up by name, and never on the disk."""
    async with bot.http.get(f"{bot.url}/static/{name}") as file:
        assert file.status == 404


async def test_a_link_leads_to_the_page_and_to_nothing_else(bot: Bot) -> None:
    """Whoever follows one from a chat comes in; a page that shows or asks for it does not."""
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for path, headers, status in (
        ("/", visit, 200),
        ("/", visit | {"Sec-Fetch-Dest": "iframe"}, 403),
        ("/", visit | {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}, 403),
        ("/v1/tweens", visit, 403),
    ):
        async with bot.http.get(bot.url + path, headers=headers) as answer:
            assert answer.status == status


async def test_on_loopback_nothing_asks_for_a_token(bot: Bot) -> None:
    """There is no way to log in either."""
    async with bot.http.post(f"{bot.url}/login", data={"token": TOKEN}) as answer:
        assert answer.status == 404
    assert (await bot.call("GET", "/v1/tweens", headers={"Authorization": "Bearer whatever"}))[0] == 200


async def test_without_the_token_nothing_is_served(guarded: Bot) -> None:
    """Not one route but the door, its files, and how the process is."""
    for route in guarded.routes:
        path = route.path.replace("{id}", "local-" + "0" * 32).replace("{name}", "app.js")
        async with guarded.http.request(route.method, guarded.url + path) as answer:
            if route.path in {"/static/{name}", "/login"}:
                continue
            assert answer.status == 401, route
            assert route.path == "/" or answer.headers["WWW-Authenticate"] == "Bearer"
    async with guarded.http.get(f"{guarded.url}/healthz") as answer:
        assert answer.status == 200


async def test_a_program_sends_the_token_with_each_request(guarded: Bot) -> None:
    """As a bearer, under whatever name the bot is reached."""
    assert (await guarded.call("GET", "/v1/tweens", headers=BEARER))[0] == 200
    assert (await guarded.call("GET", "/v1/tweens", headers=BEARER | {"Host": "192.168.1.5:8080"}))[0] == 200
    assert (await guarded.call("GET", "/v1/tweens", headers=BEARER | {"X-Forwarded-For": "203.0.113.9"}))[0] == 200
    for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer", "Bearer ", TOKEN):
        assert (await guarded.call("GET", "/v1/tweens", headers={"Authorization": wrong}))[0] == 401


async def test_a_browser_logs_in_once(guarded: Bot, clock: Clock) -> None:
    """The form leads to a session that no script sees and no other site sends, and that ends."""
    async with guarded.http.get(f"{guarded.url}/") as door:
        assert (door.status, door.content_type) == (401, "text/html")
        assert "form-action 'self'" in door.headers["Content-Security-Policy"]
        assert door.headers["Referrer-Policy"] == "same-origin"
        assert '<form method="post" action="/login">' in await door.text()
    answer = await _log_in(guarded, Origin=guarded.url, **{"Sec-Fetch-Site": "same-origin"})
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["path"]) == (True, "Strict", "", "/")
    assert TOKEN not in cookie.value
    session = _session(answer)
    async with guarded.http.get(f"{guarded.url}/", headers=session) as page:
        assert page.status == 200
    assert (await guarded.call("GET", "/v1/tweens", headers=session))[0] == 200
    clock.now += SESSION_S + 1
    assert (await guarded.call("GET", "/v1/tweens", headers=session))[0] == 401


async def test_over_https_the_session_is_for_https_alone(guarded: Bot) -> None:
    """Whether the proxy says so, or the address it serves."""
    for headers in ({"X-Forwarded-Proto": "https"}, {"Host": "bot.example", "Origin": "https://bot.example"}):
        answer = await _log_in(guarded, **headers)
        assert "Secure" in answer.headers["Set-Cookie"].split("; "), headers


async def test_a_proxy_that_speaks_https_needs_no_more_than_the_token(tmp_path: Path) -> None:
    """The page at the very name that was asked for is ours, whoever spoke https for us; one of another name is not."""
    async with running(tmp_path, Setting(token=TOKEN)) as bot:
        for host, origin, status in (
            ("bot.example", "https://bot.example", 303),
            ("bot.example:8443", "https://bot.example:8443", 303),
            ("bot.example", "https://bot.example:8443", 403),
            ("bot.example", "https://evil.example", 403),
        ):
            answer = await _log_in(bot, Host=host, Origin=origin, **{"Sec-Fetch-Site": "same-origin"})
            assert answer.status == status, origin
    async with running(tmp_path, Setting()) as bot:
        port = URL(bot.url).port
        headers = {"Host": f"localhost:{port}", "Origin": f"https://localhost:{port}"}
        assert (await bot.call("GET", "/v1/tweens", headers=headers))[0] == 403


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "x",
        "9999999999",
        "9999999999.",
        "9999999999." + "0" * 64,
        f"9999999999.{hashlib.sha256(TOKEN.encode()).hexdigest()}",
        "\u0661.0",
        "9" * 5000,
        "9999999999.\udcff",
    ],
)
async def test_a_session_cannot_be_made_up(guarded: Bot, value: str) -> None:
    """Its end is signed with the token; bytes that are no text are no session either."""
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(guarded.url).port)
    cookie = f"{COOKIE}={value}".encode(errors="surrogateescape")
    writer.write(b"GET /v1/tweens HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie + b"\r\n\r\n")
    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.close()


async def test_a_session_whose_end_is_changed_is_none(guarded: Bot) -> None:
    """Nor one of another token."""
    real = (await _log_in(guarded)).cookies[COOKIE].value
    ends, _, signature = real.partition(".")
    changed = f"{COOKIE}={int(ends) + 1}.{signature}"
    assert (await guarded.call("GET", "/v1/tweens", headers={"Cookie": changed}))[0] == 401


async def test_who_guesses_has_five_tries_a_minute(guarded: Bot, clock: Clock) -> None:
    """At the door and with each request; then even the right token waits, and a session does not."""
    session = _session(await _log_in(guarded))
    for number in range(MOST_TRIES - 1):
        answer = await _log_in(guarded, f"guess {number}")
        assert (answer.status, "That is not the token." in await answer.text()) == (401, True)
    assert (await guarded.call("GET", "/v1/tweens", headers={"Authorization": "Bearer guess"}))[0] == 401
    clock.now += 20
    answer = await _log_in(guarded)
    assert (answer.status, answer.headers["Retry-After"]) == (429, str(round(WINDOW_S - 20)))
    assert COOKIE not in answer.cookies
    status, told = await guarded.call("GET", "/v1/tweens", headers=BEARER)
    assert (status, told["error"]["code"]) == (429, "tries")
    assert (await guarded.call("GET", "/v1/tweens", headers=session))[0] == 200
    clock.now += WINDOW_S
    assert (await _log_in(guarded)).status == 303


async def test_another_sites_page_uses_no_session(guarded: Bot) -> None:
    """It neither logs anybody in nor sends anything, whatever cookie the browser adds."""
    session = _session(await _log_in(guarded))
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await _log_in(guarded, **headers)).status == 403
        for method, path in (("POST", "/v1/tweens"), ("DELETE", "/v1/me"), ("GET", "/v1/tweens")):
            assert (await guarded.call(method, path, headers=session | headers))[0] == 403
    typed = session | FORM
    assert (await guarded.call("POST", "/v1/tweens", headers=typed, data=b"prompt=x"))[0] == 415


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"token=" + b"%ff" * 100),
        ("application/x-www-form-urlencoded", b"token=%ed%a0%80&token=b"),
        ("application/x-www-form-urlencoded", b"a&" * 50),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/json", b'{"token": "x"}'),
        ("text/plain", b"token=x"),
    ],
)
async def test_a_form_without_the_token_is_refused(guarded: Bot, typed: str, body: bytes) -> None:
    """Whatever it holds instead."""
    async with guarded.http.post(f"{guarded.url}/login", data=body, headers={"Content-Type": typed}) as answer:
        assert answer.status == 401


async def test_a_form_without_end_is_cut_off(guarded: Bot) -> None:
    """Nobody without the token has more than a megabyte read."""

    async def endless() -> AsyncIterator[bytes]:
        yield b"token="
        for _ in range(100):
            yield b"x" * 100_000

    try:
        async with guarded.http.post(f"{guarded.url}/login", data=endless(), headers=FORM) as answer:
            assert answer.status == 413
    except aiohttp.ClientConnectionError:
        pass  # cut off while it was still sending
