"""Which fields of a command name a person, and what the act demands of whoever is named, so that the shell looks them up before anything is decided
(domain page, "People come and go": naming somebody). The check itself is in `commands/naming.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["staff", "student", "guardian", "of-the-case", "anybody"]
"""staff: of the school where the case is, its cluster's counsellors, or the district. guardian: one of the case's student, as the
roster has them now. of-the-case: such staff, the student, or one of the student's guardians. anybody: of whichever kind and school.
"""


@dataclass(frozen=True, slots=True)
class Names:
    """Written on a field that holds a person's id, or several.

    may: the row of the permission file whose commands the person must be able to give at that school; any role where it is empty.
    counsels: the person works with the student from then on, so that they are not the counsellor of the other side.
    fit: the person is neither named in the case, suspended, nor away. False where the act is about exactly such people.
    when: a field beside this one, and the value with which this row holds.
    """

    kind: Kind
    may: str = ""
    counsels: bool = False
    fit: bool = True
    when: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NamedBefore:
    """Written on a field that holds a person's id and is not looked up, because the decider compares it with what the case knows of, or because it
    records who was there. why: for the reader.
    """

    why: str


GOES_ON = Names("staff", may="work", counsels=True)
"""Whoever has a case or an activity from now on."""

APPROVES = Names("staff", may="approval")
"""Whoever is asked to approve, or has endorsed."""

ASKED = Names("staff")
"""Any member of staff of the school."""


@dataclass(frozen=True, slots=True)
class NamesSchool:
    """Written on a field that holds the id of a school of the district, which must exist."""


@dataclass(frozen=True, slots=True)
class NamesCase:
    """Written on a field that holds the id of another case, of which whoever gives the command may know."""


@dataclass(frozen=True, slots=True)
class NamesGroup:
    """Written on a field that holds the id of a counselling group, which whoever gives the command has led and the case's student was in."""
