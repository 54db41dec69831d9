"""Referral: the letter with the page that an office retypes, the sheet of consent, the agency's answer, and our answer to a referral to us.

The letter holds the package that was approved and no more: neither why this agency was chosen nor what else was tried.
"""

from __future__ import annotations

from services.cases.domain.referring.consent import ConsentRecorded
from services.cases.domain.referring.referral.events import ReferralMoved
from services.cases.domain.strategies.referral import InboundReferralAnswered, InboundReferralCompleted, InboundReferralRecorded
from services.cases.letters.material import Material, coded, on
from services.cases.letters.model import AboutStudent
from shared.events import ReferralSent


class ReferralLetter(AboutStudent):
    """Surat alih tangan kasus. born, guardians: for the page of the receiving office; None where the roster does not know.

    chronology: the package, which the office reads as it was approved.
    """

    born: str | None
    guardians: str | None
    school: str
    sent: str
    respond_by: str
    chronology: str


def referral_letter(material: Material) -> ReferralLetter:
    sent, student = material.of(ReferralSent), material.student
    return ReferralLetter(
        student=student.name,
        homeroom=student.homeroom,
        born=on(student.born) if student.born else None,
        guardians=", ".join(each for each in student.guardians if each not in student.unsafe) or None,
        school=material.school,
        sent=material.day(material.made_at),
        respond_by=material.day(sent.respond_by),
        chronology=material.text(sent.package),
    )


class ReferralConsent(AboutStudent):
    """Lembar persetujuan. giver: in which capacity; who: the guardian, or the student."""

    giver: str
    who: str
    how: str
    given: str
    sheet: str


def referral_consent(material: Material) -> ReferralConsent:
    told = material.of(ConsentRecorded)
    who = material.name(told.guardian) if told.guardian else material.student.name
    return ReferralConsent(
        student=material.student.name,
        homeroom=material.student.homeroom,
        giver=coded("giver", told.giver),
        who=who if told.giver == "student" or told.guardian else "(orang tua/wali)",
        how=coded("consent", told.how),
        given=material.day(told.at),
        sheet=told.form,
    )


class ReferralAnswer(AboutStudent):
    """Balasan rujukan: what the agency answered at its end."""

    result: str
    reason: str | None
    answered: str | None
    note: str | None


def referral_answer(material: Material) -> ReferralAnswer:
    moved = material.of(ReferralMoved)
    return ReferralAnswer(
        student=material.student.name,
        homeroom=material.student.homeroom,
        result=coded("answer", moved.trigger),
        reason=coded("decline", moved.reason) if moved.reason else None,
        answered=material.day(moved.moved_at) if moved.moved_at else None,
        note=material.text(moved.note) if moved.note else None,
    )


class InboundAnswer(AboutStudent):
    """Balasan rujukan masuk. report: of what was done, once it was."""

    institution: str
    letter: str
    accepted: str
    answer: str
    report: str | None


def inbound_answer(material: Material) -> InboundAnswer:
    asked, answered, done = material.of(InboundReferralRecorded), material.of(InboundReferralAnswered), material.find(InboundReferralCompleted)
    return InboundAnswer(
        student=material.student.name,
        homeroom=material.student.homeroom,
        institution=asked.institution,
        letter=asked.letter,
        accepted=coded("accepted", answered.accepted),
        answer=material.text(answered.answer),
        report=material.text(done.report) if done else None,
    )
