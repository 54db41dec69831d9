"""A name that leads elsewhere when it is asked again: what was checked is what is dialled, and a name leads inside at no time."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from services.notifications.domain.outcome import Accepted, Never
from services.notifications.senders.webhook import WebhookSender
from tests.keys import keys
from tests.notifications.desk import SECRET

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
PUBLIC = "8.8.8.8"
INSIDE = [
    "127.0.0.1", "127.1.2.3", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "100.127.255.255", "0.0.0.0", "0.1.2.3", "192.0.0.1",
    "192.0.0.9", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::a00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1",
    "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fdff:ffff::1", "fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
"""Sixty: this machine, the office's network, the cloud's own data, what is reserved, and roads of IPv6 that lead back to IPv4."""


class Names:
    """Name servers that say each of these in turn, and the last one from then on."""

    def __init__(self, *told: list[str]) -> None:
        self._told, self.asked = iter(told), 0
        self._last: list[str] = []

    async def resolve(self, _: str, port: int, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        self.asked += 1
        self._last = next(self._told, self._last)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in self._last]


@pytest.fixture
async def sender() -> AsyncIterator[tuple[WebhookSender, list[httpx.Request]]]:
    """And what it dialled."""
    dialled: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        dialled.append(request)
        return httpx.Response(202, stream=httpx.ByteStream(b""))

    made = WebhookSender(keys("notifications"), loopback=False)
    await made.close()
    made._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    yield made, dialled
    await made.close()


def test_there_are_sixty_of_them():
    assert len(set(INSIDE)) == 60


@pytest.mark.parametrize("address", INSIDE)
async def test_what_was_checked_is_dialled_although_the_name_leads_inside_a_moment_later(sender, monkeypatch, address):
    calling, dialled = sender
    names = Names([PUBLIC], [address], [PUBLIC, address], [address, PUBLIC], [PUBLIC])
    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", names.resolve)
    outcomes = [await calling.send("https://upt.invalid/hook", [SECRET], f"evt_{each}", b"{}", NOW) for each in range(5)]
    assert outcomes == [Accepted(), *[Never("leads-inside")] * 3, Accepted()]
    assert [(each.url.host, each.headers["host"], each.extensions["sni_hostname"]) for each in dialled] == [
        (PUBLIC, "upt.invalid", "upt.invalid")
    ] * 2
    assert names.asked == 5, "once for each attempt: nothing asks again between the check and the call"
