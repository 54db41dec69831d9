"""Report data: monthly and semester for a school, and the district's, with small cells suppressed. Frozen as of a moment: only what was recorded
by then is counted, and corrections of the time are listed (domain.md, Reports).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Annotated, Any, LiteralString

from fastapi import APIRouter, Query
from psycopg import sql
from pydantic import AwareDatetime

from services.cases.domain.casework import Casework
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.small_cells import SMALL, each_shown, parted, shown, whole_day
from services.cases.rights import schools_of
from shared.access import Principal, SignedIn
from shared.conditions import Conditions
from shared.database import Connection
from shared.errors import Fault, Invalid, NotFound
from shared.eventstore.projection import Projection
from shared.school_day import Calendar
from shared.service import Kernel

Month = Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", description="for example 2026-02")]

Services = Mapping[str, str]

COMES = ("case-opened", "case-reopened", "case-received", "case-unmerged")
GOES = ("case-closed", "case-transferred", "case-merged")
"""What makes one more, and one less, of the open cases of a school."""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many facts of one kind with the same codes, by one person at one school."""

    school: str
    kind: str
    person: str | None
    codes: Mapping[str, Any]
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment up to the last, as recorded by `as_of`."""

    first: datetime
    last: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Reports:
    """The three reports. Each is counted in one snapshot of the view. Raises: StillBuilding, BehindWrite."""

    view: Projection
    casework: Casework
    calendars: SchoolCalendars

    async def monthly(self, principal: Principal, school: str, month: str, as_of: datetime) -> dict[str, Any]:
        """A school's month. Raises: NotFound: not a school of the reader's. Invalid: no such month."""
        period, schools = _months(month, 1, await self.calendars.of(school), as_of), schools_of(principal)
        async with self.view.reading(schools) as reading:
            found = await _school_report(Facts(*reading, period), services_of(self.casework), schools, school)
        return found | {"report": "monthly", "month": month}

    async def semester(self, principal: Principal, school: str, month: str, as_of: datetime) -> dict[str, Any]:
        """A school's semester, from its first month. Raises: as the month."""
        period, schools = _months(month, 6, await self.calendars.of(school), as_of), schools_of(principal)
        async with self.view.reading(schools) as reading:
            facts = Facts(*reading, period)
            told = await _school_report(facts, services_of(self.casework), schools, school) | await _semester(facts, school)
        return told | {"report": "semester", "first_month": month}

    async def district(self, principal: Principal, month: str, as_of: datetime, now: datetime) -> dict[str, Any]:
        """The district's month, by school, in whole days and in cells that point at nobody. Raises: Invalid: no such month."""
        calendar = await self.calendars.district()
        period = _months(month, 1, calendar, whole_day(as_of, now, calendar))
        schools = "*" if principal.kind == "integrator" else schools_of(principal)  # whom the district gave a key for its figures
        async with self.view.reading(schools) as reading:
            return await _district(Facts(*reading, period), schools) | {"report": "district", "month": month}


def router(kernel: Kernel, reports: Reports) -> APIRouter:
    """`GET /cases/api/reports/{monthly,semester,district}`."""
    routes = APIRouter(prefix="/cases/api/reports", tags=["reports"])

    @routes.get("/monthly", summary="A school's month")
    async def monthly(principal: SignedIn, school: str, month: Month, as_of: AwareDatetime | None = None) -> dict[str, Any]:
        return await reports.monthly(principal, school, month, as_of or kernel.clock.now())

    @routes.get("/semester", summary="A school's semester: plan against realised, evaluations, outcomes, satisfaction")
    async def semester(principal: SignedIn, school: str, month: Month, as_of: AwareDatetime | None = None) -> dict[str, Any]:
        return await reports.semester(principal, school, month, as_of or kernel.clock.now())

    @routes.get("/district", summary="The district by school, small cells suppressed")
    async def district(principal: SignedIn, month: Month, as_of: AwareDatetime | None = None) -> dict[str, Any]:
        return await reports.district(principal, month, as_of or kernel.clock.now(), kernel.clock.now())

    return routes


_FIRST, _LAST = date(1900, 1, 1), date(2999, 12, 1)
"""Months that a report may be asked for: one that is counted in must lie within what dates and the database know, in every time zone."""


def _months(first: str, count: int, calendar: Calendar, as_of: datetime) -> Period:
    """Months as the school's clock has them. Raises: Invalid: no such month."""
    try:
        begin = date.fromisoformat(f"{first}-01")
    except ValueError as error:
        raise Invalid(Fault("/month", "no-such-month")) from error
    if not _FIRST <= begin <= _LAST:
        raise Invalid(Fault("/month", "no-such-month"))
    months = begin.year * 12 + begin.month - 1 + count
    end = date(months // 12, months % 12 + 1, 1)
    return Period(calendar.midnight(begin), calendar.midnight(end), as_of)


_COUNTED = sql.SQL(
    "SELECT school, kind, person, codes - 'activity' - 'letter' - 'institution' - 'referral', count(*) FROM fact_v1 WHERE {} GROUP BY 1, 2, 3, 4"
)
_CORRECTIONS = sql.SQL("SELECT stream, recorded_at, codes ->> 'event' FROM fact_v1 WHERE {} ORDER BY position")


@dataclass(frozen=True, slots=True)
class Facts:
    """Queries over what was done in a period, in one snapshot of the view, under row-level security."""

    connection: Connection
    generation: int
    period: Period

    async def counted(self, school: str | None = None) -> list[Counted]:
        """Facts of the period, grouped; of one school where asked."""
        wanted = self._recorded(school)
        wanted.add("happened_at >= %s AND happened_at < %s", self.period.first, self.period.last)
        rows = await (await self.connection.execute(_COUNTED.format(wanted.where), wanted.values)).fetchall()
        return [Counted(*row) for row in rows]

    async def held_by(self, school: str, code: str) -> dict[str, int]:
        """Counselling meetings by a code of their request: the field, or the origin; unknown where another school made the request."""
        rows = await self._rows(
            "SELECT r.codes ->> %(code)s, count(*) FROM fact_v1 h LEFT JOIN fact_v1 r ON r.generation = h.generation"
            " AND r.kind = 'counselling-requested' AND r.stream = h.stream AND r.codes ->> 'activity' = h.codes ->> 'activity'"
            " WHERE h.generation = %(generation)s AND h.kind = 'counselling-held' AND h.school = %(school)s"
            " AND h.happened_at >= %(first)s AND h.happened_at < %(last)s AND h.recorded_at <= %(as_of)s GROUP BY 1",
            school=school,
            code=code,
        )
        return {row[0] or "unknown": row[1] for row in rows}

    async def evaluated_by_field(self, school: str) -> dict[str, dict[str, int]]:
        """Evaluations of counselling by the field of its request: how many said that it helped, and how many that it did not."""
        rows = await self._rows(
            "SELECT r.codes ->> 'field', e.codes ->> 'helped', count(*) FROM fact_v1 e LEFT JOIN fact_v1 r ON r.generation = e.generation"
            " AND r.kind = 'counselling-requested' AND r.stream = e.stream AND r.codes ->> 'activity' = e.codes ->> 'activity'"
            " WHERE e.generation = %(generation)s AND e.kind = 'counselling-evaluated' AND e.school = %(school)s"
            " AND e.happened_at >= %(first)s AND e.happened_at < %(last)s AND e.recorded_at <= %(as_of)s GROUP BY 1, 2",
            school=school,
        )
        found: dict[str, dict[str, int]] = {}
        for field, helped, count in rows:
            found.setdefault(field or "unknown", {"helped": 0, "not_helped": 0})["helped" if helped == "true" else "not_helped"] += count
        return found

    async def open_at_end(self, school: str) -> int:
        """Cases that the school has by the end of the period: what came and has not gone."""
        rows = await self._rows(
            "SELECT count(*) FILTER (WHERE kind = ANY (%(comes)s)) - count(*) FILTER (WHERE kind = ANY (%(goes)s)) FROM fact_v1"
            " WHERE generation = %(generation)s AND school = %(school)s AND happened_at < %(last)s AND recorded_at <= %(as_of)s",
            school=school,
            comes=list(COMES),
            goes=list(GOES),
        )
        return int(rows[0][0])

    async def answer_times(self) -> dict[str, list[float]]:
        """Minutes from opening to the first acknowledgement, by school. Of a case that was brought in from paper nobody waited for an answer."""
        rows = await self._rows(
            "SELECT o.school, extract(epoch FROM min(a.recorded_at) - o.recorded_at)::float8 / 60 FROM fact_v1 o"
            " JOIN fact_v1 a ON a.generation = o.generation AND a.stream = o.stream AND a.kind = 'case-acknowledged'"
            " AND a.recorded_at <= %(as_of)s WHERE o.generation = %(generation)s AND o.kind = 'case-opened'"
            " AND NOT EXISTS (SELECT FROM fact_v1 p WHERE p.generation = o.generation AND p.stream = o.stream AND p.kind = 'case-brought-in')"
            " AND o.happened_at >= %(first)s AND o.happened_at < %(last)s GROUP BY o.school, o.position, o.recorded_at",
        )
        found: dict[str, list[float]] = {}
        for school, minutes in rows:
            found.setdefault(school, []).append(minutes)
        return found

    async def unanswered(self) -> dict[str, int]:
        """Referrals that an agency left without an answer, by agency."""
        rows = await self._rows(
            "SELECT s.codes ->> 'agency', count(*) FROM fact_v1 u JOIN fact_v1 s ON s.generation = u.generation AND s.kind = 'referral-sent'"
            " AND s.stream = u.stream AND s.codes ->> 'referral' = u.codes ->> 'referral'"
            " WHERE u.generation = %(generation)s AND u.kind = 'referral-unanswered'"
            " AND u.happened_at >= %(first)s AND u.happened_at < %(last)s AND u.recorded_at <= %(as_of)s GROUP BY 1",
        )
        return {row[0]: row[1] for row in rows}

    async def corrections(self, school: str | None) -> list[dict[str, Any]]:
        """What was corrected in the period, or later about it."""
        wanted = self._recorded(school)
        wanted.add("kind = 'fact-corrected' AND recorded_at >= %s", self.period.first)
        rows = await (await self.connection.execute(_CORRECTIONS.format(wanted.where), wanted.values)).fetchall()
        return [{"case": stream.removeprefix("case-"), "recorded_at": at.isoformat(), "event": int(event)} for stream, at, event in rows]

    async def schools(self) -> list[tuple[str, str, int]]:
        """Id, name and number of counsellors of every school."""
        rows = await self._rows(
            "SELECT s.school, s.name, count(DISTINCT p.person) FROM school_v1 s LEFT JOIN post_v1 p"
            " ON p.generation = 1 AND p.role = 'counsellor' AND p.school = s.school WHERE s.level <> 'district' GROUP BY 1, 2 ORDER BY 2",
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def _recorded(self, school: str | None) -> Conditions:
        """Facts of this generation that were recorded when the report was frozen."""
        wanted = Conditions()
        wanted.add("generation = %s AND recorded_at <= %s", self.generation, self.period.as_of)
        wanted.add_if_asked("school = %s", school)
        return wanted

    async def _rows(self, query: LiteralString, **more: object) -> list[Any]:
        known = {"generation": self.generation, "first": self.period.first, "last": self.period.last, "as_of": self.period.as_of}
        return await (await self.connection.execute(query, known | more)).fetchall()


# a school ----------------------------------------------------------------------------------------------------------


async def _school_report(facts: Facts, services: Services, schools: str, school: str) -> dict[str, Any]:
    """Raises: NotFound: not a school of the reader's."""
    if schools != "*" and school not in schools.split(","):
        raise NotFound("no school of yours has this id")
    counted, period = await facts.counted(school), facts.period
    return {
        "school": school,
        "first": period.first.isoformat(),
        "until": period.last.isoformat(),
        "as_of": period.as_of.isoformat(),
        "services": _services(counted, services),
        "counselling_by_field": await facts.held_by(school, "field"),
        "counselling_by_origin": await facts.held_by(school, "origin"),
        "evaluations_by_field": await facts.evaluated_by_field(school),
        "cases": _cases(counted) | {"open_at_end": await facts.open_at_end(school)},
        "urgency": _by(counted, "urgency-decided", "urgency"),
        "clocks": _clocks(counted),
        "no_shows": _sum(counted, "counselling-no-show") + _by(counted, "referral-moved", "trigger").get("no-show", 0),
        "referrals": {
            "sent": _sum(counted, "referral-sent"),
            "answers": _by(counted, "referral-moved", "state"),
            "unanswered": _sum(counted, "referral-unanswered"),
        },
        "commitments": {"kept": _sum(counted, "commitment-kept"), "broken": _sum(counted, "commitment-broken")},
        "visits": {"visited": _sum(counted, "home-visited"), "not_met": _sum(counted, "visit-not-met")},
        "official_reports": _by(counted, "official-report-filed", "to"),
        "services_by_person": dict(_services_by_person(counted, services)),
        "corrections": await facts.corrections(school),
    }  # fmt: skip


def services_of(casework: Casework) -> Services:
    """Which service is given by an event, by its type, as the strategies say."""
    return {kind: counts.service for kind, counts in casework.counts.items() if counts.service}


def _services(counted: Iterable[Counted], services: Services) -> dict[str, int]:
    found = dict.fromkeys(services.values(), 0)
    for each in counted:
        if each.kind in services:
            found[services[each.kind]] += each.count
    return found


def _services_by_person(counted: Iterable[Counted], services: Services) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in counted:
        if each.kind in services and each.person:
            found[each.person] += each.count
    return found


def _cases(counted: list[Counted]) -> dict[str, Any]:
    return {
        "new": _sum(counted, "case-opened"),
        "closed": _by(counted, "case-closed", "outcome"),
        "reopened": _sum(counted, "case-reopened"),
        "transferred": _sum(counted, "case-transferred"),
    }


def _clocks(counted: list[Counted]) -> dict[str, Any]:
    late: Counter[str] = Counter()
    for each in counted:
        if each.kind == "deadline-passed" and each.codes.get("step") == 0:
            late[str(each.codes["what"])] += each.count
    met = sum(each.count * int(each.codes.get("keys") or 0) for each in counted if each.kind == "deadlines-met")
    return {
        "ended": met,
        "late": dict(late),
        "climbed": sum(each.count for each in counted if each.kind == "deadline-passed" and each.codes.get("step", 0) > 0),
    }


def _sum(counted: Iterable[Counted], kind: str) -> int:
    return sum(each.count for each in counted if each.kind == kind)


def _by(counted: Iterable[Counted], kind: str, code: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for each in counted:
        if each.kind == kind:
            found[str(each.codes.get(code))] += each.count
    return dict(found)


async def _semester(facts: Facts, school: str) -> dict[str, Any]:
    counted = await facts.counted(school)
    planned = sum(each.count * int(each.codes.get("goals") or 0) for each in counted if each.kind == "case-planned")
    scores = [(int(each.codes["score"]), each.count) for each in counted if each.kind == "satisfaction-recorded"]
    answered = sum(count for _, count in scores)
    return {
        "goals": {"planned": planned, "reached": _by(counted, "goal-judged", "reached")},
        "evaluations": {kind: _helped(counted, kind) for kind in ("laiseg", "laijapen", "laijapang")},
        "referral_evaluations": _by(counted, "referral-evaluated", "helped"),
        "guidance_results": _by(counted, "guidance-done", "helped"),
        "satisfaction": {"answers": answered, "mean": round(sum(score * count for score, count in scores) / answered, 2) if answered else None},
    }


def _helped(counted: Iterable[Counted], kind: str) -> dict[str, int]:
    return _by((each for each in counted if each.codes.get("kind") == kind), "counselling-evaluated", "helped")


# the district ------------------------------------------------------------------------------------------------------


async def _district(facts: Facts, schools: str) -> dict[str, Any]:
    """schools: of whoever asks, as the wall takes them."""
    counted, times = await facts.counted(), await facts.answer_times()
    known = [each for each in await facts.schools() if schools == "*" or each[0] in schools.split(",")]
    rows = []
    for school, name, counsellors in known:
        rows.append(_district_row(school, name, counsellors, [each for each in counted if each.school == school], times.get(school, [])))
    return {
        "first": facts.period.first.isoformat(),
        "as_of": facts.period.as_of.isoformat(),
        "schools": rows,
        "warnings": [each for row in rows for each in row["warnings"]],
        "unanswered_by_agency": each_shown(await facts.unanswered()),
        "corrections": shown(len(await facts.corrections(None))),
    }  # fmt: skip


_WARNINGS: Mapping[str, dict[str, str]] = {
    "no-reports": {
        "warning": "no-reports",
        "id": "Tidak ada laporan: bukan berarti tidak ada masalah.",
        "en": "No reports: that is not the same as no trouble.",
    },
    "no-counsellor": {"warning": "no-counsellor", "id": "Sekolah tanpa konselor.", "en": "A school without a counsellor."},
}


def _district_row(school: str, name: str, counsellors: int, counted: list[Counted], times: list[float]) -> dict[str, Any]:
    opened = _sum(counted, "case-opened")
    reported = opened - _sum(counted, "case-brought-in")
    warnings = [
        {"school": school, **_WARNINGS[name]} for name, wrong in (("no-reports", reported == 0), ("no-counsellor", counsellors == 0)) if wrong
    ]
    cases, urgency = parted(opened, _by(counted, "urgency-decided", "urgency"))
    return {
        "school": school,
        "name": name,
        "counsellors": counsellors,
        "cases": cases,
        "urgency": urgency,
        "minutes_to_acknowledge": shown(round(median(times))) if len(times) >= SMALL else None,
        "late": shown(sum(each.count for each in counted if each.kind == "deadline-passed" and each.codes.get("step") == 0)),
        "official_reports": each_shown(_by(counted, "official-report-filed", "to")),
        "warnings": warnings,
    }
