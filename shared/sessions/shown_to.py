"""A form belongs to whom it was shown to: on one computer somebody else may have signed in in another tab since (ADR 92)."""

from __future__ import annotations

from hashlib import sha256

from fastapi import HTTPException, Request
from starlette.types import Scope

from shared.errors import Fault, Malformed, Refused

FIELD = "bagi"
"""The hidden field of a form that says whom it was shown to."""

_SAID = "tanggap_says_whom_it_was_shown_to"
_WRITTEN = (f"{FIELD}=".encode(), f'name="{FIELD}"'.encode())
_LENGTH = 16


class ShownToSomebodyElse(Refused):
    """What one person typed is never kept as another one's act."""

    code = "shown-to-somebody-else"
    title = "Somebody else has signed in"
    indonesian = (
        "Halaman ini dibuka oleh orang lain: di browser ini sekarang masuk akun yang berbeda. Masuk lagi dengan akun semula, lalu kirim lagi."
    )
    english = "This page was opened by somebody else: another account is signed in in this browser now. Sign in as before, then send again."


def mark_of(person: str) -> str:
    """What a form says of whom it was shown to: no id, and nothing to sign in with."""
    return sha256(f"shown to {person}".encode()).hexdigest()[:_LENGTH]


def note(scope: Scope, body: bytes) -> None:
    """Keeps with a request, of every body that is read whole before it is worked on, whether its form says whom it was shown to."""
    scope[_SAID] = any(each in body for each in _WRITTEN)


async def said_in(request: Request) -> str:
    """What its form says of whom it was shown to; empty where it says nothing, and of uploads, which their route reads. Raises: Malformed."""
    if not request.scope.get(_SAID):
        return ""
    try:
        return str((await request.form()).get(FIELD, ""))
    except (HTTPException, UnicodeError, LookupError):
        raise Malformed(Fault("", "form-invalid")) from None


def require(mark: str, person: str) -> None:
    """Raises: ShownToSomebodyElse: the form was shown to another person than the one who sends it."""
    if mark and mark != mark_of(person):
        raise ShownToSomebodyElse
