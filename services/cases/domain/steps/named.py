"""Which fields of a command name a person, so that the shell looks them up in the roster before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["staff", "student", "guardian", "anybody"]
"""guardian: one of the case's student, as the roster has them now. anybody: of whichever kind."""


@dataclass(frozen=True, slots=True)
class Names:
    """Written on a field that holds a person's id. unless: a field beside it, and the value with which the person stands in no roster."""

    kind: Kind
    unless: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NamesSchool:
    """Written on a field that holds the id of a school of the district, which must exist."""
