"""One person of the roster in our terms, and the name that is shown."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.intake.roster.known import Kind
from services.intake.roster.reading import Row
from shared.events import Post, StaffRole

Untold = Literal["born", "homeroom", "email", "phone", "guardians"]

_PLACEHOLDERS = frozenset({"n/a", "n.a.", "null", "(null)", "none", "undefined", "tidak ada", "tdk ada", "(kosong)"})
"""What systems write for a name that somebody does not have; so does anything without a letter."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the roster has them, not sealed yet. Everything is sealed before it is stored.

    school, roles: the main school, and what staff are there. elsewhere: posts at other schools. file, row: where the person stands. untold: what the
    bundle does not say, so that it stays as it was.
    """

    id: str
    kind: Kind
    school: str
    roles: tuple[StaffRole, ...]
    name: str
    born: str
    email: str
    phone: str
    guardians: tuple[str, ...]
    homeroom: str | None
    elsewhere: tuple[Post, ...] = field(default=(), repr=False)
    file: str = field(default="users.csv", repr=False, compare=False)
    row: int = field(default=0, repr=False, compare=False)
    untold: frozenset[Untold] = field(default=frozenset(), repr=False, compare=False)

    @property
    def birthday(self) -> date | None:
        """None where it is unknown or is not a date."""
        try:
            return date.fromisoformat(self.born) if self.born else None
        except ValueError:
            return None

    @property
    def posts(self) -> tuple[Post, ...]:
        """Every post, those at the main school first."""
        return (*(Post(role, self.school) for role in self.roles), *self.elsewhere)

    @property
    def said(self) -> str:
        """What a digest is made of. Whoever has one school alone is written as before there were others, so that their row has not changed."""
        return repr(self) + (repr(self.elsewhere) if self.elsewhere else "")


def shown_name(row: Row) -> str:
    """The name as it is shown. Somebody of one name has no second one made of a dash, a full stop or the same word again."""
    parts: list[str] = []
    for column in ("givenName", "middleName", "familyName"):
        part = unicodedata.normalize("NFC", " ".join(row[column].split()))
        is_name = any(letter.isalpha() for letter in part) and part.lower() not in _PLACEHOLDERS
        if is_name and part.casefold() not in (*(each.casefold() for each in parts), " ".join(parts).casefold()):
            parts.append(part)
    return " ".join(parts)
