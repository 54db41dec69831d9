"""A client that asks again where a service says that it cannot answer yet: a list that is not whole is 503 with Retry-After."""

from __future__ import annotations

import time

import httpx

LONGEST = 30.0
"""Seconds that one question may be asked again."""


class Patient(httpx.BaseTransport):
    """Repeats questions (GET), never commands. within: as `LONGEST`. transport: what carries them."""

    def __init__(self, transport: httpx.BaseTransport | None = None, *, within: float = LONGEST) -> None:
        self._transport, self._within = transport or httpx.HTTPTransport(trust_env=False), within

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline = time.monotonic() + self._within
        answer = self._transport.handle_request(request)
        while request.method == "GET" and (wait := _asked_to_wait(answer)) is not None and time.monotonic() + wait < deadline:
            answer.close()
            time.sleep(wait)
            answer = self._transport.handle_request(request)
        return answer

    def close(self) -> None:
        self._transport.close()


def _asked_to_wait(answer: httpx.Response) -> float | None:
    """Seconds; None where the answer does not ask for it."""
    told = answer.headers.get("retry-after", "")
    return float(told) if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and told.isdigit() else None
