"""Case conferences: minutes and attendance, for those who were there. Consultations and partnerships: their reports."""

from __future__ import annotations

from services.cases.domain.strategies.conference import Commitment, ConferenceConvened, ConferenceHeld, ConferenceMinuted, ConferenceProposed
from services.cases.domain.strategies.consultation import AdviceGiven, ConsultationAsked, ConsultationClosed, FeedbackRecorded
from services.cases.domain.strategies.partnership import PartnershipAgreed, PartnershipEnded, PartnershipProposed, PartnershipStarted
from services.cases.letters.material import Material, coded
from services.cases.letters.model import AboutStudent, Model


class Promise(Model):
    owner: str
    what: str
    due: str


class ConferenceMinutes(AboutStudent):
    """Berita acara."""

    held: str
    hour: str
    purpose: str
    present: str
    facts: str
    decisions: str
    commitments: tuple[Promise, ...]


def conference_minutes(material: Material) -> ConferenceMinutes:
    held, minuted = material.of(ConferenceHeld), material.of(ConferenceMinuted)
    return ConferenceMinutes(
        student=material.student.name,
        homeroom=material.student.homeroom,
        held=material.day(held.at),
        hour=material.hour(held.at),
        purpose=material.text(material.of(ConferenceProposed).purpose),
        present=material.several(held.present),
        facts=material.text(minuted.facts),
        decisions=material.text(minuted.decisions),
        commitments=tuple(_promise(each, material) for each in minuted.commitments),
    )


def _promise(commitment: Commitment, material: Material) -> Promise:
    return Promise(owner=material.name(commitment.owner), what=material.text(commitment.what), due=material.date(commitment.due))


class Attendee(Model):
    """signed: empty, for a signature."""

    name: str
    side: str
    reason: str
    signed: str = ""


class ConferenceAttendance(AboutStudent):
    """Daftar hadir: who came, with whom and why; those who were invited and did not come stand in none."""

    held: str
    hour: str
    attendees: tuple[Attendee, ...]


def conference_attendance(material: Material) -> ConferenceAttendance:
    held, convened = material.of(ConferenceHeld), material.of(ConferenceConvened)
    return ConferenceAttendance(
        student=material.student.name,
        homeroom=material.student.homeroom,
        held=material.day(held.at),
        hour=material.hour(held.at),
        attendees=tuple(
            Attendee(name=material.name(each.person), side=coded("side", each.side), reason=coded("reason", each.reason))
            for each in convened.invitees
            if each.person in held.present
        ),
    )


class ConsultationReport(Model):
    """Laporan konsultasi: for the two parties."""

    asker: str
    asker_kind: str
    counsellor: str
    aim: str
    asked: str
    question: str
    advice: str | None
    feedback: str | None
    commitment: str | None
    monitor: str | None
    helped: str
    result: str


def consultation_report(material: Material) -> ConsultationReport:
    asked, closed = material.of(ConsultationAsked), material.of(ConsultationClosed)
    advice, feedback = material.find(AdviceGiven), material.find(FeedbackRecorded)
    return ConsultationReport(
        asker=material.name(asked.asker) if asked.asker else coded("asker", asked.asker_kind),
        asker_kind=coded("asker", asked.asker_kind),
        counsellor=material.name(closed.by),
        aim=coded("consultation", asked.aim),
        asked=material.day(asked.at),
        question=material.text(asked.question),
        advice=material.text(advice.advice) if advice else None,
        feedback=material.text(feedback.feedback) if feedback else None,
        commitment=material.text(feedback.commitment) if feedback else None,
        monitor=material.day(feedback.monitor_by) if feedback else None,
        helped=coded("helped", closed.helped),
        result=material.text(closed.result),
    )


class PartnershipReport(Model):
    """Laporan kolaborasi dengan pihak luar sekolah."""

    institution: str
    kind: str
    improves: str
    contribution: str
    contact: str
    memorandum: str
    until: str
    started: str | None
    ended: str
    helped: str
    result: str


def partnership_report(material: Material) -> PartnershipReport:
    proposed, agreed, ended = material.of(PartnershipProposed), material.of(PartnershipAgreed), material.of(PartnershipEnded)
    started = material.find(PartnershipStarted)
    return PartnershipReport(
        institution=proposed.institution,
        kind=coded("partner", proposed.kind),
        improves=material.text(proposed.improves),
        contribution=material.text(proposed.contribution),
        contact=material.text(proposed.contact),
        memorandum=agreed.memorandum,
        until=material.day(agreed.until),
        started=material.day(started.at) if started else None,
        ended=material.day(ended.at),
        helped=coded("helped", ended.helped),
        result=material.text(ended.result),
    )
