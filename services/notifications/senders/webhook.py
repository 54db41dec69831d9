"""A thin, signed webhook: a task's reference, priority and respond-by, and nothing that says who or why (contracts.md, Webhooks to agencies)."""

from __future__ import annotations

import asyncio
import hmac
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal

import httpx
import orjson

from services.notifications.domain.outcome import Never, Outcome
from services.notifications.domain.task.events import TaskRequested
from services.notifications.endpoints import Endpoint, endpoint
from services.notifications.senders.addresses import AddressRefused, checked_address
from services.notifications.senders.judging import answered, failed
from services.notifications.senders.signing import sign, signing_keys
from shared.errors import Unavailable
from shared.keys import Keys
from shared.trust import trust

_LONGEST = 15.0
_TIMEOUT = httpx.Timeout(_LONGEST, connect=5)
_LARGEST_ANSWER = 131_072
"""Octets: what is disclosed has at most 20,000 letters."""


class _Unusable(Exception):
    """An endpoint that can never be called."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def message_id(key: bytes, agency: str, about: str) -> str:
    """Per recipient, so that two agencies cannot compare ids; the same for every attempt, also while secrets rotate.

    key: from the agency's own key, use `message-id`. about: the id of a task, or of a message that is about none.
    """
    digest = hmac.digest(key, f"webhook|{agency}|{about}".encode(), sha256)
    return "evt_" + b32encode(digest).decode()[:26]


What = Literal["requested", "answered"]
"""Of a referral: the school sent it, or answered what the agency asked."""


def notice(
    origin: str, requested: TaskRequested, identifier: str, queued_at: datetime, what: What = "requested", *, hands_over: bool = False
) -> bytes:
    """The body, in structured CloudEvents 1.0 JSON. It has the same bytes at every attempt. hands_over: the case goes with it."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": identifier,
            "source": origin,
            "type": f"id.tanggap.referral.{what}.v1",
            "subject": f"tasks/{requested.task}",
            "time": queued_at.isoformat(),
            "datacontenttype": "application/json",
            "dataclassification": "restricted",
            "data": {
                "task": f"{origin}/notifications/api/tasks/{requested.task}",
                "priority": requested.priority,
                "respond_by": requested.respond_by.isoformat(),
                **({"purpose": "transfer"} if hands_over else {}),
            },
        }
    )


def room_question(origin: str, identifier: str, queued_at: datetime) -> bytes:
    """The body of *have you room?*. It is told nothing of whom somebody looks for a place for, so it cannot say it."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": identifier,
            "source": origin,
            "type": "id.tanggap.room.asked.v1",
            "subject": "room",
            "time": queued_at.isoformat(),
            "datacontenttype": "application/json",
            "dataclassification": "internal",
            "data": {"answer": f"{origin}/notifications/api/agencies/room"},
        }
    )


class WebhookSender:
    """Sends notices, signed with each of our keys that holds now. loopback: allows agencies on this machine, for a demonstration."""

    def __init__(self, keys: Keys, *, loopback: bool) -> None:
        self._keys, self._loopback = keys, loopback
        self._client = _client()

    async def send(self, url: str, secrets: Sequence[str], identifier: str, body: bytes, now: datetime) -> Outcome:
        """Makes one attempt. What was registered by an earlier release is parsed here for the first time."""
        try:
            answer, _ = await self._called(url, secrets, identifier, body, now)
            return answered(answer, now)
        except _Unusable as error:
            return Never("endpoint-unusable", error.code)
        except (AddressRefused, httpx.HTTPError, OSError) as error:
            return failed(error)

    async def ask(self, url: str, secrets: Sequence[str], identifier: str, body: bytes, now: datetime) -> bytes:
        """What is answered to a question of ours. Raises: Unavailable: nothing that could be used."""
        try:
            answer, told = await self._called(url, secrets, identifier, body, now)
        except (_Unusable, AddressRefused, httpx.HTTPError, OSError) as error:
            raise Unavailable(f"the other side does not answer ({type(error).__name__}): try again") from None
        if not answer.is_success or told is None:
            raise Unavailable(f"the other side answers {answer.status_code}: try again")
        return told

    async def _called(self, url: str, secrets: Sequence[str], identifier: str, body: bytes, now: datetime) -> tuple[httpx.Response, bytes | None]:
        target = endpoint(url, loopback=self._loopback)
        if not isinstance(target, Endpoint):
            raise _Unusable(target.code)
        timestamp = int(now.timestamp())
        headers = {
            "content-type": "application/cloudevents+json",
            "accept-encoding": "identity",
            "webhook-id": identifier,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secrets, signing_keys(self._keys), identifier, timestamp, body),
        }
        return await self._posted(target, headers, body)

    async def _posted(self, target: Endpoint, headers: dict[str, str], body: bytes) -> tuple[httpx.Response, bytes | None]:
        """Dials the address that was checked, and asks for the certificate of the name; the answer, and what it says.

        Raises: AddressRefused, httpx.HTTPError, OSError.
        """
        async with asyncio.timeout(_LONGEST):
            address = await checked_address(target.host, target.port, loopback=self._loopback)
            named = httpx.URL(target.url)
            headers["host"] = named.netloc.decode()
            dialled = named.copy_with(host=address)
            request = self._client.build_request("POST", dialled, content=body, headers=headers, extensions={"sni_hostname": target.host})
            response = await self._client.send(request, stream=True)
            return response, await _drained(response)

    async def close(self) -> None:
        """Closes all connections. The next attempt opens new ones."""
        closing, self._client = self._client, _client()
        await closing.aclose()


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
    return httpx.AsyncClient(timeout=_TIMEOUT, limits=limits, follow_redirects=False, trust_env=False, verify=trust())


async def _drained(response: httpx.Response) -> bytes | None:
    """Reads a small answer to its end, so that the connection can be used again. After a large one the connection is closed, and it says nothing."""
    read = bytearray()
    try:
        async for chunk in response.aiter_raw():
            read += chunk
            if len(read) > _LARGEST_ANSWER:
                return None
    finally:
        await response.aclose()
    return bytes(read)
