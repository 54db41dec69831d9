"""HTTP once for all services: problems (RFC 9457), limits, headers, preconditions, idempotency. Nothing here ever echoes what was sent."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.access import Principal
from shared.errors import (
    Fault,
    IdempotencyKeyMissing,
    Invalid,
    Malformed,
    PreconditionFailed,
    Refused,
    TanggapError,
    TooLarge,
    Unavailable,
)
from shared.message import TANGGAP, derived_id

log = structlog.get_logger()

PROBLEM = "application/problem+json"
BODY_LIMIT = 512 * 1024
"""Octets of a request's body, where a route does not ask for more: 20,000 characters of narrative fit many times."""

_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}


# problems ----------------------------------------------------------------------------------------------------------


def problem(error: TanggapError) -> JSONResponse:
    """The one mapping of the error tree to an answer."""
    told: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": str(error),
        "instance": f"urn:uuid:{uuid4()}",
    }
    if isinstance(error, Invalid):
        told["errors"] = [_told(fault) for fault in error.faults]
    if isinstance(error, Refused):
        told["sentence"] = {"id": error.indonesian, "en": error.english}
    headers = {"retry-after": str(error.retry_after)} if isinstance(error, Unavailable) else None
    return JSONResponse(told, error.status, headers, media_type=PROBLEM)


def _told(fault: Fault) -> dict[str, Any]:
    told: dict[str, Any] = {"pointer": fault.pointer, "code": fault.code}
    return told | {"sentence": {"id": fault.sentences.indonesian, "en": fault.sentences.english}} if fault.sentences else told


async def _known(_: Request, error: Exception) -> Response:
    return problem(error if isinstance(error, TanggapError) else TanggapError())


async def _validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [Fault(_pointer(each["loc"]), each["type"]) for each in error.errors()]
    malformed = any(fault.code == "json_invalid" for fault in faults)
    return problem(Malformed(Fault("", "json-invalid")) if malformed else Invalid(*faults))


def _pointer(location: tuple[int | str, ...]) -> str:
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = {"type": "about:blank", "title": str(error.detail), "status": error.status_code, "instance": f"urn:uuid:{uuid4()}"}
    log.info("refused", path=_route(request), status=error.status_code)
    return JSONResponse(told, error.status_code, error.headers, media_type=PROBLEM)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", route=_route(request), error=type(error).__name__)
    answer = problem(TanggapError("the request could not be worked on; nothing was acknowledged"))
    answer.headers.update(_HEADERS)  # this answer is made outside the guard
    return answer


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return getattr(route, "path_format", "-")


def install(app: Starlette) -> None:
    """Problems, limits and headers for an application."""
    app.add_exception_handler(TanggapError, _known)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(Guard)


class Guard:
    """Refuses bodies over the limit and unstorable characters, adds the security headers. uploads: path prefixes that may send more."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _guarded(message["headers"])
            await send(message)

        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
            await problem(Invalid(Fault("", "unstorable-character")))(scope, receive, send_guarded)
            return
        if scope["method"] in ("GET", "HEAD", "OPTIONS") or _is_upload(scope):
            await self._app(scope, receive, send_guarded)
            return
        body = await _whole_body(receive, self._limit)
        if body is None:
            return  # cut off on its way: half a concern is none
        if isinstance(body, TanggapError):
            await problem(body)(scope, receive, send_guarded)
            return
        await self._app(scope, _replayed(body, receive), send_guarded)


def _guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with the security headers that it lacks, and with no host in a redirect."""
    told = [(name, _without_host(value) if name == b"location" else value) for name, value in headers]
    present = {name for name, _ in told}
    return told + [(name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in present]


def _without_host(location: bytes) -> bytes:
    """Only the path: the router's redirects (a slash too many or too few) would repeat whatever host the request named."""
    if not location.startswith((b"http://", b"https://")):
        return location
    return b"/" + location.partition(b"://")[2].partition(b"/")[2].lstrip(b"/")


def _is_upload(scope: Scope) -> bool:
    return bool(scope["path"].endswith("/api/roster"))


async def _whole_body(receive: Receive, limit: int) -> bytes | TanggapError | None:
    """The body; None where the client went away before its end."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            return TooLarge(f"the body is over {limit} octets: send less")
    if b"\x00" in body or b"\\u0000" in body or _has_lone_surrogate(body):
        return Invalid(Fault("", "unstorable-character"))
    return bytes(body)


def _has_lone_surrogate(body: bytearray) -> bool:
    lowered = body.lower()
    if (
        b"\\ud8" not in lowered
        and b"\\ud9" not in lowered
        and b"\\uda" not in lowered
        and b"\\udb" not in lowered
        and all(mark not in lowered for mark in (b"\\udc", b"\\udd", b"\\ude", b"\\udf"))
    ):
        return False
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False  # not JSON: the parser behind us says so
    return False


def _replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


# requests ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A command's identity: its scope (principal and route), the client's key, and what tells another body apart.

    cause: the id that everything decided because of it is derived from.
    """

    scope: str
    key: str | None
    fingerprint: str
    cause: UUID


async def asked(request: Request, principal: Principal, *, required: bool = False) -> Asked:
    """Reads `Idempotency-Key` (quoted or not) and fingerprints the body. Raises: IdempotencyKeyMissing, Invalid."""
    key = request.headers.get("idempotency-key", "").strip().strip('"')
    scope = f"{principal.id} {request.method} {request.url.path}"
    if not key and required:
        raise IdempotencyKeyMissing("send an Idempotency-Key header: the same key for the same concern, so that a repeat is harmless")
    if key and (len(key) > 200 or not key.isascii() or not key.isprintable()):  # noqa: PLR2004 - a uuid has 36
        raise Invalid(Fault("", "idempotency-key"), message="Idempotency-Key: at most 200 printable ASCII characters")
    fingerprint = hashlib.sha256(f"{request.method} {request.url.path} ".encode() + _canonical(await request.body())).hexdigest()
    return Asked(scope, key or None, fingerprint, derived_id(TANGGAP, scope, key) if key else uuid4())


def _canonical(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except ValueError:
        return body


_LONGEST_VERSION = 19


def named_version(request: Request) -> int | None:
    """The version that `If-Match` names; None where it names none, 0 (which nothing has) where it is no version of ours."""
    told = request.headers.get("if-match")
    if told is None or told.strip() == "*":
        return None
    wanted = told.strip().removeprefix("W/").strip('"')
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < _LONGEST_VERSION else 0


def require_version(request: Request, actual: int, stream: str) -> None:
    """Raises: PreconditionFailed: `If-Match` names another version."""
    wanted = named_version(request)
    if wanted not in (None, actual):
        raise PreconditionFailed(stream, wanted or 0, actual)


def cursor(*values: object) -> str:
    """An opaque cursor for the next page."""
    return urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def read_cursor(told: str | None, *kinds: Callable[[Any], Any]) -> list[Any] | None:
    """What a cursor of ours holds. kinds: what its values are, in order. Raises: Invalid: it was not made here."""
    if not told:
        return None
    try:
        values: Any = json.loads(urlsafe_b64decode(told + "=" * (-len(told) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError  # noqa: TRY301 - one answer for everything that is no cursor
        return [_storable(kind(value)) for kind, value in zip(kinds, values, strict=True)]
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(Fault("/cursor", "not-a-cursor")) from error


def _storable(value: Any) -> Any:
    """Raises: ValueError: a text that the database cannot hold."""
    if isinstance(value, str) and b"\x00" in value.encode():
        raise ValueError
    return value
