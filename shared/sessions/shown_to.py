"""A form belongs to whom it was shown to: on one computer somebody else may have signed in in another tab since (ADR 92)."""

from __future__ import annotations

from hashlib import sha256

from starlette.requests import HTTPConnection

from shared.errors import Refused

FIELD = "bagi"
"""The hidden field of a form that says whom it was shown to."""

_STATE = "shown_to"
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


def note(connection: HTTPConnection, mark: str) -> None:
    """Keeps with a request what its form says, until it is known who asks. mark: empty where the form says nothing."""
    setattr(connection.state, _STATE, mark)


def require(connection: HTTPConnection, person: str) -> None:
    """Raises: ShownToSomebodyElse: the form was shown to another person than the one who sends it."""
    mark = getattr(connection.state, _STATE, "")
    if mark and mark != mark_of(person):
        raise ShownToSomebodyElse
