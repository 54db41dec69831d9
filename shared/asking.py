"""What a request asks: a command once, a version that it knows, a page after another one."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request

from shared.access import Principal
from shared.asked import Asked, Fingerprints
from shared.errors import Fault, IdempotencyKeyMissing, Invalid, PreconditionFailed
from shared.message import TANGGAP, derived_id
from shared.tracing import traces
from shared.tracing.spans import TRACED
from shared.typed import whole_number


async def asked(request: Request, principal: Principal, *, required: bool = False, path: str | None = None) -> Asked:
    """Reads `Idempotency-Key` (quoted or not) and fingerprints the body.

    path: within which a key is the client's, if not that of the request: where a secret in the body says what it is about. Raises:
    IdempotencyKeyMissing, Invalid.
    """
    key, place = request.headers.get("idempotency-key", "").strip().strip('"'), path or request.url.path
    scope = f"{principal.id} {request.method} {place}"
    if not key and required:
        raise IdempotencyKeyMissing("send an Idempotency-Key header: the same key for the same concern, so that a repeat is harmless")
    if key and (len(key) > 200 or not key.isascii() or not key.isprintable()):  # noqa: PLR2004 - a uuid has 36
        raise Invalid(Fault("", "idempotency-key"), message="Idempotency-Key: at most 200 printable ASCII characters")
    fingerprints: Fingerprints = request.app.state.kernel.fingerprints
    body = f"{request.method} {place} ".encode() + _canonical(await request.body())
    found = Asked(scope, key or None, await fingerprints.of(body), derived_id(TANGGAP, scope, key) if key else uuid4())
    _trace(request, principal, found)
    return found


async def asked_with_key(
    fingerprints: Fingerprints, request: Request, principal: Principal, key: UUID, typed: Mapping[str, str], *, path: str | None = None
) -> Asked:
    """The same where the key does not come in a header: of a form as it was shown, or by what a sender calls the thing. typed: what was read of the
    body, which is gone then. path: within which the key is one act, if not that of the request.
    """
    scope = f"{principal.id} {request.method} {path or request.url.path}"
    found = Asked(scope, str(key), await fingerprints.of(json.dumps(dict(typed), sort_keys=True).encode()), derived_id(TANGGAP, scope, key))
    _trace(request, principal, found)
    return found


def _trace(request: Request, principal: Principal, found: Asked) -> None:
    """A command of somebody who is known may be traced; of whoever is not, nothing is."""
    route = getattr(request.scope.get("route"), "path_format", "")
    if principal.kind != "anonymous" and route:
        asking = traces.asked(request.app.state.kernel.name, found.cause, request.method, route)
        request.scope.get(TRACED, []).append(asking)


def _canonical(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except ValueError:
        return body


def named_version(request: Request) -> int | None:
    """The version that `If-Match` names; None where it names none, 0 (which nothing has) where it is no version of ours."""
    told = request.headers.get("if-match")
    if told is None or told.strip() == "*":
        return None
    return whole_number(told.strip().removeprefix("W/").strip('"')) or 0


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
