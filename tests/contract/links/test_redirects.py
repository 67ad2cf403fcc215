"""A redirect is a link like any other: it is followed a few times, and looked at each time."""

import pytest

from bot.wording import links as words
from tests.contract.links.conftest import CLOSED, OPEN, Net


async def test_a_chain_is_followed(net: Net) -> None:
    """Five hops, each in a way of its own, also to another port; a cookie on the way is not taken along."""
    first, last = await net.host(), await net.host()
    last.answers(b"picture")
    net.names.names["pictures.test"] = [[OPEN]]
    ways = ["/b", "c?d=1", f"//{OPEN}:{first.port}/e", f"http://pictures.test:{first.port}/f", last.url("/g.png#there")]
    kinds = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
    plan = iter(zip(ways, kinds, strict=True))

    async def speak(_: bytes, writer: object) -> None:
        way, kind = next(plan)
        first.answers(b"", f"Location: {way}", "Set-Cookie: a=b; Path=/", status=kind)
        answer = first.speak
        first.speak = speak
        assert answer is not None
        await answer(b"", writer)  # type: ignore[arg-type]  # the writer that came in

    first.speak = speak
    assert await net.fetch(first.url("/a")) == b"picture"
    assert [head.split()[1] for head in first.heads] == [b"/a", b"/b", b"/c?d=1", b"/e", b"/f"]
    assert last.heads[0].split()[1] == b"/g.png"
    assert not any(b"cookie" in head.lower() for head in [*first.heads, *last.heads])


async def test_a_chain_without_end_is_left(net: Net) -> None:
    """After the fifth hop nobody is asked any more."""
    host = await net.host()
    host.redirects("/again")
    fault = await net.refused(host.url())
    assert (fault.detail, len(host.heads)) == (f"a.png: {words.TOO_MANY_HOPS}", 6)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("http://169.254.169.254/latest/meta-data/", words.NOT_PUBLIC),
        ("http://[fd00:ec2::254]/latest/meta-data/", words.NOT_PUBLIC),
        ("http://2852039166/latest/meta-data/", words.BAD_NUMBER),
        ("http://metadata.test/computeMetadata/v1/", words.NOT_PUBLIC),
        ("file:///etc/passwd", words.BAD_SCHEME),
        ("ftp://127.0.0.2/a", words.BAD_SCHEME),
        ("data:image/png;base64,AAAA", words.BAD_SCHEME),
        (f"http://{OPEN}:22/", words.BAD_PORT),
        (f"http://ann:secret@{OPEN}/", words.USER_INFO),
        (f"//{OPEN}\\@{CLOSED}/", words.BAD_SHAPE),
        ("", words.NO_WAY_ON),
    ],
)
async def test_a_redirect_to_what_may_not_be_asked_ends_there(net: Net, to: str, why: str) -> None:
    """Metadata, files, other protocols: the first host has no more right to them than its visitor."""
    host = await net.host()
    net.names.names["metadata.test"] = [["169.254.169.254"]]
    host.redirects(to)
    assert (await net.refused(host.url())).detail == f"a.png: {why}"


@pytest.mark.parametrize("way", ["/b\rX-Evil: 1", "/b\nX-Evil: 1", "/b%0d%0aX-Evil: 1", "/b\x00", "/b X-Evil: 1"])
async def test_a_redirect_smuggles_no_line_into_the_next_request(net: Net, way: str) -> None:
    """Line ends in a Location, bare or escaped, become no header of a request of ours."""
    host = await net.host()
    host.redirects(way)
    await net.refused(host.url())
    assert not any(line.startswith(b"X-Evil") for head in host.heads for line in head.splitlines())
