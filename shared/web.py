"""HTTP once for all services: problems (RFC 9457), limits and headers. Nothing here ever echoes what was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from python_multipart.multipart import parse_options_header
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Fault, Invalid, Malformed, Refused, SentFromElsewhere, TanggapError, TooLarge, TooSlow, Unavailable
from shared.leaving import SCOPE as LEAVING
from shared.operation_outcome import asks_fhir, operation_outcome, refused
from shared.pages import Frame
from shared.pages.giving_back import given_back, is_form_of_ours
from shared.pages.refusals import missing_page, refusal_page, wants_page
from shared.sessions.elsewhere import is_from_elsewhere
from shared.sessions.presence import with_use
from shared.sessions.shown_to import ShownToSomebodyElse, note
from shared.tracing import traces
from shared.tracing.spans import TRACED, Asking

log = structlog.get_logger()

PROBLEM = "application/problem+json"
BODY_LIMIT = 512 * 1024
"""Octets of a request's body, where a route does not ask for more: 20,000 characters of narrative fit many times."""

BODY_TIME = 60.0
"""Seconds in which a body has to come: a child on a bad line manages it, and whoever holds requests open half sent does not keep them."""

_FORM = "application/x-www-form-urlencoded"
_OUR_LETTERS = (b"utf-8", b"utf8")

_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # with `no-referrer` a form of our own would say that it comes from nowhere
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}

_OVER_HTTPS = {"strict-transport-security": "max-age=63072000"}
"""Only for this host: what else a district serves under its name is not ours to decide."""


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


def answer(frame: Frame | None, request: Request, error: TanggapError) -> Response:
    """A page for a person in a browser, an outcome for a client of FHIR, a problem for everybody else. frame: None without pages."""
    if asks_fhir(request):
        return operation_outcome(error)
    if frame is None or not wants_page(request):
        return problem(error)
    page = refusal_page(frame, request, error)
    if isinstance(error, Unavailable):
        page.headers["retry-after"] = str(error.retry_after)
    return page


class _Answers:
    """What goes wrong in an application, as an answer."""

    def __init__(self, frame: Frame | None) -> None:
        self._frame = frame

    async def known(self, request: Request, error: Exception) -> Response:
        if self._frame and isinstance(error, ShownToSomebodyElse) and is_form_of_ours(request):
            return await given_back(self._frame, request, error)
        return answer(self._frame, request, error if isinstance(error, TanggapError) else TanggapError())

    async def validation(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        faults = [Fault(_pointer(each["loc"]), each["type"]) for each in error.errors()]
        malformed = any(fault.code == "json_invalid" for fault in faults)
        return answer(self._frame, request, Malformed(Fault("", "json-invalid")) if malformed else Invalid(*faults))

    async def http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        log.info("refused", path=_route(request), status=error.status_code)
        if asks_fhir(request):
            return refused(error.status_code, str(error.detail), error.headers)
        if error.status_code == HTTPStatus.BAD_REQUEST:  # a body that is not even text in UTF-8, or is nested too deeply
            return answer(self._frame, request, Malformed(Fault("", "json-invalid")))
        if self._frame and wants_page(request):
            return missing_page(self._frame, request, error.status_code, error.headers)
        told = {"type": "about:blank", "title": str(error.detail), "status": error.status_code, "instance": f"urn:uuid:{uuid4()}"}
        return JSONResponse(told, error.status_code, error.headers, media_type=PROBLEM)

    async def gone(self, request: Request, _: Exception) -> Response:
        """A telephone that lost its network in the middle of a form is nothing that an operator mends. Nobody hears the answer."""
        log.info("gone", path=_route(request))
        return Response(status_code=HTTPStatus.BAD_REQUEST)

    async def unexpected(self, request: Request, error: Exception) -> Response:
        log.error("unexpected", route=_route(request), error=type(error).__name__)
        told = answer(self._frame, request, TanggapError("the request could not be worked on; nothing was acknowledged"))
        told.headers.update(_HEADERS)  # this answer is made outside the guard
        return told


def _pointer(location: tuple[int | str, ...]) -> str:
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return getattr(route, "path_format", "-")


def install(app: Starlette, frame: Frame | None = None, origin: str = "") -> None:
    """Problems, limits and headers for an application. frame: of its pages, where it has any. origin: where browsers reach them."""
    answers = _Answers(frame)
    app.add_exception_handler(TanggapError, answers.known)
    app.add_exception_handler(RequestValidationError, answers.validation)
    app.add_exception_handler(HTTPException, answers.http)
    app.add_exception_handler(ClientDisconnect, answers.gone)
    app.add_exception_handler(Exception, answers.unexpected)
    app.add_middleware(Guard, frame=frame, origin=origin)
    app.add_middleware(Traced)


class Traced:
    """Says how a request ended that is traced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: list[Asking | None] = []
        scope[TRACED] = begun

        async def noted(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                for asking in filter(None, begun):
                    traces.answered(asking, message["status"])

        await self._app(scope, receive, noted)


class Guard:
    """Refuses what other pages send with our cookies, bodies over the limit and unstorable characters; adds the security headers."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT, frame: Frame | None = None, origin: str = "") -> None:
        self._app, self._limit, self._frame, self._origin = app, limit, frame, origin
        self._headers = _HEADERS | (_OVER_HTTPS if origin.startswith("https://") else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_use(_guarded(message["headers"], self._headers, scope.get(LEAVING)), scope)
            await send(message)

        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b"") or _is_in_other_letters(scope):
            await answer(self._frame, Request(scope), Invalid(Fault("", "unstorable-character")))(scope, receive, send_guarded)
            return
        if is_from_elsewhere(scope["method"], Request(scope).headers, self._origin):
            await answer(self._frame, Request(scope), SentFromElsewhere())(scope, receive, send_guarded)
            return
        if scope["method"] in ("GET", "HEAD", "OPTIONS") or _is_upload(scope):
            await self._app(scope, receive, send_guarded)
            return
        try:
            async with asyncio.timeout(BODY_TIME):
                body = await _whole_body(receive, self._limit, holds_file=_holds_file(scope), is_form=_content_type(scope).startswith(_FORM))
        except TimeoutError:
            body = TooSlow(f"the body did not come within {BODY_TIME:.0f} seconds: send it again")
        if body is None:
            return  # cut off on its way: half a concern is none
        if isinstance(body, TanggapError):
            await answer(self._frame, Request(scope), body)(scope, receive, send_guarded)
            return
        note(scope, body)
        await self._app(scope, _replayed(body, receive), send_guarded)


def _guarded(headers: Iterable[tuple[bytes, bytes]], needed: Mapping[str, str], leaving: bytes | None) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with the security headers that it lacks, and with no host in a redirect but that of `lead_away`."""
    told = [(name, _without_host(value) if name == b"location" and value != leaving else value) for name, value in headers]
    present = {name for name, _ in told}
    return told + [(name.encode(), value.encode()) for name, value in needed.items() if name.encode() not in present]


def _without_host(location: bytes) -> bytes:
    """Only the path: the router's redirects (a slash too many or too few) would repeat whatever host the request named."""
    if not location.startswith((b"http://", b"https://")):
        return location
    return b"/" + location.partition(b"://")[2].partition(b"/")[2].lstrip(b"/")


def _is_upload(scope: Scope) -> bool:
    """What reads its body itself, within bounds of its own."""
    path: str = scope["path"]
    takes_files = path == "/intake/tambah" or (path.startswith(("/cases/cases/", "/cases/tanpa-kasus/")) and path.endswith("/lampiran"))
    with_files = takes_files and _content_type(scope).startswith("multipart/form-data")
    return with_files or path.endswith(("/api/roster", "/intake/impor"))


def _holds_file(scope: Scope) -> bool:
    """A copy of a letter that is compared and not kept, an emblem: their octets are no text, so that any of them may be zero."""
    return bool(scope["path"].startswith("/cases/surat/") or scope["path"].endswith("/surat/lambang"))


def _content_type(scope: Scope) -> str:
    return Request(scope).headers.get("content-type", "").lower().strip()


def _is_in_other_letters(scope: Scope) -> bool:
    """A form in parts may name an encoding of its own, and in some of them a NUL is written with plain letters."""
    kind, told = parse_options_header(_content_type(scope))
    return kind.startswith(b"multipart/") and told.get(b"charset", b"utf-8") not in _OUR_LETTERS


async def _whole_body(receive: Receive, limit: int, *, holds_file: bool, is_form: bool) -> bytes | TanggapError | None:
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
    if holds_file:
        return bytes(body)
    if b"\x00" in body or b"\\u0000" in body or (is_form and b"%00" in body) or _has_lone_surrogate(body):
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
