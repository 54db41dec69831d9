"""How people stand to a case, in ids alone: what rights are decided from, in every service that knows something of the case (ADR 31)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class CasePeople:
    """A case's people at one moment.

    has: to whom it was given, or who took it in hand. given: it was given to somebody; else it is for every counsellor of its school. deputies: each
    with the moment until which they stand in. officers: who took it over. named: in a concern. suspended: for a conflict of interest. asked: of whom
    an activity asks something, or who attended it. elsewhere: the school where the student is now, if that is another one. receiving: the school
    that is asked to take it. escalated: it came up to the district.
    """

    school: str
    desk: Literal["school", "district"] = "school"
    has: frozenset[str] = frozenset()
    given: bool = False
    deputies: tuple[tuple[str, datetime], ...] = ()
    officers: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    elsewhere: str | None = None
    receiving: str | None = None
    escalated: bool = False

    def deputy(self, person: str, now: datetime) -> bool:
        """Stands in at this moment."""
        return any(deputy == person and now <= until for deputy, until in self.deputies)
