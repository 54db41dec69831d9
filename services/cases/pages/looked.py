"""Who looked at a case, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.cases.pages.people import Names
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case import CaseReader
from services.cases.reading.read_log import SUMMONS_READ
from services.cases.reading.reads import Reads
from services.cases.reading.words import READING_REASONS
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.errors import Sentences


@dataclass(frozen=True, slots=True)
class Looked:
    """Reads the record of reads and puts it into words."""

    reader: CaseReader
    reads: Reads
    names: Names
    calendars: SchoolCalendars

    async def of(self, principal: Principal, case_id: str, reason: ReadingReason | None) -> dict[str, Any]:
        """What the template shows: the newest readings. Raises: NotFound, NotAllowed, ReadingReasonNeeded."""
        case = (await self.reader.require(principal, case_id, reason, "readers")).state
        found = await self.reads.of_case(case_id)
        names = await self.names.of([each.reader for each in found])
        shown = [{"at": each.read_at, "who": names.get(each.reader), "why": _why(each.reason), "letter": each.what == SUMMONS_READ} for each in found]
        return {"id": case_id, "zone": (await self.calendars.of(case.school)).zone, "reads": shown}


def _why(reason: str | None) -> Sentences | None:
    """The reason in words; None where nobody asked for one."""
    return next((Sentences(*words) for code, words in READING_REASONS.items() if code == reason), None)
