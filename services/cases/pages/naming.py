"""Names for everything that a case's page shows by name: people, agencies, goals, commitments, receivers, who broke the glass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.pages.entries import ids_in, things_in
from services.cases.pages.people import Names
from services.cases.reading.agencies import Agencies
from shared.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Naming:
    """agencies: asked only where the case has referrals."""

    people: Names
    agencies: Agencies

    async def of(self, told: Mapping[str, Any], history: Sequence[Mapping[str, Any]], beside: Sequence[str]) -> dict[str, str]:
        """Names by id. told, history: as the reader may see them. beside: people whom neither names."""
        data = [each["data"] for each in history]
        found = dict(await self.people.of([*ids_in(told), *(each["actor"] for each in history), *ids_in(data), *beside]))
        found |= dict(things_in(data))
        found |= await self._agencies() if told.get("referrals") else {}
        return found | _of_disclosures(told, found) | _of_glasses(history, found)

    async def _agencies(self) -> dict[str, str]:
        """None where the directory does not answer: the page is shown without."""
        try:
            return dict(await self.agencies.names())
        except Unavailable:
            return {}


def _of_disclosures(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {each["disclosure"]: names.get(each["to"], each["to"] if " " in each["to"] else "") for each in told.get("disclosures", ()) if each["to"]}


def _of_glasses(history: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, str]:
    """An opening, and a request for a reporter's name, is known by whoever asked for it."""
    opened = [each["data"] for each in history if each["type"] in ("glass-broken", "reporter-asked") and "act" in each["data"]]
    return {each["act"]: names.get(each.get("by", ""), "") for each in opened}
