"""Where a request comes from, as far as tries are counted."""

from __future__ import annotations

import ipaddress

from fastapi import Request

_OF_A_LINE = 64
"""Bits of an IPv6 address that tell one network from another."""


def network_of(request: Request) -> str:
    """Where a request comes from, as far as tries are counted: an IPv4 address, or the part of an IPv6 address that one line has."""
    told = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return "here"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _OF_A_LINE), strict=False))
    return told
