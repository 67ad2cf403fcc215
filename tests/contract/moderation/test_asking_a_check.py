"""Checks are asked over HTTP: only a clear yes lets a job through, and only a clear no is told as one."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import structlog
from aiohttp import web

from adapters.moderation.check import Operators
from adapters.moderation.moderator import WebModerator
from bot.domain.errors import CheckAway, Moderated, Withheld
from bot.domain.server import Rules
from tests.contract.moderation.conftest import NOW, Bench, Text


async def test_a_check_is_told_what_it_needs(bench: Bench) -> None:
    """Who asks where for what, with both images as they would be sent; and of the video pictures of the whole of it."""
    await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
    await bench.moderator.check_video(Rules(), bench.job, [b"1", b"2", b"3"])
    before, after = bench.own.asked
    assert before == {
        "version": 1,
        "kind": "before",
        "platform": "chat",
        "server": "studio",
        "author": "ann",
        "job": "c1",
        "prompt": "it rains “cats”",
        "images": [
            {"which": "start", "content_type": "image/png", "data": base64.b64encode(b"png").decode()},
            {"which": "end", "content_type": "image/jpeg", "data": base64.b64encode(b"jpeg").decode()},
        ],
    }
    assert (after["kind"], [each["which"] for each in after["images"]]) == ("after", ["first", "middle", "last"])
    assert {each["content_type"] for each in after["images"]} == {"image/jpeg"}


async def test_what_the_operators_check_is_sent_is_signed(bench: Bench) -> None:
    """HMAC-SHA256 of the moment, a dot and the very body; a server's own check has no secret to look it up with."""
    await bench.moderator.check_frames(bench.rules, bench.job, bench.frames)
    headers, body = bench.own.headers[0], bench.own.bodies[0]
    signed = f"{int(NOW)}.".encode() + body
    expected = hmac.new(b"a secret of the operator's", signed, hashlib.sha256).hexdigest()
    assert (headers["X-Tweenbot-Timestamp"], headers["X-Tweenbot-Signature"]) == (str(int(NOW)), expected)
    assert not any(name.startswith("X-Tweenbot") for name in bench.admins.headers[0])
    assert bench.admins.bodies == [body]


async def test_a_no_is_told_with_its_reason(bench: Bench) -> None:
    """On one line, shortened; of a video it is another error, for that was paid for."""
    bench.own.answers = [{"allow": False, "reason": " a\n\tface\u202e \x00" + "e" * 500}]
    with pytest.raises(Moderated) as before:
        await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
    assert before.value.said == "a face " + "e" * 192 + "…"
    assert (before.value.what, len(before.value.said)) == ("request", 200)
    with pytest.raises(Withheld) as after:
        await bench.moderator.check_video(Rules(), bench.job, [b"1"])
    assert after.value.said == before.value.said
    for reason in (None, 7, ["x"], ""):
        bench.own.answers = [{"allow": False, "reason": reason}]
        with pytest.raises(Moderated) as silent:
            await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
        assert silent.value.said == ""


async def test_both_checks_must_agree(bench: Bench) -> None:
    """The server's is asked after the operator's, and sees nothing that was refused there."""
    await bench.moderator.check_frames(bench.rules, bench.job, bench.frames)
    assert (len(bench.own.asked), len(bench.admins.asked)) == (1, 1)
    bench.admins.answers = [{"allow": False, "reason": "ours"}]
    with pytest.raises(Moderated, match="moderated"):
        await bench.moderator.check_frames(bench.rules, bench.job, bench.frames)
    bench.own.answers = [{"allow": False}]
    with pytest.raises(Moderated):
        await bench.moderator.check_frames(bench.rules, bench.job, bench.frames)
    assert (len(bench.own.asked), len(bench.admins.asked)) == (3, 2)


async def test_without_checks_nobody_is_asked(bench: Bench) -> None:
    """A bot without a moderation works as ever."""
    moderator = WebModerator(Operators(bench.moderator._guarded), bench.moderator._guarded, lambda: NOW)
    await moderator.check_frames(Rules(), bench.job, bench.frames)
    assert (moderator.has_check(Rules()), moderator.has_check(bench.rules)) == (False, True)
    assert (bench.own.asked, bench.admins.asked) == ([], [])


@pytest.mark.parametrize(
    "answer",
    [
        Text("{}"),
        Text('{"allow": "yes"}'),
        Text('{"allow": 1}'),
        Text('{"allow": null}'),
        Text("[true]"),
        Text("true"),
        Text("yes"),
        Text(""),
        Text('{"allow": true'),
        Text("[" * 60_000),
        Text('{"allow": true}' + " " * 70_000),
        Text('{"allow": true}', 201),
        Text('{"allow": true}', 404),
        Text("", 302, {"Location": "/elsewhere"}),
    ],
)  # fmt: skip
async def test_whatever_is_no_clear_answer_is_none(bench: Bench, answer: Text) -> None:
    """Asked once, and not let through: a check that is wrong must not be one that says yes."""
    bench.own.answers = [answer]
    with pytest.raises(CheckAway):
        await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
    assert len(bench.own.asked) == 1


async def cut(request: web.Request) -> web.StreamResponse:
    """Drop the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize("trouble", [cut, Text("{}", 500), Text("{}", 503)])
async def test_trouble_is_asked_once_more(
    bench: Bench, trouble: Text | Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> None:
    """A connection that was lost, or a 5xx: the second answer counts, and there is no third question."""
    bench.own.answers = [trouble, {"allow": True}]
    await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
    bench.own.answers = [trouble, {"allow": False}]
    with pytest.raises(Moderated):
        await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
    bench.own.answers = [trouble]
    with pytest.raises(CheckAway):
        await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
    assert len(bench.own.asked) == 6


async def test_a_check_that_dawdles_is_given_up(bench: Bench) -> None:
    """After ten seconds in all; here after two."""
    release = asyncio.Event()

    async def dawdle(_: web.Request) -> web.StreamResponse:
        with contextlib.suppress(asyncio.CancelledError):
            await release.wait()
        return web.json_response({"allow": True})

    bench.own.answers = [dawdle]
    with pytest.raises(CheckAway, match="in time"):
        await bench.moderator.check_frames(Rules(), bench.job, bench.frames)
    release.set()


async def test_nobody_there_is_no_yes(bench: Bench) -> None:
    """The address leads nowhere."""
    rules = replace(bench.rules, check_url="http://127.0.0.2:1024/")
    with pytest.raises(CheckAway):
        await bench.moderator.check_frames(rules, bench.job, bench.frames)


async def test_a_servers_check_is_no_way_into_the_network(bench: Bench) -> None:
    """Its address is a stranger's: what lies behind the bot is not asked, and what refuses it is not told."""
    with structlog.testing.capture_logs() as logs, pytest.raises(CheckAway):
        await bench.moderator.check_frames(Rules(check_url=bench.own.url), bench.job, bench.frames)
    # The operator's own was asked, once, and by its own right.
    assert len(bench.own.asked) == 1
    assert logs[0]["host"] == "127.0.0.1"
    assert "of-a-path" not in str(logs)


async def test_large_images_go_as_they_are(bench: Bench) -> None:
    """Two of 20 MB."""
    frames = tuple(replace(frame, data=bytes(20_000_000)) for frame in bench.frames)
    await bench.moderator.check_frames(Rules(), bench.job, frames)
    assert len(base64.b64decode(bench.own.asked[0]["images"][1]["data"])) == 20_000_000
