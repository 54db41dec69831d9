"""Calls to providers of messages: one small client, and what a failed call means. The operator chose the address, so no name is looked up first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import orjson

from services.notifications.domain.outcome import Later, Never, Outcome
from services.notifications.senders.judging import failed, retry_after
from shared.trust import trust

_LONGEST = 15.0
_LARGEST_ANSWER = 65_536
_UNAUTHORISED = (401, 403)
_WAIT = (408, 425, 429)
_FAULT = 500
_REFUSED = 300


@dataclass(frozen=True, slots=True)
class Handed:
    """How handing a message over ended. reference: the provider's id of it, where it took the message and gave one."""

    outcome: Outcome
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider answered. told: its JSON; None where it is none, or too large to be an answer."""

    status: int
    told: Any
    wait_until: datetime | None


class Gateway:
    """Keeps connections open."""

    def __init__(self) -> None:
        self._client = _client()

    async def post(
        self, url: str, headers: Mapping[str, str], now: datetime, *, json: object = None, form: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Answer | Outcome:
        """One call: with JSON, a form, or bytes. An outcome where nobody answered."""
        body: dict[str, Any] = {"data": dict(form)} if form is not None else {"content": orjson.dumps(json) if json is not None else content}
        kind = {"content-type": "application/json"} if json is not None else {}
        try:
            async with asyncio.timeout(_LONGEST), self._client.stream("POST", url, headers={**kind, **headers}, **body) as response:
                return Answer(response.status_code, await _read(response), retry_after(response.headers.get("retry-after", ""), now))
        except (httpx.HTTPError, OSError) as error:
            outcome = failed(error)
            return Later("gateway-fault", "certificate") if isinstance(outcome, Never) else outcome

    async def close(self) -> None:
        """The next call opens new connections."""
        closing, self._client = self._client, _client()
        await closing.aclose()


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=16, max_keepalive_connections=8)
    return httpx.AsyncClient(timeout=httpx.Timeout(_LONGEST, connect=5), limits=limits, follow_redirects=False, trust_env=False, verify=trust())


def by_status(answer: Answer) -> Outcome:
    """What a status says where the body says nothing better. What is about us waits: the operator mends it, and every message would meet the same."""
    if answer.status in _UNAUTHORISED:
        return Later("gateway-refuses-us", str(answer.status), answer.wait_until)
    if answer.status in _WAIT:
        return Later("gateway-busy", str(answer.status), answer.wait_until)
    if answer.status >= _FAULT:
        return Later("gateway-fault", str(answer.status), answer.wait_until)
    return Never("gateway-refused", str(answer.status))


def is_success(answer: Answer) -> bool:
    """Only 2xx is; a redirect is not followed."""
    return answer.status < _REFUSED


async def _read(response: httpx.Response) -> Any:
    read = bytearray()
    async for chunk in response.aiter_bytes():
        read += chunk
        if len(read) > _LARGEST_ANSWER:
            return None
    try:
        return orjson.loads(read)
    except orjson.JSONDecodeError:
        return None
