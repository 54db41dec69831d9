"""What providers say after they took a message. Only what is signed with their secret counts; telling it again, late or out of order does no harm.

A report about a message that we do not know is answered like any other, and kept by a hash: the call that it is about may still be under way.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from services.notifications.channels.bounces import came_back
from services.notifications.channels.dug import found_at, text_at
from services.notifications.channels.keeping import Dispatches
from services.notifications.channels.settings import Callback, Channels, WhatsApp
from services.notifications.channels.statuses import Report, State
from services.notifications.senders.signing import TOLERANCE, NotVerified
from shared.access import SignedIn
from shared.clock import Clock
from shared.errors import Fault, Invalid, NotFound
from shared.typed import whole_number

MOST_REPORTS = 1000
_WHATSAPP: Mapping[str, State] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "returned"}


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Takes reports of the channels that the settings name."""

    channels: Channels
    dispatches: Dispatches
    clock: Clock

    async def whatsapp(self, signature: str, body: bytes) -> None:
        """Raises: NotFound: no such channel here. NotVerified. Invalid: no JSON. Unavailable."""
        account = self._whatsapp()
        expected = "sha256=" + hmac.digest(account.app_secret.get_secret_value().encode(), body, sha256).hex()
        _require_same(expected, signature)
        await self.dispatches.report("whatsapp", whatsapp_reports(_json(body), account.phone_number_id, self.clock.now()))

    def challenge(self, mode: str, token: str, challenge: str) -> str:
        """What Meta asks for when the address is entered there. Raises: NotFound, NotVerified."""
        if mode != "subscribe" or not hmac.compare_digest(token.encode(), self._whatsapp().verify_token.get_secret_value().encode()):
            raise NotVerified("the verify token is another one")
        return challenge

    async def sms(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises: NotFound: no such channel here. NotVerified. Invalid: it cannot be read. Unavailable."""
        described = self.channels.sms.callback if self.channels.sms else None
        if described is None:
            raise NotFound("no such channel is set up here")
        now = self.clock.now()
        _require_same(_signature(described, headers, body, now), headers.get(described.signature_header.lower(), ""))
        told = _json(body) if described.format == "json" else dict(parse_qsl(body.decode("utf-8", "replace")))
        await self.dispatches.report("sms", sms_reports(described, told, now))

    async def mail(self, secret: str, body: bytes) -> None:
        """Raises: NotFound: no such channel here. NotVerified. Unavailable."""
        if self.channels.bounces is None:
            raise NotFound("no such channel is set up here")
        _require_same(self.channels.bounces.secret.get_secret_value(), secret)
        for message in came_back(body):
            await self.dispatches.came_back(message, "mail")

    def _whatsapp(self) -> WhatsApp:
        if self.channels.whatsapp is None:
            raise NotFound("no such channel is set up here")
        return self.channels.whatsapp


def whatsapp_reports(told: Any, phone_number_id: str, now: datetime) -> Sequence[Report]:
    """The reports in what Meta sends. What people wrote to the number, and what is about another number, is passed over and kept nowhere."""
    found = []
    for value in _values(told):
        if text_at(value, "metadata.phone_number_id") == phone_number_id:
            statuses = found_at(value, "statuses")
            found += [each for each in statuses if isinstance(each, dict)] if isinstance(statuses, list) else []
    return [
        Report(text_at(each, "id"), _WHATSAPP[text_at(each, "status")], _moment(text_at(each, "timestamp"), now))
        for each in found[:MOST_REPORTS]
        if text_at(each, "id") and text_at(each, "status") in _WHATSAPP
    ]


def _values(told: Any) -> Sequence[Any]:
    entries = found_at(told, "entry")
    changes = [change for entry in entries if isinstance(entry, dict) for change in _list(entry.get("changes"))] if isinstance(entries, list) else []
    return [change.get("value") for change in changes if isinstance(change, dict) and change.get("field") == "messages"]


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def sms_reports(described: Callback, told: Any, now: datetime) -> Sequence[Report]:
    """The reports in what a gateway sends, as its description says."""
    listed = _list(found_at(told, described.list_at)) if described.list_at else (told,)
    states = {word: state for state, words in described.statuses.items() for word in words}
    pairs = [(text_at(each, described.reference), states.get(text_at(each, described.status))) for each in listed[:MOST_REPORTS]]
    return [Report(reference, state, now) for reference, state in pairs if reference and state]


def _signature(described: Callback, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """What the header should be. Raises: NotVerified: the gateway signs the moment, and that is missing, too old or too new."""
    signed = body
    if described.timestamp_header:
        told = headers.get(described.timestamp_header.lower(), "")
        if not told.isascii() or not told.isdigit() or len(told) > 12 or abs(now.timestamp() - int(told)) > TOLERANCE:  # noqa: PLR2004 - seconds
            raise NotVerified("the timestamp is missing, too old or too new")
        signed = told.encode() + b"." + body
    digest = hmac.digest(described.secret.get_secret_value().encode(), signed, sha256)
    return described.signed_with + (digest.hex() if described.encoding == "hex" else b64encode(digest).decode())


def _require_same(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise NotVerified("no signature fits")


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Invalid(Fault("", "not-json")) from None


def _moment(told: str, now: datetime) -> datetime:
    """Seconds as Meta writes them; now where they are none, or not yet."""
    seconds = whole_number(told)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and seconds <= now.timestamp() else now


def router(callbacks: Callbacks) -> APIRouter:
    """`/notifications/callbacks/…`."""
    routes = APIRouter(prefix="/notifications/callbacks", tags=["channels"])

    @routes.get("/whatsapp", summary="Meta checks this address when it is entered there")
    async def verify(request: Request, _: SignedIn) -> Response:
        asked = request.query_params
        told = callbacks.challenge(asked.get("hub.mode", ""), asked.get("hub.verify_token", ""), asked.get("hub.challenge", ""))
        return PlainTextResponse(told[:200])

    @routes.post("/whatsapp", summary="What became of WhatsApp messages, signed by Meta")
    async def whatsapp(request: Request, _: SignedIn) -> Response:
        await callbacks.whatsapp(request.headers.get("x-hub-signature-256", ""), await request.body())
        return Response(status_code=200)

    @routes.post("/mail", summary="Mail that came back, as the mail server hands it over (RFC 3464)")
    async def mail(request: Request, _: SignedIn) -> Response:
        await callbacks.mail(request.headers.get("x-tanggap-secret", ""), await request.body())
        return Response(status_code=200)

    @routes.post("/sms", summary="What became of SMS, signed by the gateway")
    async def sms(request: Request, _: SignedIn) -> Response:
        await callbacks.sms(request.headers, await request.body())
        return Response(status_code=200)

    return routes
