"""What comes from a link is taken whole or not at all, of no more bytes and seconds than are given to it."""

import asyncio
import gzip
import ssl
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.links.fetch import AT_ONCE, Patience
from bot.domain.errors import ImageFault
from bot.ports import Unreached
from bot.wording import links as words
from tests.contract.links.conftest import LIMIT, OPEN, Net

QUICK = Patience(connect=1.0, silence=0.2, total=0.6)


async def test_a_file_of_just_the_limit_comes(net: Net) -> None:
    """A byte more does not, whether its length is told or not."""
    host = await net.host()
    host.answers(bytes(LIMIT))
    assert await net.fetch(host.url()) == bytes(LIMIT)
    host.answers(bytes(LIMIT + 1))
    assert (await net.refused(host.url())).fault is ImageFault.TOO_HEAVY


async def test_a_body_without_end_is_cut_at_the_limit(net: Net) -> None:
    """It says no length, and never stops; neither does it fill the memory."""
    host = await net.host()
    sent = 0

    async def speak(_: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(bytes(64 * 1024))
            await writer.drain()
            sent += 64 * 1024

    host.speak = speak
    fault = await net.refused(host.url())
    assert (fault.fault, fault.detail) == (ImageFault.TOO_HEAVY, "a.png, more than 100 kB")
    assert sent < 64 * LIMIT


@pytest.mark.parametrize(
    ("length", "fault", "why"),
    [
        (10, ImageFault.MISSING, f"a.png: {words.BROKE_OFF}"),  # fewer than there are
        (10_000, ImageFault.MISSING, f"a.png: {words.BROKE_OFF}"),  # more than there are
        (10**12, ImageFault.TOO_HEAVY, "a.png, more than 100 kB"),
        (-1, ImageFault.MISSING, f"a.png: {words.BROKE_OFF}"),
    ],
)
async def test_a_length_that_lies_gains_nothing(net: Net, length: int, fault: ImageFault, why: str) -> None:
    """What is counted is what comes, and half a file is none."""
    host = await net.host()
    host.answers(bytes(1000), length=length)
    refused = await net.refused(host.url())
    assert (refused.fault, refused.detail) == (fault, why)


async def test_a_compressed_body_is_not_unfolded(net: Net) -> None:
    """100 MB of nothing in 100 kB: it was asked for as it is, and is refused before it is read."""
    host = await net.host()
    bomb = gzip.compress(bytes(50_000_000))
    host.answers(bomb, "Content-Encoding: gzip")
    tracemalloc.start()
    try:
        fault = await net.refused(host.url())
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert (fault.detail, b"Accept-Encoding: identity" in host.heads[0]) == (f"a.png: {words.ENCODED}", True)


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial Content", "304 Not Modified", "403 No", "500 Oh"])
async def test_only_a_whole_file_counts(net: Net, status: str) -> None:
    """Every other answer is told by its number."""
    host = await net.host()
    host.answers(b"", status=status)
    assert (await net.refused(host.url())).detail == f"a.png: {words.bad_status(int(status[:3]))}"


async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, so that there is always a sign of life."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_headers(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Never come to an end of the head."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"X-More: 1\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def say_nothing(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Take the request, and never answer."""
    await asyncio.Event().wait()


async def hop_without_end(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Redirect, slowly."""
    await asyncio.sleep(0.15)
    writer.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /on\r\n\r\n")


@pytest.mark.parametrize("how", [drip, drip_headers, say_nothing, hop_without_end])
async def test_whoever_dawdles_is_left(net: Net, how: object) -> None:
    """Drop by drop, in the head or the body, without a word, or by ever new hops: it ends in the time that it has."""
    host = await net.host()
    host.speak = how  # type: ignore[assignment]  # one of the above
    net.links = await net.open(f"{OPEN}/32", patience=QUICK)
    began = asyncio.get_running_loop().time()
    fault = await net.refused(host.url())
    assert fault.detail == f"a.png: {words.TOO_SLOW}"
    assert asyncio.get_running_loop().time() - began < 2 * QUICK.total


async def test_whoever_gets_no_turn_is_told_in_time(net: Net) -> None:
    """Hosts that dawdle hold all places, and many more are waiting: nobody waits for all of them without a word."""
    host, over = await net.host(), asyncio.Event()

    async def dawdle(_: bytes, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    host.speak = dawdle
    net.links = await net.open(f"{OPEN}/32", patience=Patience(connect=30.0, silence=30.0, total=0.6))
    began = asyncio.get_running_loop().time()
    faults = await asyncio.gather(*(net.refused(host.url()) for _ in range(4 * AT_ONCE)))
    assert asyncio.get_running_loop().time() - began < 1.8
    assert {fault.detail for fault in faults} == {f"a.png: {words.TOO_SLOW}", f"a.png: {words.NO_TURN}"}
    over.set()
    host.answers(b"picture")
    assert await net.fetch(host.url()) == b"picture"


async def test_a_head_without_end_fills_no_memory(net: Net) -> None:
    """Headers by the million are cut off early."""
    host = await net.host()

    async def speak(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-More: " + b"y" * 8000 + b"\r\n")
            await writer.drain()

    host.speak = speak
    tracemalloc.start()
    try:
        fault = await net.refused(host.url())
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert fault.detail == f"a.png: {words.BROKE_OFF}"


async def test_what_is_no_http_is_told_as_broken(net: Net) -> None:
    """A mail server at the port, say: what it said is not repeated."""
    host = await net.host()

    async def speak(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 secret.internal ESMTP\r\n")

    host.speak = speak
    assert (await net.refused(host.url())).detail == f"a.png: {words.BROKE_OFF}"


def made_up(folder: Path) -> ssl.SSLContext:
    """Return what a host shows that has signed its certificate itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pictures.test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    names = x509.SubjectAlternativeName([x509.DNSName("pictures.test")])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "host.pem"
    file.write_bytes(
        certificate.public_bytes(encoding) + key.private_bytes(encoding, kind, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_told(net: Net, tmp_path: Path) -> None:
    """Nothing is sent to such a host."""
    host = await net.host(tls=made_up(tmp_path))
    net.names.names["pictures.test"] = [[OPEN]]
    fault = await net.refused(host.url(host="pictures.test").replace("http:", "https:"))
    assert (fault.detail, host.heads) == (f"a.png: {words.BAD_CERTIFICATE}", [])


async def test_a_host_that_is_down_is_told(net: Net) -> None:
    """Nobody listens."""
    host = await net.host()
    assert (await net.refused(host.url().replace(str(host.port), "1"))).detail == f"a.png: {words.BAD_PORT}"
    unheard = "http://127.0.0.2:1024/a.png"
    assert (await net.refused(unheard)).detail == f"a.png: {words.UNREACHED}"


async def test_a_cancelled_fetch_lets_go_of_its_connection(net: Net) -> None:
    """Whoever no longer waits keeps nothing open."""
    host, closed = await net.host(), asyncio.Event()

    async def speak(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.drain()
        fetching.cancel()
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.01)
        closed.set()

    host.speak = speak
    fetching = asyncio.ensure_future(net.fetch(host.url()))
    with pytest.raises(asyncio.CancelledError):
        await fetching
    await asyncio.wait_for(closed.wait(), 5)


async def test_a_post_follows_no_redirect_and_takes_no_endless_answer(net: Net) -> None:
    """A body that is posted goes to the one address that was named."""
    links, host = await net.open(f"{OPEN}/32"), await net.host()
    host.redirects("/elsewhere")
    assert (await links.post(host.url(), b"{}", {"X-A": "b"}, 100)).status == 302
    host.answers(bytes(101))
    with pytest.raises(Unreached):
        await links.post(host.url(), b"{}", {}, 100)
    with pytest.raises(Unreached, match=words.NOT_PUBLIC):
        await links.post("http://127.0.0.3:8080/", b"{}", {}, 100)
    assert [head.split()[1] for head in host.heads] == [b"/a.png", b"/a.png"]
    assert b"\r\nX-A: b\r\n" in host.heads[0]


@pytest.mark.looptime
async def test_a_post_has_the_time_that_its_caller_gives(net: Net) -> None:
    """A check may think about large pictures for longer than a stranger's host may be silent."""
    links, host = await net.open(f"{OPEN}/32", patience=QUICK), await net.host()

    async def think(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.5 * QUICK.total)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    host.speak = think
    assert (await links.post(host.url(), b"{}", {}, 100)).body == b"{}"
    host.speak = say_nothing
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(QUICK.total):
            await links.post(host.url(), b"{}", {}, 100)
