"""Asking another system for its roster over HTTP. Answers are bounded and never logged; what fails for a moment is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal

import httpx

from shared.errors import Fault, Invalid, Unavailable

MOST_OCTETS = 64 * 1024 * 1024
"""Of one answer."""

TIMEOUT = httpx.Timeout(60, connect=10)
"""Seconds. A school's computer takes long to gather a thousand students."""

PAUSES = (1.0, 5.0, 15.0)
"""Seconds before each further try."""

_REFUSED = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})

Why = Literal["wrong-token", "no-such-service", "unreachable", "too-large"]

Pause = Callable[[float], Awaitable[None]]
Stream = Callable[[], AbstractAsyncContextManager[httpx.Response]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks one server. name: what messages call it. pause: waits so many seconds."""

    client: httpx.AsyncClient
    name: str
    pause: Pause = asyncio.sleep

    async def get(self, address: str, *, params: Mapping[str, str | int], headers: Mapping[str, str]) -> httpx.Response:
        """Raises: Invalid: the token or the address is wrong, or the answer far too large. Unavailable: it cannot be reached now."""
        return await self._repeated(lambda: self.client.stream("GET", address, params=dict(params), headers=dict(headers), timeout=TIMEOUT))

    async def post(self, address: str, *, data: Mapping[str, str], auth: tuple[str, str]) -> httpx.Response:
        """Of a form that changes nothing, such as a request for a token. Raises: as `get`."""
        return await self._repeated(lambda: self.client.stream("POST", address, data=dict(data), auth=auth, timeout=TIMEOUT))

    async def _repeated(self, stream: Stream) -> httpx.Response:
        for seconds in (*PAUSES, None):
            answer = await self._once(stream)
            if answer is not None:
                return answer
            if seconds is not None:
                await self.pause(seconds)
        raise Unavailable(f"{self.name} does not answer: check that it runs and that its address is right, then fetch again")

    async def _once(self, stream: Stream) -> httpx.Response | None:
        """None where it may go better later."""
        try:
            async with stream() as answer:
                self._check(answer)
                if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                    return None
                content = await self._content(answer)
        except httpx.InvalidURL as error:
            raise self._wrong("no-such-service", "its address is none") from error
        except httpx.HTTPError:
            return None
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=answer.request)

    def _check(self, answer: httpx.Response) -> None:
        if answer.status_code in _REFUSED:
            raise self._wrong("wrong-token", "it does not accept the token, or this computer: check both in its settings")
        if answer.is_redirect or (answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS):
            raise self._wrong("no-such-service", f"it answers {answer.status_code}: check the address")

    async def _content(self, answer: httpx.Response) -> bytes:
        """The content itself; headers about its size or packing are not believed."""
        content = bytearray()
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > MOST_OCTETS:
                raise self._wrong("too-large", "its answer is far too large")
        return bytes(content)

    def _wrong(self, code: Why, sentence: str) -> Invalid:
        return Invalid(Fault("/source", code), message=f"{self.name}: {sentence}")
