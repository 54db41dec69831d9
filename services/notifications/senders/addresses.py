"""Which addresses a webhook may go to. A name is resolved once, every answer is checked, and the checked address is dialled.

Python's `is_global` alone is not enough: it accepts NAT64, 6to4 and other addresses that can lead back inside, and its list differs by release.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from shared.errors import TanggapError

_CLOSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24", "192.88.99.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "::/96", "fec0::/10",
        "3fff::/20", "5f00::/16",
    )
)  # fmt: skip
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class AddressRefused(TanggapError):
    """We do not call this address of a webhook."""

    code = "address-refused"


class UnknownHost(OSError):
    """The name servers say that there is no such name. An outage of theirs may say so, too."""


def allowed(address: str) -> bool:
    """Whether this is a public unicast address that cannot lead back inside."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _CLOSED if network.version == ip.version)


async def checked_address(host: str, port: int, *, loopback: bool) -> str:
    """The address to dial for a webhook's host. loopback: this machine is allowed, for a demonstration.

    Raises: AddressRefused: it leads inside. UnknownHost. OSError: no name server answers.
    """
    addresses = await resolve(host, port)
    if loopback and addresses and all(ipaddress.ip_address(address).is_loopback for address in addresses):
        return addresses[0]
    if not addresses or not all(allowed(address) for address in addresses):
        raise AddressRefused("a webhook's address must be public")
    return addresses[0]


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a name. Raises: UnknownHost, OSError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_NAME:
            raise UnknownHost(error.errno, "no such name") from error
        raise
    return [str(each[4][0]) for each in found]
