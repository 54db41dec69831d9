"""What others saved at an activity while somebody was writing: shown beside what was typed, so that both texts are there (people page, rule 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.pages.entries import Entry, Telling
from services.cases.pages.naming import Naming
from services.cases.reading.case import CaseReader
from services.cases.rights import ReadingReasonNeeded
from shared.access import Principal


@dataclass(frozen=True, slots=True)
class Since:
    """Reads the history as the person may see it."""

    reader: CaseReader
    naming: Naming
    telling: Telling

    async def of(self, principal: Principal, case_id: str, activity: str, version: int) -> Sequence[Entry]:
        """The steps of an activity after its version. None where the person would have to say first why they read."""
        try:
            history = await self.reader.history(principal, case_id)
        except ReadingReasonNeeded:
            return ()
        names = await self.naming.of({}, history, [])
        entries = self.telling.entries(history, {}, names)
        return [each for each in entries if each.subject == activity and not each.counting][version:]
