"""Which addresses may be reached for a stranger: those of the public internet, and what the operator allows besides.

``is_global`` of the standard library is not enough: it follows the registries, so it lets multicast through, and its
answer for addresses that hold another one differs between Python's versions. What is listed here is IANA's special
registries (IPv4 and IPv6, read 2026-11), and what clouds have put at public numbers.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

ANYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
"""For addresses that the operator names."""

_CLOSED_4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host, which every machine of its trusts
        "169.254.0.0/16",  # link-local, and the metadata of nearly every cloud
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols' own, and the metadata of one cloud
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_UNICAST_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocols' own, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: it wraps any address of IPv4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


class Reach:
    """What may be reached: public addresses, and the ``allowed`` networks."""

    def __init__(self, allowed: Collection[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def covers(self, text: str) -> bool:
        """Whether an address, as a resolver or a socket writes it, may be reached."""
        try:
            address = ip_address(text)
        except ValueError:
            return False
        if isinstance(address, IPv6Address):
            if address.scope_id is not None:
                return False
            # What a connection to it reaches is the address inside.
            address = _inside(address) or address
        return any(address in network for network in self._allowed) or _is_public(address)


def _inside(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return address in _UNICAST_6 and not any(address in network for network in _CLOSED_6)
