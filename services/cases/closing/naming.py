"""What is still open in a case, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.cases.closing.still_open import Open, still_open
from services.cases.domain.case.state import Case
from services.cases.pages.people import Names
from services.cases.reading.agencies import Agencies
from services.cases.reading.words import Words
from shared.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Closing:
    """Looks up the names; where the directory does not answer, agencies have none."""

    names: Names
    agencies: Agencies
    words: Words

    async def of(self, case: Case) -> Sequence[Open]:
        """Everything that is still open."""
        found = still_open(case, self.words)
        known = {**await self.names.of(each.about for each in found), **(await self._agencies() if case.referrals.by_id else {})}
        return [replace(each, about=known.get(each.about, "")) for each in found]

    async def _agencies(self) -> dict[str, str]:
        try:
            return dict(await self.agencies.names())
        except Unavailable:
            return {}
