"""What a request asks: a command once, a version that it knows, a page after another one."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request

from shared.access import Principal
from shared.errors import Fault, IdempotencyKeyMissing, Invalid, PreconditionFailed
from shared.message import TANGGAP, derived_id


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
