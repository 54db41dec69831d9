"""Where the referrals of a case stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.cases.domain.referring.referral.events import (
    Ground,
    ReferralApproved,
    ReferralDecided,
    ReferralDrafted,
    ReferralEvent,
    ReferralMoved,
    ReferralUnanswered,
)
from shared.errors import Refused
from shared.events import CaseHandedAcross, GuardianAnswer, ReferralCancelRequested, ReferralQuestionAnswered, ReferralSent
from shared.two_people import Proposal

ENDED = frozenset({"rejected", "completed", "cancelled", "refused", "failed", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral. state: drafted, approved, sent, then the task's FHIR status; refused where the person did not want it.

    approver, approve_by: who is asked to approve, until when. override: to go without consent, which a
    second person has not confirmed yet. letter_by: after a call, until when the letter follows. chase_by: a missed appointment
    is chased by then, also where the agency made a new one. evaluate_by: after its outcome. postponed_until: before it was sent. owner: to whom it
    was handed over; None where it is with whoever has the case. asked: the agency has asked something; question_by: until when the school
    answers it; answers: the acts that did. hands_over: the case goes with it, to another district.
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
    asked: bool = False
    question_by: datetime | None = None
    answers: frozenset[str] = frozenset()
    hands_over: bool = False

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
        case CaseHandedAcross():
            return referrals  # the case knows it since it was said of the draft
        case ReferralCancelRequested():
            return _changed(referrals, event.referral, cancel_asked=True)
        case ReferralQuestionAnswered():
            return _answered(referrals, event)
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


CHASE = timedelta(days=2)
EVALUATE = timedelta(days=30)
"""After an outcome, how long until it is looked at whether the referral helped."""

QUESTION, QUESTION_IN_AN_EMERGENCY = timedelta(days=2), timedelta(hours=1)
"""Until when the school answers what an agency asks before it accepts."""

_ASKS = frozenset({"ask", "interim-note"})
"""A question, or news that may hold one. Only the first waits for an answer by a day."""

_NO_ANSWER = frozenset({"requested", "received"})
"""An agency that has only looked, or asks something, has not answered: the day by which it should stands."""


def _moved(referrals: Referrals, event: ReferralMoved) -> Referrals:
    """What the agency did, and what that asks of the school next."""
    told: dict[str, object] = {
        "state": event.state,
        "business_status": event.business_status,
        "reason": event.reason,
        "unanswered": None,
        "trigger": event.trigger,
    }
    moved = event.moved_at or event.at
    known = referrals.by_id.get(event.referral)
    still = known.chase_by if known and event.state not in ENDED else None
    chase = moved + CHASE if event.trigger == "no-show" and moved else still
    known_there = known is not None and known.hands_over  # how it went on there is told to nobody here
    evaluate = moved + EVALUATE if event.state == "completed" and moved and not known_there else None
    awaited = known.respond_by if known and event.state in _NO_ANSWER else None
    told |= _question(known, event, moved)
    return _changed(referrals, event.referral, respond_by=awaited, chase_by=chase, evaluate_by=evaluate, **told)


def _question(known: Referral | None, event: ReferralMoved, moved: datetime | None) -> dict[str, object]:
    """An agency that decided waits for no answer any more; one that only looked still does."""
    wait = QUESTION_IN_AN_EMERGENCY if known and known.emergency else QUESTION
    before = known.question_by if known and event.state in _NO_ANSWER else None
    return {
        "asked": event.trigger in _ASKS or (known is not None and known.asked),
        "question_by": moved + wait if event.trigger == "ask" and moved else before,
    }


def _answered(referrals: Referrals, event: ReferralQuestionAnswered) -> Referrals:
    known = referrals.by_id.get(event.referral)
    return _with(referrals, replace(known, question_by=None, answers=known.answers | {event.answer})) if known else referrals


def _changed(referrals: Referrals, referral: str, **told: object) -> Referrals:
    known = referrals.by_id.get(referral)
    return _with(referrals, replace(known, **told)) if known else referrals  # type: ignore[arg-type]


class NoSuchReferral(Refused):
    code = "no-such-referral"
    indonesian = "Rujukan ini tidak ada pada kasus ini."
    english = "This case has no such referral."


def find(referrals: Referrals, referral: str) -> Referral:
    if referral not in referrals.by_id:
        raise NoSuchReferral
    return referrals.by_id[referral]
