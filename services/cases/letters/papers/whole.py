"""The case as a whole: the summary for a hand-over, and what the student or the guardian is told of the data that is kept (subject access).

The summary names activities and says nothing that was confided in them: notes go over by a hand-over of their own (domain.md, People come and go).
Subject access tells which data there is and who received it; of other people it tells nothing, not even who reported.
"""

from __future__ import annotations

from services.cases.domain.case.planning import CaseAssessed, CasePlanned, Goal, GoalJudged
from services.cases.domain.case.strands import StrandAdded, UrgencyDecided
from services.cases.domain.referring.consent import ConsentRecorded
from services.cases.domain.referring.referral.events import ReferralMoved
from services.cases.domain.steps.activity import ActivityEvent
from services.cases.letters.material import Material, NotComplete, coded, on
from services.cases.letters.model import AboutStudent, Model
from shared.events import CaseClosed, CaseOpened, ReferralSent


class Concern(Model):
    told: str
    role: str
    categories: str
    words: str


class Target(Model):
    field: str
    words: str
    owner: str
    due: str
    state: str


class Activity(Model):
    name: str
    owner: str
    latest: str
    state: str


class Sent(Model):
    sent: str
    state: str


class Awaited(Model):
    what: str
    owner: str
    due: str


class CaseSummary(AboutStudent):
    """Ringkasan kasus for the counsellor who goes on."""

    opened: str
    urgency: str
    findings: str | None
    concerns: tuple[Concern, ...]
    goals: tuple[Target, ...]
    activities: tuple[Activity, ...]
    referrals: tuple[Sent, ...]
    awaited: tuple[Awaited, ...]


def case_summary(material: Material) -> CaseSummary:
    assessed, urgency = material.find(CaseAssessed), material.of(UrgencyDecided)
    return CaseSummary(
        student=material.student.name,
        homeroom=material.student.homeroom,
        opened=_opened(material),
        urgency=coded("urgency", urgency.urgency),
        findings=material.text(assessed.findings) if assessed else None,
        concerns=tuple(_concern(each, material) for each in material.all(StrandAdded)),
        goals=_goals(material),
        activities=_activities(material),
        referrals=_referrals(material),
        awaited=tuple(
            Awaited(what=each.what, owner=material.name(each.owner) if each.owner else "–", due=material.date(each.due))
            for each in material.whole.awaited
        ),
    )


class Service(Model):
    name: str
    owner: str
    latest: str


class CaseClosing(AboutStudent):
    """Surat keterangan selesai layanan: that it ended and how, and nothing of what was said."""

    opened: str
    closed: str
    outcome: str
    activities: tuple[Service, ...]


def case_closing(material: Material) -> CaseClosing:
    return CaseClosing(
        student=material.student.name,
        homeroom=material.student.homeroom,
        opened=_opened(material),
        closed=material.day(material.dated(CaseClosed)[-1][1]),
        outcome=coded("outcome", material.of(CaseClosed).outcome),
        activities=tuple(Service(name=each.name, owner=each.owner, latest=each.latest) for each in _activities(material)),
    )


def _opened(material: Material) -> str:
    return material.day(material.dated(CaseOpened)[0][1])


def _concern(strand: StrandAdded, material: Material) -> Concern:
    concern = strand.concern
    return Concern(
        told=material.date(strand.at),
        role=coded("role", concern.role),
        categories=", ".join(coded("category", each) for each in concern.categories),
        words=material.text(concern.text),
    )


def _goals(material: Material) -> tuple[Target, ...]:
    """Of the plan in force."""
    planned = material.find(CasePlanned)
    return tuple(_goal(each, material) for each in (planned.goals if planned else ()))


def _goal(goal: Goal, material: Material) -> Target:
    judged = [each.reached for each in material.all(GoalJudged) if each.goal == goal.goal]
    return Target(
        field=coded("field", goal.field),
        words=material.text(goal.words),
        owner=material.name(goal.owner),
        due=material.date(goal.due),
        state=coded("reached", judged[-1]) if judged else "Berjalan",
    )


def _activities(material: Material) -> tuple[Activity, ...]:
    return tuple(
        Activity(
            name=coded("strategy", each.strategy),
            owner=material.name(each.owner),
            latest=material.date(each.events[-1].at),
            state="Selesai" if each.ended else "Berjalan",
        )
        for each in material.whole.activities
    )


def _referrals(material: Material) -> tuple[Sent, ...]:
    moved = {each.referral: coded("task", each.state) for each in material.all(ReferralMoved)}
    return tuple(Sent(sent=material.date(at), state=moved.get(each.referral, "Menunggu jawaban")) for each, at in material.dated(ReferralSent))


class Kept(Model):
    """A service that was given. Its words are kept under their own readers."""

    name: str
    when: str
    by: str


class Received(Model):
    """Who received something about the student."""

    receiver: str
    when: str


class Consented(Model):
    what: str
    giver: str
    when: str


class SubjectAccess(AboutStudent):
    """Salinan keterangan tentang data pribadi."""

    born: str | None
    guardians: str | None
    opened: str
    categories: str
    services: tuple[Kept, ...]
    goals: tuple[Target, ...]
    consents: tuple[Consented, ...]
    received: tuple[Received, ...]


def subject_access(material: Material) -> SubjectAccess:
    student, strands = material.student, material.all(StrandAdded)
    if not strands:
        raise NotComplete
    categories = dict.fromkeys(coded("category", code) for strand in strands for code in strand.concern.categories)
    return SubjectAccess(
        student=student.name,
        homeroom=student.homeroom,
        born=on(student.born) if student.born else None,
        guardians=", ".join(student.guardians) or None,
        opened=_opened(material),
        categories=", ".join(categories),
        services=_services(material),
        goals=_goals(material),
        consents=tuple(
            Consented(what="Alih tangan kasus", giver=coded("giver", each.giver), when=material.date(each.at))
            for each in material.all(ConsentRecorded)
        ),
        received=tuple(Received(receiver=coded("receiver", receiver), when=material.date(at)) for receiver, at in material.whole.received),
    )


def _services(material: Material) -> tuple[Kept, ...]:
    begun: dict[str, ActivityEvent] = {}
    for event in material.all(ActivityEvent):
        begun.setdefault(event.activity, event)
    names = {each.activity: coded("strategy", each.strategy) for each in material.whole.activities}
    return tuple(Kept(name=names[key], when=material.date(each.at), by=material.name(each.by)) for key, each in begun.items() if key in names)
