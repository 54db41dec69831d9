"""Which addresses a webhook may go to. A name is resolved once, every answer is checked, and the checked address is dialled.

Python's `is_global` alone is not enough: it accepts NAT64, 6to4 and other addresses that can lead back inside.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from shared.errors import TanggapError

_CLOSED = tuple(
    ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10", "192.88.99.0/24")
)
_PORTS = frozenset({443, 8443})


class AddressRefused(TanggapError):
    """We do not call this address of a webhook."""

    code = "address-refused"


def allowed(address: str) -> bool:
    """Whether this is a public unicast address that cannot lead back inside."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _CLOSED if network.version == ip.version)


async def checked_address(url: str, *, loopback: bool) -> str:
    """The address to dial for a webhook's URL. loopback: allowed only for a demonstration on one machine. Raises: AddressRefused, OSError."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if loopback and addresses and all(ipaddress.ip_address(address).is_loopback for address in addresses):
        return addresses[0]
    if parts.scheme != "https" or port not in _PORTS or parts.username:
        raise AddressRefused("a webhook's address must be https on port 443 or 8443, without credentials in it")
    if not addresses or not all(allowed(address) for address in addresses):
        raise AddressRefused("a webhook's address must be public")
    return addresses[0]
