"""Calls to issuers: to addresses from the settings, and to those that such an issuer publishes; never to what a browser said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from services.intake.accounts.openid.issuers import is_safe
from services.intake.accounts.openid.refusing import IssuerAway

_LARGEST_ANSWER = 256 * 1024
_TIMEOUT = httpx.Timeout(8.0, connect=4.0)
_JSON = {"accept": "application/json"}


class Calls:
    """Each call has a connection of its own: people sign in too rarely for more. transport: another way to the issuers, for tests."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport, self._tls = transport, httpx.create_ssl_context()

    async def get(self, address: str) -> dict[str, Any]:
        """What stands there, a JSON object. Raises: IssuerAway."""
        status, told = await self._sent("GET", address)
        if status != httpx.codes.OK:
            raise IssuerAway("status")
        return told

    async def post(self, address: str, form: Mapping[str, str], auth: httpx.BasicAuth | None) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object that a form is answered with. Raises: IssuerAway."""
        return await self._sent("POST", address, form, auth)

    async def _sent(
        self, method: str, address: str, form: Mapping[str, str] | None = None, auth: httpx.BasicAuth | None = None
    ) -> tuple[int, dict[str, Any]]:
        if not is_safe(address):
            raise IssuerAway("unsafe-address")
        try:
            async with self._client() as client, client.stream(method, address, headers=_JSON, data=form, auth=auth) as response:
                return response.status_code, _object(await _read(response))
        except httpx.HTTPError:
            raise IssuerAway("no-answer") from None

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False, verify=self._tls, transport=self._transport)


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _LARGEST_ANSWER:
            raise IssuerAway("too-large")
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise IssuerAway("not-json") from None
    if not isinstance(told, dict):
        raise IssuerAway("not-an-object")
    return told
