"""The three reports (domain.md, Reports): a school's month and semester, and the district's month. Frozen as of a moment; corrections are listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.cases.letters.material import coded, month_of
from services.cases.letters.model import Model
from services.cases.reading.small_cells import HIDDEN
from shared.school_day import Calendar

_NOT_SHOWN = "(tidak ditampilkan)"


@dataclass(frozen=True, slots=True)
class Figures:
    """told: the report's data, as the API gives it. names: of people and agencies, by id. expected: words of what is expected, by code.

    school: its name; empty for the district.
    """

    told: Mapping[str, Any]
    names: Mapping[str, str]
    expected: Mapping[str, str]
    calendar: Calendar
    school: str

    def moment(self, told: str) -> str:
        """By the school's clock."""
        return f"{self.calendar.local(datetime.fromisoformat(told)):%d-%m-%Y %H.%M}"

    def counts(self, name: str, words: Mapping[str, str] | str) -> tuple[Count, ...]:
        """A table of numbers. words: of its codes, or the group of `codes.toml` that has them."""
        found = self.told[name]
        return counts(found, words)


class Count(Model):
    name: str
    count: str


def counts(told: Mapping[str, object], words: Mapping[str, str] | str) -> tuple[Count, ...]:
    """In the order of the report's data."""
    return tuple(Count(name=coded(words, key) if isinstance(words, str) else words.get(key, key), count=_cell(value)) for key, value in told.items())


def _cell(value: object) -> str:
    return "–" if value is None else _NOT_SHOWN if value == HIDDEN else str(value)


class Correction(Model):
    when: str


class MonthlyReport(Model):
    """Laporan bulanan."""

    school: str
    period: str
    frozen: str
    services: tuple[Count, ...]
    by_field: tuple[Count, ...]
    by_origin: tuple[Count, ...]
    new: str
    open_at_end: str
    reopened: str
    transferred: str
    closed: tuple[Count, ...]
    urgency: tuple[Count, ...]
    met: str
    climbed: str
    late: tuple[Count, ...]
    no_shows: str
    referred: str
    unanswered: str
    answers: tuple[Count, ...]
    commitments: tuple[Count, ...]
    visits: tuple[Count, ...]
    official: tuple[Count, ...]
    load: tuple[Count, ...]
    corrections: tuple[Correction, ...]


def monthly_report(figures: Figures) -> MonthlyReport:
    return MonthlyReport(**_of_school(figures, month_of(date.fromisoformat(f"{figures.told['month']}-01"))))


def _of_school(figures: Figures, period: str) -> dict[str, Any]:
    told = figures.told
    cases, clocks, referrals = told["cases"], told["clocks"], told["referrals"]
    return {
        "school": figures.school,
        "period": period,
        "frozen": figures.moment(told["as_of"]),
        "services": figures.counts("services", "service"),
        "by_field": figures.counts("counselling_by_field", {**_table("field"), "unknown": "Tidak diketahui"}),
        "by_origin": figures.counts("counselling_by_origin", {**_table("origin"), "unknown": "Tidak diketahui"}),
        "new": str(cases["new"]),
        "open_at_end": str(cases["open_at_end"]),
        "reopened": str(cases["reopened"]),
        "transferred": str(cases["transferred"]),
        "closed": counts(cases["closed"], "outcome"),
        "urgency": figures.counts("urgency", "urgency"),
        "met": str(clocks["ended"]),
        "climbed": str(clocks["climbed"]),
        "late": counts(clocks["late"], figures.expected),
        "no_shows": str(told["no_shows"]),
        "referred": str(referrals["sent"]),
        "unanswered": str(referrals["unanswered"]),
        "answers": counts(referrals["answers"], "task"),
        "commitments": figures.counts("commitments", {"kept": "Ditepati", "broken": "Tidak ditepati"}),
        "visits": figures.counts("visits", {"visited": "Terlaksana", "not_met": "Tidak bertemu"}),
        "official": figures.counts("official_reports", "office"),
        "load": figures.counts("services_by_person", figures.names),
        "corrections": tuple(Correction(when=figures.moment(each["recorded_at"])) for each in told["corrections"]),
    }


def _table(group: str) -> Mapping[str, str]:
    known = {"field": ("personal", "social", "learning", "career"), "origin": ("self", "assessment", "referral", "observation")}
    return {code: coded(group, code) for code in known[group]}


class Evaluation(Model):
    name: str
    helped: str
    not_helped: str


class SemesterReport(MonthlyReport):
    """Laporan semester: also plan against realised, evaluations, satisfaction. What helped and hindered is written in by hand."""

    planned: str
    reached: str
    missed: str
    evaluations: tuple[Evaluation, ...]
    answered: str
    mean: str


_EVALUATIONS = {
    "laiseg": "Penilaian segera (laiseg)",
    "laijapen": "Penilaian jangka pendek (laijapen)",
    "laijapang": "Penilaian jangka panjang (laijapang)",
}


def semester_report(figures: Figures) -> SemesterReport:
    told, first = figures.told, date.fromisoformat(f"{figures.told['first_month']}-01")
    last = (first.month + 4) % 12 + 1, first.year + (first.month + 4) // 12
    period = f"{month_of(first)} – {month_of(date(last[1], last[0], 1))}"
    others = {"Alih tangan kasus": told["referral_evaluations"], "Bimbingan bersama guru": told["guidance_results"]}
    mean = told["satisfaction"]["mean"]
    return SemesterReport(
        **_of_school(figures, period),
        planned=str(told["goals"]["planned"]),
        reached=str(told["goals"]["reached"].get("True", 0)),
        missed=str(told["goals"]["reached"].get("False", 0)),
        evaluations=tuple(_evaluation(name, told["evaluations"][kind]) for kind, name in _EVALUATIONS.items())
        + tuple(_evaluation(name, found) for name, found in others.items()),
        answered=str(told["satisfaction"]["answers"]),
        mean="–" if mean is None else str(mean).replace(".", ","),
    )


def _evaluation(name: str, told: Mapping[str, int]) -> Evaluation:
    return Evaluation(name=name, helped=str(told.get("True", 0)), not_helped=str(told.get("False", 0)))


class School(Model):
    name: str
    counsellors: str
    cases: str
    urgency: str
    minutes: str
    late: str
    official: str


class Warned(Model):
    school: str
    words: str


class DistrictReport(Model):
    """Laporan kabupaten/kota: by school, small cells suppressed."""

    period: str
    frozen: str
    schools: tuple[School, ...]
    warnings: tuple[Warned, ...]
    unanswered: tuple[Count, ...]
    corrections: str


def district_report(figures: Figures) -> DistrictReport:
    told = figures.told
    names = {each["school"]: each["name"] for each in told["schools"]}
    return DistrictReport(
        period=month_of(date.fromisoformat(f"{told['month']}-01")),
        frozen=figures.moment(told["as_of"]),
        schools=tuple(_school(each) for each in told["schools"]),
        warnings=tuple(Warned(school=names[each["school"]], words=each["id"]) for each in told["warnings"]),
        unanswered=figures.counts("unanswered_by_agency", figures.names),
        corrections=str(told["corrections"]),
    )


def _school(told: Mapping[str, Any]) -> School:
    return School(
        name=told["name"],
        counsellors=str(told["counsellors"]),
        cases=_cell(told["cases"]),
        urgency=_listed(told["urgency"], "urgency"),
        minutes=_cell(told["minutes_to_acknowledge"]),
        late=_cell(told["late"]),
        official=_listed(told["official_reports"], "office"),
    )


def _listed(told: Mapping[str, object], group: str) -> str:
    return ", ".join(f"{coded(group, key)}: {_cell(value)}" for key, value in told.items()) or "–"
