"""The first page of whoever works at a school or in the district: their lists, their cases, who has how many (people.md, The desk)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from services.cases.figures.open_cases import LEVELS, Counting
from services.cases.pages.beside import ABOVE, BESIDE, LEADS
from services.cases.pages.people import Names
from services.cases.pages.roles import TOLD, lists_of
from services.cases.pages.rows import Row, Rows, of_own
from services.cases.reading.in_hand import InHand
from services.cases.reading.questions import TITLES, Name
from services.cases.rights import schools_of
from services.cases.standing.listing import TAKES, StandingList
from shared.access import Principal
from shared.pages import Text

MOST = 100
"""Rows that are counted; where there are more, the page says so."""

SHOWN = 5
"""Rows of one list on the first page; the others stand on the list's own page."""


@dataclass(frozen=True, slots=True)
class Section:
    """One list on somebody's page. rows: those that stand in no section above. count: of the whole list. more: there are even more than that."""

    name: Name
    title: tuple[str, str]
    told: str
    count: int
    more: bool
    rows: Sequence[Row]
    left: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """Puts the first page together. Raises: StillBuilding, BehindWrite."""

    rows: Rows
    in_hand: InHand
    counting: Counting
    names: Names
    standing: StandingList

    async def of(self, principal: Principal) -> dict[str, Any]:
        """What stands on somebody's page: what waits, and what their role looks at besides."""
        sections = await self._sections(principal)
        return {
            "sections": [each for each in sections if each.rows],
            "tiles": [each for each in sections if each.count],
            "beside": BESIDE,
            "takes": principal.holds(*TAKES),
            "nobodys": await self.standing.count(principal) if principal.holds(*TAKES) else None,
            "own": await self._own(principal),
            "open": await self._open(principal),
            "load": await self._load(principal),
            "unserved": await self._unserved(principal),
            "figures": principal.holds(*ABOVE),
            "searches": principal.holds("auditor", *ABOVE),
        }

    async def _sections(self, principal: Principal) -> list[Section]:
        seen, sections = set[tuple[str, str]](), []
        lists = lists_of(principal)
        rows = await self.rows.of_all(principal, lists, MOST + 1)
        for name in lists:
            found = rows[name]
            fresh = [row for row in found[:MOST] if (row.case, row.key) not in seen]
            seen |= {(row.case, row.key) for row in fresh[:SHOWN]}
            sections.append(Section(name, TITLES[name], TOLD[name], len(found[:MOST]), len(found) > MOST, fresh[:SHOWN], len(found) > SHOWN))
        return sections

    async def _own(self, principal: Principal) -> list[Row]:
        if not principal.holds(*BESIDE["own"].roles):
            return []
        mine = await self.in_hand.own(principal.id, schools_of(principal), MOST)
        return await self.rows.shown(principal, [of_own(each) for each in mine])

    async def _open(self, principal: Principal) -> list[tuple[Text, int, str]]:
        """Of each level: its name, how many, and where they are listed. Exact, because who leads a school sees its cases."""
        if not (schools := principal.schools(*LEADS)):
            return []
        found = await self.counting.of(principal.id, ",".join(sorted(schools)))
        names = self.rows.words.values["urgency"]
        asked = {"keadaan": "berjalan"} | ({"sekolah": next(iter(schools))} if len(schools) == 1 else {})
        return [(names[level], found.of_level(level), f"/cases/?{urlencode(asked | {'tingkat': level})}") for level in LEVELS]

    async def _load(self, principal: Principal) -> list[dict[str, Any]]:
        schools = principal.schools(*LEADS)
        if not schools:
            return []
        found = await self.in_hand.load(schools, principal.id)
        names = await self.names.of(each.person for each in found)
        return [{"name": names.get(each.person or ""), "person": each.person, "cases": each.cases, "urgent": each.urgent} for each in found]

    async def _unserved(self, principal: Principal) -> list[str]:
        schools = principal.schools(*ABOVE)
        return await self.in_hand.unserved(schools, MOST) if schools else []
