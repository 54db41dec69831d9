"""What the page of figures shows: a school's numbers with the lists behind them; the district's with small cells suppressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.cases.figures.bars import bars
from services.cases.figures.names import ANSWERS, FIELDS
from services.cases.figures.open_cases import AGES, LEVELS, Age, Counting, OpenCases
from services.cases.reading.agencies import Agencies
from services.cases.reading.reports import Reports
from services.cases.reading.small_cells import Cell, parted, whole_day
from services.cases.reading.words import Words
from services.cases.rights import schools_of
from shared.access import Principal
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events import Urgency
from shared.pages import Text, say

AGE_NAMES: Mapping[Age, str] = {
    "week": say("sampai 7 hari"),
    "month": say("8 sampai 30 hari"),
    "quarter": say("31 sampai 90 hari"),
    "older": say("lebih dari 90 hari"),
}
_OTHER = say("lainnya")
"""What an older release counted under a name that is no longer used."""

NAMELESS = say("Lembaga yang namanya tidak dapat dibaca sekarang")

OF_ONE_SCHOOL = ("coordinator", "principal")
ABOVE = ("supervisor", "district-officer", "district-duty")


@dataclass(frozen=True, slots=True)
class Figures:
    """Reads the case list and the reports. outcomes: what somebody may choose who closes a case, in words. agencies: by name.

    Raises: StillBuilding, BehindWrite, Invalid: no such month.
    """

    counting: Counting
    reports: Reports
    words: Words
    outcomes: Mapping[str, Text]
    agencies: Agencies
    clock: Clock

    async def of_school(self, principal: Principal, school: str, month: str, *, semester: bool) -> dict[str, Any]:
        """Exact, because who leads a school sees its cases. semester: six months from that one. Raises: NotFound: not a school of theirs."""
        found = await self.counting.of(principal.id, schools_of(principal), school)
        reported = self.reports.semester if semester else self.reports.monthly
        report = await reported(principal, school, month, self.clock.now())
        outcomes = [(self.outcomes.get(code, _OTHER), count) for code, count in report["cases"]["closed"].items()]
        late = [(self.words.deadlines.get(code, _OTHER), count) for code, count in report["clocks"]["late"].items()]
        return self._open(found, exact=True) | {
            "clocks": [(say("Batas waktu terpenuhi"), report["clocks"]["ended"]), (say("Naik ke jenjang berikutnya"), report["clocks"]["climbed"])],
            "late": late,
            "outcomes": outcomes,
            "unanswered": report["referrals"]["unanswered"],
            "sent": report["referrals"]["sent"],
            "answers": [(ANSWERS.get(code, _OTHER), count) for code, count in report["referrals"]["answers"].items()],
            "fields": by_field(report["counselling_by_field"], report["evaluations_by_field"]),
        }

    async def of_district(self, principal: Principal, month: str) -> dict[str, Any]:
        """By school, small cells suppressed; what came today is counted tomorrow."""
        now = self.clock.now()
        until = whole_day(now, now, await self.reports.calendars.district())
        found = await self.counting.of(principal.id, schools_of(principal), until=until)
        report = await self.reports.district(principal, month, now, now)
        return self._open(found, exact=False) | {
            "schools": report["schools"],
            "silent": _silent(report),
            "by_agency": await by_agency(report["unanswered_by_agency"], self.agencies.names),
        }

    def _open(self, found: OpenCases, *, exact: bool) -> dict[str, Any]:
        """exact: numbers as they are; otherwise neither a small one nor one from which it follows."""
        rows = [(level, *_row(found, level, exact=exact)) for level in LEVELS]
        names: Mapping[str, Text] = {level: self.words.values["urgency"][level] for level in LEVELS}
        return {
            "bars": bars([(names[level], whole) for level, whole, _ in rows]),
            "ages": [AGE_NAMES[age] for age in AGES],
            "rows": [(level, names[level], cells) for level, _, cells in rows],
            "exact": exact,
        }


def _row(found: OpenCases, level: Urgency, *, exact: bool) -> tuple[Cell, list[Cell]]:
    """Of one level: all, and each age."""
    ages = {age: found.cells.get((level, age), 0) for age in AGES}
    if exact:
        return sum(ages.values()), list(ages.values())
    whole, parts = parted(sum(ages.values()), {str(age): count for age, count in ages.items()})
    return whole, list(parts.values())


def _silent(report: Mapping[str, Any]) -> list[str]:
    """Schools from which nothing came in the month: a warning, not a success (domain.md, Reports)."""
    return [row["name"] for row in report["schools"] if any(each["warning"] == "no-reports" for each in row["warnings"])]


def by_field(held: Mapping[str, int], evaluated: Mapping[str, Mapping[str, int]]) -> list[tuple[Text, int, int, int]]:
    """Of each field in which there was counselling: how many meetings, after how many it was said that it helped, and that it did not."""
    none = {"helped": 0, "not_helped": 0}
    rows = [(field, held.get(field, 0), evaluated.get(field, none)) for field in FIELDS]
    return [(FIELDS[field], meetings, told["helped"], told["not_helped"]) for field, meetings, told in rows if meetings or any(told.values())]


async def by_agency(unanswered: Mapping[str, Cell], names: Callable[[], Awaitable[list[tuple[str, str]]]]) -> list[tuple[Text, Cell]]:
    """By name. names: of the directory; where it does not answer now, the agencies stand there without one."""
    if not unanswered:
        return []
    try:
        known: Mapping[str, Text] = {agency: (name, name) for agency, name in await names()}
    except Unavailable:
        known = {}
    return [(known.get(agency, NAMELESS), cell) for agency, cell in unanswered.items()]
