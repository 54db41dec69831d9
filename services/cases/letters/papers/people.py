"""What goes to teachers and homes: the teacher's sheet, summonses, the signed statement, the letter of assignment and the report on a visit."""

from __future__ import annotations

from services.cases.domain.strategies.parents import HomeActionAgreed, ParentInvited, ParentMeetingPlanned
from services.cases.domain.strategies.teacher import TeacherAnswered, TeacherAsked
from services.cases.domain.strategies.visit import HomeVisited, VisitNoticeReplaced, VisitNotified, VisitPlanned, VisitReported
from services.cases.letters.material import Material, NotComplete, coded
from services.cases.letters.model import AboutStudent


class TeacherInformation(AboutStudent):
    """Lembar informasi guru: one question and its answer; the reasons behind the question are never part of it."""

    teacher: str
    aim: str
    asked: str
    question: str
    answered: str
    answer: str


def teacher_information(material: Material) -> TeacherInformation:
    asked, answered = material.of(TeacherAsked), material.of(TeacherAnswered)
    return TeacherInformation(
        student=material.student.name,
        homeroom=material.student.homeroom,
        teacher=material.name(asked.teacher),
        aim=coded("aim", asked.aim),
        asked=material.day(asked.at),
        question=material.text(asked.question),
        answered=material.day(answered.at),
        answer=material.text(answered.answer),
    )


_NUMERALS = {1: "I", 2: "II", 3: "III"}


class ParentSummons(AboutStudent):
    """Surat panggilan I to III: when, where, whom to meet. What it is about is said at the meeting and stands in no letter."""

    guardian: str
    summons: str
    when: str
    hour: str
    place: str
    meets: str


def parent_summons(material: Material) -> ParentSummons:
    invited = material.of(ParentInvited)
    return ParentSummons(
        student=material.student.name,
        homeroom=material.student.homeroom,
        guardian=material.name(material.of(ParentMeetingPlanned).guardian),
        summons=_NUMERALS[invited.summons],
        when=material.day(invited.when),
        hour=material.hour(invited.when),
        place=f"Ruang Bimbingan dan Konseling, {material.school}",
        meets=material.name(invited.by),
    )


class ParentStatement(AboutStudent):
    """Surat pernyataan: what was agreed for home. What both sides said before stands in none."""

    guardian: str
    agreed: str
    action: str
    review: str


def parent_statement(material: Material) -> ParentStatement:
    agreed = material.of(HomeActionAgreed)
    return ParentStatement(
        student=material.student.name,
        homeroom=material.student.homeroom,
        guardian=material.name(material.of(ParentMeetingPlanned).guardian),
        agreed=material.day(agreed.at),
        action=material.text(agreed.action),
        review=material.day(agreed.review_by),
    )


class VisitAssignment(AboutStudent):
    """Surat tugas: who visits whose home and when. The missing data and the questions stay with the counsellor."""

    visitor: str
    guardian: str
    when: str
    hour: str


def visit_assignment(material: Material) -> VisitAssignment:
    notice, planned = _notice(material), material.of(VisitPlanned)
    return VisitAssignment(
        student=material.student.name,
        homeroom=material.student.homeroom,
        visitor=material.name(notice.by),
        guardian=material.name(planned.guardian),
        when=material.day(notice.when),
        hour=material.hour(notice.when),
    )


def endorser_of_visit(material: Material) -> str | None:
    """Who signed the assignment."""
    return _notice(material).endorsed_by


def _notice(material: Material) -> VisitNotified | VisitNoticeReplaced:
    """The letter of assignment in force."""
    found = [event for event in material.events if isinstance(event, VisitNotified | VisitNoticeReplaced)]
    if not found:
        raise NotComplete
    return found[-1]


class VisitReport(AboutStudent):
    """Laporan kunjungan rumah. checked: what was learnt was read back to those who were met."""

    visitor: str
    visited: str
    met: str
    gap: str
    questions: str
    observations: str
    commitment: str
    checked: str
    report: str


def visit_report(material: Material) -> VisitReport:
    planned, visited, reported = material.of(VisitPlanned), material.of(HomeVisited), material.of(VisitReported)
    return VisitReport(
        student=material.student.name,
        homeroom=material.student.homeroom,
        visitor=material.name(visited.by),
        visited=material.day(visited.at),
        met=material.several(visited.met),
        gap=material.text(planned.gap),
        questions=material.text(planned.questions),
        observations=material.text(visited.observations),
        commitment=material.text(visited.commitment),
        checked=coded("yes", visited.accuracy_checked),
        report=material.text(reported.report),
    )
