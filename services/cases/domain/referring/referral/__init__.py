"""Handing a problem to somebody more able (alih tangan kasus): the case decides until it is sent, then the agency's task does (decision 14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, assert_never

from services.cases.domain.referring.referral import answering, decision, drafting, sending
from services.cases.domain.referring.referral.answering import AnswerAgency
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.domain.referring.referral.drafting import ApproveReferral, DraftReferral
from services.cases.domain.referring.referral.events import (
    ReferralApproved,
    ReferralDecided,
    ReferralDrafted,
    ReferralEvent,
    ReferralMoved,
    ReferralUnanswered,
)
from services.cases.domain.referring.referral.sending import CancelReferral, SendReferral
from services.cases.domain.referring.referral.state import Referrals, find
from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.command import Command, recorded
from services.cases.domain.steps.offer import Around, Known, Offer, offered
from services.cases.domain.steps.tells import NOTHING, Counts, Document, Given, Tells, counted
from shared.events import CaseHandedAcross, ReferralCancelRequested, ReferralQuestionAnswered, ReferralSent
from shared.message import Event, Fact
from shared.sealed import AnswerText


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


ReferralCommand = DecideReferral | DraftReferral | ApproveReferral | SendReferral | CancelReferral | AnswerAgency
ReferralFact = FoldTask | FoldSilence


def _package(event: ReferralSent) -> Iterable[Given]:
    return (Given(event.referral, "agency", event.agency),)


def _told_the_agency(event: ReferralQuestionAnswered) -> Iterable[Given]:
    return (Given(event.answer, "agency", event.agency),)


def _ends(event: ReferralMoved) -> bool:
    """An answer is written only at its end."""
    return event.trigger in ("outcome", "decline")


TELLS: Mapping[type[Event], Tells[Any]] = {
    ReferralDecided: counted("chosen"),
    ReferralDrafted: NOTHING,
    ReferralApproved: NOTHING,
    ReferralSent: Tells(discloses=_package, counts=Counts(("referral", "agency", "priority"), service="referral")),
    CaseHandedAcross: NOTHING,
    ReferralCancelRequested: NOTHING,
    ReferralMoved: counted("agency", "trigger", "state", "reason"),
    ReferralUnanswered: counted("referral", "reason"),
    ReferralQuestionAnswered: Tells(discloses=_told_the_agency),
}
LETTER = Document("referral-letter", "Surat alih tangan kasus", "Letter of referral", ReferralSent)
ANSWER = Document("referral-answer", "Balasan rujukan", "Answer to the referral", ReferralMoved, _ends)


def decide(command: ReferralCommand | ReferralFact, referrals: Referrals, about: About) -> Sequence[ReferralEvent]:
    """Raises: the refusals of its files; never for a fact of the agency's task."""
    match command:
        case DecideReferral():
            return decision.decide(command, referrals, about)
        case DraftReferral():
            return drafting.draft(command, referrals, about)
        case ApproveReferral():
            return drafting.approve(command, find(referrals, command.referral), about)
        case SendReferral():
            return sending.send(command, find(referrals, command.referral), about)
        case CancelReferral():
            return sending.cancel(command, find(referrals, command.referral), about)
        case AnswerAgency():
            return answering.answer(command, find(referrals, command.referral), about)
        case FoldTask():
            return [recorded(ReferralMoved, command)]
        case FoldSilence():
            return [recorded(ReferralUnanswered, command)]
        case _:
            assert_never(command)


AWAITS = ("approval", "referral-letter", "referral-take-up", "referral-answer", "agency-question", "missed-appointment", "referral-evaluation")


def every(referrals: Referrals, _: Around) -> list[Known]:
    """One way for each referral."""
    return [Known({"referral": each}) for each in referrals.by_id]


def _by_phone(_: Referrals, around: Around) -> list[Known]:
    """By phone first, in an emergency alone; else an alternative must have been offered."""
    return [Known() if around.about.urgency == "emergency" else Known({"by_phone_first": False}, tried_with={"alternatives": ("",)})]


OFFERS: Mapping[type[Command], Offer[Referrals]] = {
    DecideReferral: offered("decide refer"),
    DraftReferral: offered("refer", _by_phone),
    ApproveReferral: offered("approval", every),
    SendReferral: offered("referral-letter referral-take-up", every),
    CancelReferral: offered(known=every),
    AnswerAgency: offered("agency-question", every),
}


def expected(referrals: Referrals, owner: str | None, gone: Collection[str]) -> list[Expected]:
    """An approval, the letter after a call, an answer, ours to what is asked, the chasing of a missed appointment, the evaluation; after a decline
    the next alternative.

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
            "agency-question": (each.question_by, theirs),
            "missed-appointment": (each.chase_by, theirs),
            "referral-evaluation": (None if each.evaluated else each.evaluate_by, theirs),
        }
        due += [Expected(f"{each.referral}/{what}", what, moment, who) for what, (moment, who) in clocks.items() if moment]
    return due
