"""Individual counselling: the service plan, the report on a meeting, the student's own form. Each holds what was said for it, no more."""

from __future__ import annotations

from services.cases.domain.strategies.counselling import CounsellingHeld, CounsellingRequested, CounsellingScheduled, SatisfactionRecorded
from services.cases.letters.material import Material, coded
from services.cases.letters.model import AboutStudent


class ServicePlan(AboutStudent):
    """Rencana layanan (RPL): why the student is invited, and in which field; approach and evaluation are written in by hand."""

    counsellor: str
    field: str
    origin: str
    reason: str


def service_plan(material: Material) -> ServicePlan:
    asked = material.of(CounsellingRequested)
    return ServicePlan(
        student=material.student.name,
        homeroom=material.student.homeroom,
        counsellor=material.name(asked.by),
        field=coded("field", asked.field),
        origin=coded("origin", asked.origin),
        reason=material.text(asked.reason),
    )


class CounsellingReport(AboutStudent):
    """Laporan: one meeting. when, hour, place: as it was arranged; None where nothing was."""

    counsellor: str
    field: str
    origin: str
    meeting: int
    when: str
    hour: str | None
    place: str | None
    symptoms: str
    complaint: str
    problem: str
    causes: str
    goal: str
    approach: str
    result: str
    next_plan: str


def counselling_report(material: Material) -> CounsellingReport:
    asked, held, arranged = material.of(CounsellingRequested), material.of(CounsellingHeld), material.find(CounsellingScheduled)
    return CounsellingReport(
        student=material.student.name,
        homeroom=material.student.homeroom,
        counsellor=material.name(held.by),
        field=coded("field", asked.field),
        origin=coded("origin", asked.origin),
        meeting=held.meeting,
        when=material.day(held.at),
        hour=material.hour(arranged.when) if arranged else None,
        place=material.text(arranged.place) if arranged else None,
        symptoms=material.text(held.symptoms),
        complaint=material.text(held.complaint),
        problem=material.text(held.problem),
        causes=material.text(held.causes),
        goal=material.text(held.goal),
        approach=material.text(held.approach),
        result=material.text(held.result),
        next_plan=material.text(held.next_plan),
    )


class SatisfactionForm(AboutStudent):
    """Lembar kepuasan: the student's own words, and nothing that was said in counselling."""

    counsellor: str
    when: str
    score: int
    words: str


def satisfaction_form(material: Material) -> SatisfactionForm:
    told, asked = material.of(SatisfactionRecorded), material.of(CounsellingRequested)
    return SatisfactionForm(
        student=material.student.name,
        homeroom=material.student.homeroom,
        counsellor=material.name(asked.by),
        when=material.day(told.at),
        score=told.score,
        words=material.text(told.words),
    )
