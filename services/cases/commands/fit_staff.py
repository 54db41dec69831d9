"""Whom a form offers where a field names staff: nobody whom `commands/naming.py` would refuse at once (people page, rule 1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from services.cases.domain.duty import DUTY
from services.cases.domain.steps.named import Names
from services.cases.domain.streams import rota_stream
from services.cases.reading.roster import OF_THE_DISTRICT, Roster
from shared.decider import load
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class FitStaff:
    """Looks staff up as they are now; the road looks again when somebody is named."""

    kernel: Kernel
    roster: Roster

    async def of(self, names: Names, school: str, excluded: Collection[str] = (), desk: Literal["school", "district"] = "school") -> list[str]:
        """Each once, those of the school itself first.

        excluded: named in what it is about, or suspended from it. desk: where its case is worked on; past the school only the district reaches it.
        """
        allowed = self.kernel.access.permissions.command(names.may).roles if names.may else None
        staff = await self.roster.staff(school)
        reaching = {role: people for role, people in staff.items() if desk == "school" or not names.may or role in OF_THE_DISTRICT}
        found = [person for role, people in reaching.items() if allowed is None or role in allowed for person in people]
        unfit = {*excluded, *await self._away(school)} if names.fit else set()
        return [each for each in dict.fromkeys(found) if each not in unfit]

    async def _away(self, school: str) -> Collection[str]:
        duty = (await load(self.kernel.store, DUTY, rota_stream(school))).state
        return duty.away_at(self.kernel.clock.now())
