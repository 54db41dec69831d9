"""What a referral needs before the agency has it: consent or its ground, an approver (replaced when late or conflicted), the call in an emergency
(domain.md, Referral decision).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.referring.following_up import FOLLOWING_UP, AppointmentChased, ReferralEvaluated
from services.cases.domain.referring.handing_across import HANDING_ACROSS
from services.cases.domain.referring.referral import ANSWER, AWAITS, LETTER, TELLS, every
from services.cases.domain.referring.referral.drafting import OwnApproval
from services.cases.domain.referring.referral.events import Ground
from services.cases.domain.referring.referral.state import ENDED, Referral, Referrals, find
from services.cases.domain.referring.turns import TURNS
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity, PersonInConflict
from services.cases.domain.steps.command import ActEvent, Command, SecondAct
from services.cases.domain.steps.filled import AgeOfConsent, Filled, StudentAge
from services.cases.domain.steps.home import GuardianUnsafe, is_unsafe
from services.cases.domain.steps.named import APPROVES, Names
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.second import Second
from services.cases.domain.steps.tells import NOTHING, Chapter, Document, Given, Notice, Tells
from shared.errors import Refused
from shared.sealed import CaseText
from shared.two_people import Proposal

How = Literal["signed-form", "spoken", "message"]
"""How somebody consented."""


class RecordConsent(Command, called="record-consent", permission="work"):
    """Consent to this referral, with its purpose and receiver. giver: from 18 only the student. guardian: which one. how: it was given.

    age: at this moment, None where unknown (counts as minor). form: number of the sheet, or of the note of what was said.
    """

    referral: str
    giver: Literal["student", "guardian"]
    guardian: Annotated[str | None, Names("guardian")] = None
    how: How = "signed-form"
    age: StudentAge
    adult: AgeOfConsent
    form: str


class ConsentRecorded(ActEvent):
    type: Literal["consent-recorded"] = "consent-recorded"
    version: Literal[2] = 2
    referral: str
    giver: Literal["student", "guardian"]
    guardian: str | None
    how: How
    age: int | None
    adult: int
    form: str


class OverrideConsent(Command, called="override-consent", permission="work"):
    """Without consent: a ground and a reason. It counts only when a second person confirms it (`confirm-override`)."""

    referral: str
    ground: Ground
    reason: CaseText


class ConsentOverrideProposed(ActEvent):
    type: Literal["consent-override-proposed"] = "consent-override-proposed"
    version: Literal[1] = 1
    referral: str
    ground: Ground
    reason: CaseText


class ConfirmOverride(Command, called="confirm-override", permission="second-decision"):
    """By another person than who proposed to go without consent."""

    referral: str


class ConsentOverrideConfirmed(SecondAct):
    type: Literal["consent-override-confirmed"] = "consent-override-confirmed"
    version: Literal[1] = 1
    referral: str


class ConsentOverridden(ActEvent):
    """By one person alone, as it was recorded before two people were needed."""

    type: Literal["consent-overridden"] = "consent-overridden"
    version: Literal[1] = 1
    referral: str
    ground: Literal["vital-interest", "legal-duty"]
    reason: CaseText


class AskApproval(Command, called="ask-approval", permission="work"):
    """approver: who is asked now; asked again with another name, the first is replaced, because late or in conflict."""

    referral: str
    approver: Annotated[str, APPROVES]
    approve_by: Annotated[AwareDatetime, Filled("approval-time")]


class ApprovalAsked(ActEvent):
    type: Literal["approval-asked"] = "approval-asked"
    version: Literal[1] = 1
    referral: str
    approver: str
    approve_by: AwareDatetime


class CallForHelp(Command, called="call-for-help", permission="work"):
    """Emergency: help is called before consent, approval or acceptance. said: the minimum that was disclosed. letter_by: within 24 h."""

    referral: str
    ground: Literal["vital-interest", "legal-duty"]
    said: CaseText
    letter_by: Annotated[AwareDatetime, Filled("letter-time")]


class HelpCalled(ActEvent):
    type: Literal["help-called"] = "help-called"
    version: Literal[1] = 1
    referral: str
    ground: Literal["vital-interest", "legal-duty"]
    said: CaseText
    letter_by: AwareDatetime


class StudentConsentsThemselves(Refused):
    code = "student-consents-themselves"
    indonesian = "Murid berusia 18 tahun ke atas memberi persetujuan sendiri."
    english = "A student of 18 or more consents themselves."


class TooLate(Refused):
    code = "too-late"
    indonesian = "Rujukan ini sudah dikirim atau berakhir."
    english = "The referral was sent already, or has ended."


class NotByPhone(Refused):
    code = "not-by-phone"
    indonesian = "Rujukan ini bukan jalur darurat lewat telepon."
    english = "This referral is not an emergency by phone."


def _drafted(referrals: Referrals, referral: str) -> Referral:
    found = find(referrals, referral)
    if found.state != "drafted":
        raise TooLate
    return found


def _consent(command: RecordConsent, referrals: Referrals, about: About) -> None:
    """An accused or unsafe guardian neither gives consent nor learns by it that the student is referred."""
    found = find(referrals, command.referral)
    if command.giver == "guardian" and command.age is not None and command.age >= command.adult:
        raise StudentConsentsThemselves
    if command.guardian and is_unsafe(command.guardian, about):
        raise GuardianUnsafe
    _drafted(referrals, found.referral)


def _override(command: OverrideConsent | ConfirmOverride, referrals: Referrals, _: About) -> None:
    _drafted(referrals, command.referral)


def _proposed(command: ConfirmOverride, referrals: Referrals) -> Proposal | None:
    return referrals.by_id[command.referral].override


def _approval(command: AskApproval, referrals: Referrals, about: About) -> None:
    referral = _drafted(referrals, command.referral)
    if command.approver in about.named:
        raise PersonInConflict
    if command.approver == referral.drafted_by:
        raise OwnApproval


def _call(command: CallForHelp, referrals: Referrals, _: About) -> None:
    referral = find(referrals, command.referral)
    if not referral.emergency:
        raise NotByPhone
    if referral.state in ENDED:
        raise TooLate


def _call_disclosed(event: HelpCalled) -> Iterable[Given]:
    return (Given(event.act, "agency", event.referral),)


def _approver(event: ApprovalAsked, _: Activity | None) -> Iterable[str]:
    return (event.approver,)


CONSENT: Acts[Referrals] = Acts(
    act(RecordConsent, ConsentRecorded, _consent, offer=offered(known=every, towards="approval")),
    act(OverrideConsent, ConsentOverrideProposed, _override, offer=offered(known=every, towards="approval")),
    act(ConfirmOverride, ConsentOverrideConfirmed, _override, offer=offered(known=every, towards="approval"), confirms=Second(_proposed)),
    act(AskApproval, ApprovalAsked, _approval, tells=Tells(Notice("approval", _approver)), offer=offered(known=every)),
    act(CallForHelp, HelpCalled, _call, tells=Tells(discloses=_call_disclosed), offer=offered(known=every)),
    *FOLLOWING_UP,
    following={ConsentOverridden: NOTHING},
)

REFERRAL = Chapter(
    "referral",
    {**TELLS, **CONSENT.tells, **TURNS.tells, **HANDING_ACROSS.tells},
    awaits=AWAITS,
    documents=(LETTER, Document("referral-consent", "Lembar persetujuan alih tangan kasus", "Consent to referral", ConsentRecorded), ANSWER),
    subject="referral",
)
"""Strategy 3, referral to an agency (domain.md, The nine strategies)."""


def evolve(referrals: Referrals, event: ActEvent) -> Referrals:
    referral = referrals.by_id.get(getattr(event, "referral", ""))
    if referral is None:
        return referrals
    changed = _changed(referral, event)
    return replace(referrals, by_id={**referrals.by_id, referral.referral: changed})


def _changed(referral: Referral, event: ActEvent) -> Referral:
    match event:
        case ConsentRecorded():
            return replace(referral, consent="given", override=None)
        case ConsentOverrideProposed():
            return replace(referral, ground=event.ground, override=Proposal(event.act, event.by))
        case ConsentOverrideConfirmed():
            return replace(referral, consent="overridden", override=None)
        case ConsentOverridden(ground=ground):
            return replace(referral, consent="overridden", ground=ground)
        case ApprovalAsked():
            return replace(referral, approver=event.approver, approve_by=event.approve_by)
        case HelpCalled():
            letter = event.letter_by if referral.state in ("drafted", "approved") else None
            return replace(referral, called=True, letter_by=letter)
        case AppointmentChased():
            return replace(referral, chase_by=None)
        case ReferralEvaluated():
            return replace(referral, evaluated=True, evaluate_by=None)
        case _:
            return referral
