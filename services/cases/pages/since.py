"""The history of a case beside a form: what others saved while somebody was writing, so that both texts are there (people page, rule 3), and the
entries of which one is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.pages.entries import Entry, Telling
from services.cases.pages.naming import Naming
from services.cases.reading.case import CaseReader
from services.cases.rights import ReadingReason, ReadingReasonNeeded
from shared.access import Principal


@dataclass(frozen=True, slots=True)
class Since:
    """Reads the history as the person may see it."""

    reader: CaseReader
    naming: Naming
    telling: Telling

    async def of(self, principal: Principal, case_id: str, activity: str, version: int) -> Sequence[Entry]:
        """The steps of an activity after its version. None where the person would have to say first why they read."""
        told = await self.told(principal, case_id, None)
        return [each for each in told if each.subject == activity][version:]

    async def told(self, principal: Principal, case_id: str, reason: ReadingReason | None) -> Sequence[Entry]:
        """What is shown of the history, but for what only counts. None where the person would have to say first why they read."""
        try:
            history = await self.reader.history(principal, case_id, reason)
        except ReadingReasonNeeded:
            return ()
        names = await self.naming.of({}, history, [])
        return [each for each in self.telling.entries(history, {}, names) if not each.counting]
