"""Handing a problem to somebody more able (alih tangan kasus): the case decides until it is sent, then the agency's task does (decision 14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Expected, PersonInConflict
from services.cases.domain.steps.command import Command, recorded
from services.cases.domain.steps.filled import Filled, PolicyNow
from services.cases.domain.steps.offer import Around, Known, Offer, offered
from services.cases.domain.steps.policy import Recommendation
from services.cases.domain.steps.tells import NOTHING, Counts, Document, Given, Tells, counted
from services.cases.domain.steps.triage import REFERS, Ending, ReferralInputs, recommend
from shared.errors import Refused
from shared.events import GuardianAnswer, ReferralCancelRequested, ReferralSent, Urgency
from shared.message import Event, Fact
from shared.sealed import AnswerText, CaseText, PackageText
from shared.two_people import Proposal

Ground = Literal["vital-interest", "legal-duty"]
"""Why a referral may go without consent."""

# commands ----------------------------------------------------------------------------------------------------------


class DecideReferral(Command, called="decide-referral", permission="work"):
    """Whether to refer. tried: strategies tried, with how they ended. chosen: where a person decides otherwise than the policy, with a reason.

    actors: how many people or institutions the need takes; with two or more they meet first (domain.md, Urgency).
    """

    decision: Annotated[str, Filled("fresh-id", "referral-decision")]
    policy: PolicyNow
    tried: dict[str, Ending] = Field(default_factory=dict)
    consent: Literal["given", "refused", "unknown"] = "unknown"
    actors: Annotated[int, Field(ge=1, le=20)] = 1
    chosen: Recommendation | None = None
    reason: CaseText | None = None


class DraftReferral(Command, called="draft-referral", permission="work"):
    """agency: the receiver. why: this one, in a person's words. alternatives: other agencies offered.

    consent: what is known so far; it is no consent until it is recorded. ground: proposes to go without one.
    """

    referral: Annotated[str, Filled("fresh-id", "referral")]
    agency: str
    why: CaseText
    alternatives: tuple[str, ...] = ()
    consent: Literal["given", "overridden", "asked"]
    ground: Ground | None = None
    by_phone_first: bool = False


class ApproveReferral(Command, called="approve-referral", permission="approval"):
    """Somebody else than who drafted it agrees."""

    referral: str


class SendReferral(Command, called="send-referral", permission="work"):
    """package: exactly what is disclosed to the agency, no more. policy: for the time to answer."""

    referral: str
    package: PackageText
    policy: PolicyNow


class CancelReferral(Command, called="cancel-referral", permission="work"):
    """The school asks; the agency confirms; an outcome may still win."""

    referral: str


class FoldTask(Fact):
    """What the agency's task did: a fact, never refused. at: of the appointment; moved_at: when it did so."""

    referral: str
    agency: str
    trigger: str
    state: str
    business_status: str
    reason: str | None = None
    note: AnswerText | None = None
    at: datetime | None = None
    channel: str = "api"
    moved_at: datetime | None = None


class FoldSilence(Fact):
    """The agency did not answer in time, or could not be reached."""

    referral: str
    reason: Literal["no-answer", "unreachable"]


ReferralCommand = DecideReferral | DraftReferral | ApproveReferral | SendReferral | CancelReferral
ReferralFact = FoldTask | FoldSilence


# events ------------------------------------------------------------------------------------------------------------


class ReferralDecided(Event):
    """A decision receipt; a decision not to refer is stored the same way."""

    type: Literal["referral-decided"] = "referral-decided"
    version: Literal[2] = 2
    decision: str
    policy: str
    policy_version: int
    inputs: ReferralInputs
    recommendation: Recommendation
    rules: tuple[str, ...]
    alternatives: tuple[Recommendation, ...]
    chosen: Recommendation
    by: str
    reason: CaseText | None


class ReferralDrafted(Event):
    type: Literal["referral-drafted"] = "referral-drafted"
    version: Literal[1] = 1
    referral: str
    agency: str
    why: CaseText
    alternatives: tuple[str, ...]
    consent: Literal["given", "overridden", "asked"]
    ground: Ground | None
    by_phone_first: bool
    by: str


class ReferralApproved(Event):
    type: Literal["referral-approved"] = "referral-approved"
    version: Literal[1] = 1
    referral: str
    by: str


class ReferralMoved(Event):
    """The agency's answer, folded."""

    type: Literal["referral-moved"] = "referral-moved"
    version: Literal[1] = 1
    referral: str
    agency: str
    trigger: str
    state: str
    business_status: str
    reason: str | None
    note: AnswerText | None
    at: datetime | None
    channel: str
    moved_at: datetime | None = None


class ReferralUnanswered(Event):
    type: Literal["referral-unanswered"] = "referral-unanswered"
    version: Literal[1] = 1
    referral: str
    reason: Literal["no-answer", "unreachable"]


ReferralEvent = ReferralDecided | ReferralDrafted | ReferralApproved | ReferralSent | ReferralCancelRequested | ReferralMoved | ReferralUnanswered
REFERRAL_EVENTS = (
    ReferralDecided, ReferralDrafted, ReferralApproved, ReferralSent, ReferralCancelRequested, ReferralMoved, ReferralUnanswered,
)  # fmt: skip


# what they tell ----------------------------------------------------------------------------------------------------


def _package(event: ReferralSent) -> Iterable[Given]:
    return (Given(event.referral, "agency", event.agency),)


def _ends(event: ReferralMoved) -> bool:
    """An answer is written only at its end."""
    return event.trigger in ("outcome", "decline")


TELLS: Mapping[type[Event], Tells[Any]] = {
    ReferralDecided: counted("chosen"),
    ReferralDrafted: NOTHING,
    ReferralApproved: NOTHING,
    ReferralSent: Tells(discloses=_package, counts=Counts(("referral", "agency", "priority"), service="referral")),
    ReferralCancelRequested: NOTHING,
    ReferralMoved: counted("agency", "trigger", "state", "reason"),
    ReferralUnanswered: counted("referral", "reason"),
}
LETTER = Document("referral-letter", "Surat alih tangan kasus", "Letter of referral", ReferralSent)
ANSWER = Document("referral-answer", "Balasan rujukan", "Answer to the referral", ReferralMoved, _ends)


# state -------------------------------------------------------------------------------------------------------------

ENDED = frozenset({"rejected", "completed", "cancelled", "refused", "failed", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral. state: drafted, approved, sent, then the task's FHIR status; refused where the person did not want it.

    approver, approve_by: who is asked to approve, until when. override: to go without consent, which a
    second person has not confirmed yet. letter_by: after a call, until when the letter follows. chase_by: a missed appointment
    is chased by then, also where the agency made a new one. evaluate_by: after its outcome. postponed_until: before it was sent. owner: to whom it
    was handed over; None where it is with whoever has the case.
    """

    referral: str
    agency: str
    drafted_by: str
    alternatives: tuple[str, ...]
    emergency: bool
    state: str = "drafted"
    business_status: str = ""
    reason: str | None = None
    unanswered: str | None = None
    consent: str = "given"
    ground: Ground | None = None
    approver: str | None = None
    approve_by: datetime | None = None
    called: bool = False
    override: Proposal | None = None
    letter_by: datetime | None = None
    respond_by: datetime | None = None
    trigger: str = ""
    chase_by: datetime | None = None
    evaluate_by: datetime | None = None
    evaluated: bool = False
    cancel_asked: bool = False
    postponed_until: datetime | None = None
    owner: str | None = None

    @property
    def may_name_the_student(self) -> bool:
        """A consent was recorded, or the ground for going without; in an emergency the call holds it (domain.md, Referral decision)."""
        return self.consent in ("given", "overridden") or (self.emergency and self.called)

    @property
    def answered(self) -> bool:
        return self.state not in {"drafted", "approved", "sent"} | _NO_ANSWER


@dataclass(frozen=True, slots=True)
class Referrals:
    """All referrals of a case, and its decisions about referring."""

    by_id: dict[str, Referral]
    decisions: tuple[ReferralDecided, ...] = ()


NONE = Referrals({})


def answered_by_guardian(referrals: Referrals, referral: str, answer: GuardianAnswer) -> Referrals:
    """A guardian consented, refused, or took a consent back. What was sent has been sent; the answer stands in the case.

    Where two people decided to go without consent, a refusal changes nothing.
    """
    known, says = referrals.by_id.get(referral), _CONSENT.get(answer)
    if known is None or says is None or known.state not in ("drafted", "approved") or (known.consent == "overridden" and says == "refused"):
        return referrals
    return _with(referrals, replace(known, consent=says, override=None))


_CONSENT: Mapping[GuardianAnswer, str] = {"consented": "given", "refused": "refused", "withdrawn": "refused"}


def evolve(referrals: Referrals, event: ReferralEvent) -> Referrals:
    match event:
        case ReferralDecided():
            return replace(referrals, decisions=(*referrals.decisions, event))
        case ReferralDrafted():
            return _with(referrals, _drafted(event))
        case ReferralApproved():
            return _changed(referrals, event.referral, state="approved", approve_by=None)
        case ReferralSent():
            return _changed(referrals, event.referral, state="sent", letter_by=None, postponed_until=None, respond_by=event.respond_by)
        case ReferralCancelRequested():
            return _changed(referrals, event.referral, cancel_asked=True)
        case ReferralMoved():
            return _moved(referrals, event)
        case ReferralUnanswered():
            return _changed(referrals, event.referral, unanswered=event.reason)
        case _:
            assert_never(event)


def _drafted(event: ReferralDrafted) -> Referral:
    """A ground in a draft that has no consent proposes to go without one."""
    override = Proposal(event.referral, event.by) if event.consent == "asked" and event.ground else None
    return Referral(
        event.referral,
        event.agency,
        event.by,
        event.alternatives,
        event.by_phone_first,
        consent=event.consent,
        ground=event.ground,
        override=override,
    )


def _with(referrals: Referrals, referral: Referral) -> Referrals:
    return replace(referrals, by_id={**referrals.by_id, referral.referral: referral})


PRIORITY: Mapping[Urgency, Literal["routine", "urgent", "stat"]] = {"emergency": "stat", "high": "urgent", "medium": "routine", "low": "routine"}
CHASE = timedelta(days=2)
EVALUATE = timedelta(days=30)
"""After an outcome, how long until it is looked at whether the referral helped."""

_NO_ANSWER = frozenset({"requested", "received"})
"""An agency that has only looked, or asks something, has not answered: the day by which it should stands."""


def _moved(referrals: Referrals, event: ReferralMoved) -> Referrals:
    """What the agency did, and what that asks of the school next."""
    told = {"state": event.state, "business_status": event.business_status, "reason": event.reason, "unanswered": None, "trigger": event.trigger}
    moved = event.moved_at or event.at
    known = referrals.by_id.get(event.referral)
    still = known.chase_by if known and event.state not in ENDED else None
    chase = moved + CHASE if event.trigger == "no-show" and moved else still
    evaluate = moved + EVALUATE if event.state == "completed" and moved else None
    awaited = known.respond_by if known and event.state in _NO_ANSWER else None
    return _changed(referrals, event.referral, respond_by=awaited, chase_by=chase, evaluate_by=evaluate, **told)


def _changed(referrals: Referrals, referral: str, **told: object) -> Referrals:
    known = referrals.by_id.get(referral)
    return _with(referrals, replace(known, **told)) if known else referrals  # type: ignore[arg-type]


# decide ------------------------------------------------------------------------------------------------------------


class NoAlternativesOffered(Refused):
    code = "no-alternatives-offered"
    indonesian = "Belum ada alternatif lembaga yang ditawarkan."
    english = "No alternative agency was offered."


class ConsentMissing(Refused):
    code = "consent-missing"
    indonesian = "Persetujuan belum ada dan dasar pengecualian belum dicatat."
    english = "There is no consent, and no ground for going without it."


class ChoiceWithoutReason(Refused):
    code = "choice-without-reason"
    indonesian = "Anda memutuskan lain dari saran kebijakan: tulis alasannya."
    english = "You decide otherwise than the policy recommends: say why."


class ReferralMandatory(Refused):
    """Where the counsellor has no authority, a person chooses how it is referred, not whether (domain.md, Referral decision)."""

    code = "referral-mandatory"
    indonesian = "Konselor tidak berwenang menangani masalah ini sendiri: pilih rujuk sekarang, atau konferensi dahulu lalu rujuk."
    english = "Counsellors have no authority over this: choose to refer now, or a conference first and then referral."


class NoSuchReferral(Refused):
    code = "no-such-referral"
    indonesian = "Rujukan ini tidak ada pada kasus ini."
    english = "This case has no such referral."


class NotApproved(Refused):
    code = "not-approved"
    indonesian = "Rujukan belum disetujui."
    english = "The referral is not approved yet."


class OwnApproval(Refused):
    code = "own-approval"
    indonesian = "Rujukan tidak dapat disetujui oleh orang yang menyusunnya."
    english = "Whoever drafted a referral cannot approve it."


class NotTheApprover(Refused):
    code = "not-the-approver"
    indonesian = "Persetujuan rujukan ini diminta dari orang lain."
    english = "Another person was asked to approve this referral."


class AlreadySent(Refused):
    code = "already-sent"
    indonesian = "Rujukan sudah dikirim; kini lembaga yang menentukan."
    english = "The referral was sent: the agency's task decides now."


class NotSentYet(Refused):
    code = "not-sent-yet"
    indonesian = "Rujukan belum dikirim."
    english = "The referral was not sent yet."


class StudentUnidentified(Refused):
    code = "student-unidentified"
    indonesian = "Identitas murid belum dipastikan: pastikan dahulu."
    english = "The student is not identified: match first."


def decide(command: ReferralCommand | ReferralFact, referrals: Referrals, about: About) -> Sequence[ReferralEvent]:
    """Raises: a refusal by name, but never for a fact of the agency's task."""
    match command:
        case DecideReferral():
            return _decide(command, referrals, about)
        case DraftReferral():
            return _draft(command, referrals, about)
        case ApproveReferral():
            return _approve(command, _find(referrals, command.referral))
        case SendReferral():
            return _send(command, _find(referrals, command.referral), about)
        case CancelReferral():
            return _cancel(command, _find(referrals, command.referral), about)
        case FoldTask():
            return [recorded(ReferralMoved, command)]
        case FoldSilence():
            return [recorded(ReferralUnanswered, command)]
        case _:
            assert_never(command)


def _decide(command: DecideReferral, referrals: Referrals, about: About) -> Sequence[ReferralEvent]:
    """The policy recommends, the person chooses; both stand in the receipt. Raises: ReferralMandatory, ChoiceWithoutReason."""
    if any(each.decision == command.decision for each in referrals.decisions):
        return []
    inputs = ReferralInputs(urgency=about.urgency, categories=about.categories, tried=command.tried, consent=command.consent, actors=command.actors)
    told = recommend(command.policy, inputs)
    chosen = command.chosen or told.recommendation
    if told.mandatory and chosen not in REFERS:
        raise ReferralMandatory
    if chosen != told.recommendation and command.reason is None:
        raise ChoiceWithoutReason
    return [
        ReferralDecided(
            decision=command.decision,
            policy=command.policy.id,
            policy_version=command.policy.version,
            inputs=inputs,
            recommendation=told.recommendation,
            rules=told.rules,
            alternatives=told.alternatives,
            chosen=chosen,
            by=command.by,
            reason=command.reason,
        )
    ]


def _find(referrals: Referrals, referral: str) -> Referral:
    if referral not in referrals.by_id:
        raise NoSuchReferral
    return referrals.by_id[referral]


def _draft(command: DraftReferral, referrals: Referrals, about: About) -> Sequence[ReferralEvent]:
    if command.referral in referrals.by_id:
        return []
    if about.student is None:
        raise StudentUnidentified
    if not command.alternatives and not command.by_phone_first:
        raise NoAlternativesOffered
    if command.consent == "overridden" and command.ground is None:
        raise ConsentMissing
    if command.agency in about.named:
        raise PersonInConflict
    return [recorded(ReferralDrafted, command, consent=_consent_of(command))]


def _consent_of(command: DraftReferral) -> Literal["overridden", "asked"]:
    """A draft gives no consent: that is recorded (`record-consent`). Only an emergency goes on its ground at once; else two people decide so."""
    return "overridden" if command.consent == "overridden" and command.by_phone_first else "asked"


def _approve(command: ApproveReferral, referral: Referral) -> Sequence[ReferralEvent]:
    if referral.state != "drafted":
        return []
    if referral.drafted_by == command.by:
        raise OwnApproval
    if not referral.may_name_the_student:
        raise ConsentMissing
    if referral.approver not in (None, command.by):
        raise NotTheApprover
    return [ReferralApproved(referral=command.referral, by=command.by)]


def _send(command: SendReferral, referral: Referral, about: About) -> Sequence[ReferralEvent]:
    """In an emergency help is called before approval; the letter follows (domain.md, darurat)."""
    if referral.state not in ("drafted", "approved"):
        return []
    if referral.state == "drafted" and not referral.emergency:
        raise NotApproved
    if not referral.may_name_the_student:
        raise ConsentMissing
    priority = PRIORITY[about.urgency]
    return [
        ReferralSent(
            case=about.case,
            student=about.student,
            school=about.school,
            referral=command.referral,
            agency=referral.agency,
            priority=priority,
            respond_by=command.at + timedelta(minutes=command.policy.clocks[about.urgency].respond),
            package=command.package,
            package_opens="at-once" if priority == "stat" else "after-acceptance",
        )
    ]


def _cancel(command: CancelReferral, referral: Referral, about: About) -> Sequence[ReferralEvent]:
    if referral.state in ("drafted", "approved"):
        raise NotSentYet
    if referral.state in ENDED:
        raise AlreadySent
    if referral.cancel_asked:
        return []
    return [ReferralCancelRequested(case=about.case, student=about.student, school=about.school, referral=command.referral)]


AWAITS = ("approval", "referral-letter", "referral-take-up", "referral-answer", "missed-appointment", "referral-evaluation")


def every(referrals: Referrals, _: Around) -> list[Known]:
    """One way for each referral."""
    return [Known({"referral": each}) for each in referrals.by_id]


OFFERS: Mapping[type[Command], Offer[Referrals]] = {
    DecideReferral: offered("decide refer"),
    DraftReferral: offered("refer"),
    ApproveReferral: offered("approval", every),
    SendReferral: offered("referral-letter referral-take-up", every),
    CancelReferral: offered(known=every),
}


def expected(referrals: Referrals, owner: str | None, gone: Collection[str]) -> list[Expected]:
    """An approval, the letter after a call, an answer, the chasing of a missed appointment, the evaluation; after a decline the next alternative.

    owner: of the case; they go on with what was handed over to somebody who is gone.
    """
    due: list[Expected] = []
    for each in referrals.by_id.values():
        theirs = owner if each.owner is None or each.owner in gone else each.owner
        clocks = {
            "approval": (each.approve_by, each.approver),
            "referral-letter": (each.letter_by, theirs),
            "referral-take-up": (each.postponed_until, theirs),
            "referral-answer": (each.respond_by, theirs),
            "missed-appointment": (each.chase_by, theirs),
            "referral-evaluation": (None if each.evaluated else each.evaluate_by, theirs),
        }
        due += [Expected(f"{each.referral}/{what}", what, moment, who) for what, (moment, who) in clocks.items() if moment]
    return due
