"""A link leads to public addresses and to no other, whatever its spelling, its name's answers and its redirects."""

from ipaddress import ip_network

import pytest

from adapters.links.addresses import ANYWHERE, Reach
from bot.domain.errors import ImageFault
from bot.wording import links as words
from tests.contract.links.conftest import CLOSED, OPEN, Net

LOOPBACK = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1",
    "0177.1", "127.0.0.01", "127.0.0.0x1", "00000177.0.0.1", "127.000.000.001", "127.0.0.1.", "127.1.", "0x7F.0X0.0.1",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:7f00:1::]", "[fe80::1%25lo]", "[::1%25lo]", "0", "0.0.0.0", "[::]", "localhost", "LOCALHOST", "localhost.",
    "a@127.0.0.1", "127.0.0.2@127.0.0.1", "127.0.0.2:80@127.0.0.1", "127.0.0.2\\@127.0.0.1", "127.0.0.1%2f@127.0.0.2",
    "①②⑦.⓪.⓪.①", "\uff11\uff12\uff17.0.0.1", "127。0。0。1", "loc\u00adalhost", "ⓛocalhost",
    "127.0.0.1\t", "127.0.0.1%00",
]  # fmt: skip
FORBIDDEN = [
    "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.255.255.255", "168.63.129.16", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "0.0.0.0", "::", "::1",
    "fd00:ec2::254", "fc00::1", "fe80::1", "fec0::1", "ff02::1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2001:10::1", "2001:20::1", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "4000::1",
    "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "::10.0.0.1", "fe80::1%eth0", "2606:4700::1%eth0", "", "localhost",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.1", "223.255.255.255", "2606:4700::1111",
          "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_address_of_a_closed_network_may_be_reached(address: str) -> None:
    """Whatever holds it, and whatever else a resolver might say."""
    assert not Reach().covers(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_reached(address: str) -> None:
    """Also through a NAT64, which is how a machine with IPv6 alone reaches the rest."""
    assert Reach().covers(address)


def test_what_the_operator_allows_may_be_reached_and_nothing_beside_it() -> None:
    """A network of an intranet opens that network, in its IPv6 spelling too; the operator's own addresses are open."""
    reach = Reach([ip_network("10.1.0.0/16")])
    assert [reach.covers(each) for each in ("10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1", "127.0.0.1", "::1")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert all(Reach(ANYWHERE).covers(each) for each in ("127.0.0.1", "::1", "169.254.1.1", "1.1.1.1"))


@pytest.mark.parametrize("host", LOOPBACK)
async def test_no_spelling_of_this_machine_is_connected_to(net: Net, host: str) -> None:
    """The machine's own resolver is asked, as in a running bot, and a program listens at 127.0.0.1 and ::1 both."""
    four = await net.host("127.0.0.1")
    six = await net.host("::1", four.port)
    for server in (four, six):
        server.answers(b"secret")
    net.links = await net.open(f"{OPEN}/32", as_it_runs=True)
    fault = await net.refused(f"http://{host}:{four.port}/a.png")
    assert (fault.fault, four.connections, six.connections) == (ImageFault.MISSING, 0, 0)
    assert "127.0.0.1" not in fault.detail


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("file:///etc/passwd", words.BAD_SCHEME),
        ("gopher://127.0.0.2/", words.BAD_SCHEME),
        ("data:image/png;base64,AAAA", words.BAD_SCHEME),
        ("//127.0.0.2/a", words.BAD_SCHEME),
        ("http:/127.0.0.2/a", words.BAD_SCHEME),
        ("http:///a", words.BAD_SHAPE),
        ("http://127.0.0.2:22/", words.BAD_PORT),
        ("http://127.0.0.2:0/", words.BAD_PORT),
        ("http://127.0.0.2:25/", words.BAD_PORT),
        ("http://127.0.0.2:65536/", words.BAD_PORT),
        ("http://127.0.0.2:-1/", words.BAD_SHAPE),
        ("http://127.0.0.2:80:81/", words.BAD_SHAPE),
        ("http://ann:secret@127.0.0.2/", words.USER_INFO),
        ("http://@127.0.0.2/", words.USER_INFO),
        ("http://xn--e1afmkfd.пример/", words.BAD_HOST),
        ("http://exam%70le.com/", words.BAD_HOST),
        ("http://a..b/", words.BAD_SHAPE),
        ("http://a.png/\r\nHost: evil", words.BAD_SHAPE),
        ("http://127.0.0.2/a b", words.BAD_SHAPE),
        ("http://127.0.0.2/a\u202e.png", words.BAD_SHAPE),
        ("http://127.0.0.2\\a/", words.BAD_SHAPE),
        ("http://" + "a" * 5000, words.TOO_LONG),
        ("http://1.2.3/", words.BAD_NUMBER),
        ("http://[::1/", words.BAD_SHAPE),
        ("http://[:::]/", words.BAD_NUMBER),
    ],
)
async def test_a_link_that_is_not_plain_is_refused_with_its_rule(net: Net, link: str, why: str) -> None:
    """Nobody is asked, not even the name server, and the one who gave the link reads what to mend."""
    fault = await net.refused(link)
    assert (fault.detail.endswith(why), net.names.asked) == (True, []), fault.detail


async def test_a_name_leads_to_its_public_address(net: Net) -> None:
    """The file comes whole; the host sees no cookie, no key, and no more of the program than its name."""
    host = await net.host()
    host.answers(b"picture", "Set-Cookie: a=b")
    net.names.names["pictures.test"] = [[OPEN]]
    link = host.url("/a.png?Signature=a%2Fb+c~'", "Pictures.test")
    assert (await net.fetch(link), await net.fetch(link)) == (b"picture", b"picture")
    first, second = (head.decode() for head in host.heads)
    assert first == second
    assert first.startswith("GET /a.png?Signature=a%2Fb+c~' HTTP/1.1\r\n")
    assert not {"cookie", "authorization", "referer"} & {line.partition(":")[0].lower() for line in first.splitlines()}


async def test_a_name_that_leads_inside_is_not_connected_to(net: Net) -> None:
    """Loopback, under somebody's own name."""
    inside = await net.host(CLOSED)
    net.names.names["evil.test"] = [[CLOSED]]
    fault = await net.refused(inside.url(host="evil.test"))
    assert (fault.detail, inside.connections) == (f"a.png: {words.NOT_PUBLIC}", 0)


async def test_of_several_addresses_only_public_ones_are_connected_to(net: Net) -> None:
    """A name with one foot inside: the other foot is used, in whichever order they come."""
    outside = await net.host()
    inside = await net.host(CLOSED, outside.port)
    outside.answers(b"picture")
    inside.answers(b"secret")
    for answer in ([CLOSED, OPEN], [OPEN, CLOSED], [CLOSED, OPEN, "::1"]):
        net.names.names["mixed.test"] = [answer]
        assert await net.fetch(outside.url(host="mixed.test")) == b"picture"
    assert inside.connections == 0


async def test_the_inside_foot_is_not_used_when_the_other_one_is_down(net: Net) -> None:
    """Falling back to the next address is no way in."""
    inside = await net.host(CLOSED)
    inside.answers(b"secret")
    net.names.names["mixed.test"] = [[OPEN, CLOSED]]
    fault = await net.refused(inside.url(host="mixed.test"))
    assert (fault.detail, inside.connections) == (f"a.png: {words.UNREACHED}", 0)


async def test_a_name_that_changes_its_mind_gains_nothing(net: Net) -> None:
    """Rebinding: public when first asked, loopback from then on. There is one question a hop, and its answer holds."""
    outside = await net.host()
    inside = await net.host(CLOSED, outside.port)
    inside.answers(b"secret")
    outside.redirects("/b.png")
    net.names.names["rebind.test"] = [[OPEN], [CLOSED]]
    fault = await net.refused(outside.url(host="rebind.test"))
    assert (fault.detail, outside.connections, inside.connections) == (f"a.png: {words.NOT_PUBLIC}", 1, 0)
    assert net.names.asked == ["rebind.test", "rebind.test"]


async def test_a_name_that_is_not_there_is_told(net: Net) -> None:
    """As such, without what the resolver said."""
    assert (await net.refused("http://nowhere.test/a.png")).detail == f"a.png: {words.UNKNOWN_HOST}"


async def test_the_connect_itself_is_the_last_check(net: Net) -> None:
    """An address that came past the resolver, as a literal does inside the HTTP client, gets no socket."""
    inside = await net.host(CLOSED)
    links = await net.open()
    assert links._session is not None
    with pytest.raises(OSError, match="Cannot connect"):
        await links._session.get(inside.url())
    assert inside.connections == 0


async def test_proxies_and_keys_of_the_environment_are_not_used(
    net: Net, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A proxy would connect for us, past every check; a netrc would give a stranger's host a password."""
    host, proxy = await net.host(), await net.host(CLOSED)
    host.answers(b"picture")
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text(f"machine {OPEN} login ann password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url(""))
    assert await net.fetch(host.url()) == b"picture"
    assert (proxy.connections, b"authorization" in host.heads[0].lower()) == (0, False)
