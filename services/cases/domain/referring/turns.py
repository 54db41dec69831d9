"""The turns that every lifecycle knows, for a referral (domain.md, The nine strategies): postponed, cancelled, refused by the person, handed over.

Until it is sent, the case decides. Afterwards the agency's task does: it holds and resumes, and cancelling is a handshake (domain.md, Referral
lifecycle).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.referring.referral import every
from services.cases.domain.referring.referral.sending import AlreadySent
from services.cases.domain.referring.referral.state import ENDED, Referral, Referrals, find
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity, PersonInConflict
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.named import GOES_ON
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.tells import Notice, Tells
from shared.errors import Refused
from shared.sealed import CaseText


class PostponeReferral(Command, called="postpone-referral", permission="work"):
    """Before it is sent. until: when it is taken up again."""

    referral: str
    until: AwareDatetime
    reason: CaseText


class ReferralPostponed(ActEvent):
    type: Literal["referral-postponed"] = "referral-postponed"
    version: Literal[1] = 1
    referral: str
    until: AwareDatetime
    reason: CaseText


class WithdrawReferral(Command, called="withdraw-referral", permission="work"):
    """Before it is sent; afterwards the agency is asked to cancel."""

    referral: str
    reason: CaseText


class ReferralWithdrawn(ActEvent):
    type: Literal["referral-withdrawn"] = "referral-withdrawn"
    version: Literal[1] = 1
    referral: str
    reason: CaseText


class RecordReferralRefusal(Command, called="record-referral-refusal", permission="work"):
    """The student or the guardian does not want it, before it is sent. A ground for going without consent needs a draft of its own."""

    referral: str
    who: Literal["student", "guardian"]
    reason: CaseText


class ReferralRefused(ActEvent):
    type: Literal["referral-refused"] = "referral-refused"
    version: Literal[1] = 1
    referral: str
    who: Literal["student", "guardian"]
    reason: CaseText


class HandOverReferral(Command, called="hand-over-referral", permission="work"):
    """to: who goes on with it, also after it was sent."""

    referral: str
    to: Annotated[str, GOES_ON]


class ReferralHandedOver(ActEvent):
    type: Literal["referral-handed-over"] = "referral-handed-over"
    version: Literal[1] = 1
    referral: str
    to: str


class PostponedBackwards(Refused):
    code = "postponed-backwards"
    indonesian = "Rujukan ditunda ke waktu yang masih akan datang."
    english = "A referral is postponed to a day that is still to come."


class ReferralEnded(Refused):
    code = "referral-ended"
    indonesian = "Rujukan ini sudah berakhir."
    english = "The referral has ended."


def _under_way(referrals: Referrals, referral: str) -> Referral:
    found = find(referrals, referral)
    if found.state in ENDED:
        raise ReferralEnded
    return found


def _before_sending(command: WithdrawReferral | RecordReferralRefusal | PostponeReferral, referrals: Referrals, _: About) -> None:
    if _under_way(referrals, command.referral).state not in ("drafted", "approved"):
        raise AlreadySent


def _postponed(command: PostponeReferral, referrals: Referrals, about: About) -> None:
    _before_sending(command, referrals, about)
    if command.until <= command.at:
        raise PostponedBackwards


def _handed_over(command: HandOverReferral, referrals: Referrals, about: About) -> None:
    _under_way(referrals, command.referral)
    if command.to in about.named:
        raise PersonInConflict


def _already_theirs(command: HandOverReferral, referrals: Referrals) -> bool:
    return referrals.by_id[command.referral].owner == command.to


def _next_owner(event: ReferralHandedOver, _: Activity | None) -> Iterable[str]:
    return (event.to,)


TURNS: Acts[Referrals] = Acts(
    act(PostponeReferral, ReferralPostponed, _postponed, offer=offered(known=every)),
    act(WithdrawReferral, ReferralWithdrawn, _before_sending, offer=offered("referral-take-up", every)),
    act(RecordReferralRefusal, ReferralRefused, _before_sending, offer=offered("referral-take-up", every)),
    act(
        HandOverReferral,
        ReferralHandedOver,
        _handed_over,
        done=_already_theirs,
        tells=Tells(Notice("assigned", _next_owner)),
        offer=offered(known=every),
    ),
)


def evolve(referrals: Referrals, event: ActEvent) -> Referrals:
    """The referrals after one turn."""
    match event:
        case ReferralPostponed():
            return _changed(referrals, event.referral, lambda known: replace(known, postponed_until=event.until))
        case ReferralWithdrawn():
            return _changed(referrals, event.referral, lambda known: _ended(known, "cancelled"))
        case ReferralRefused():
            return _changed(referrals, event.referral, lambda known: _ended(known, "refused"))
        case ReferralHandedOver():
            return _changed(referrals, event.referral, lambda known: replace(known, owner=event.to))
        case _:
            return referrals


def _ended(known: Referral, state: str) -> Referral:
    """Nothing is waited for any more."""
    return replace(known, state=state, postponed_until=None, approve_by=None, letter_by=None)


def _changed(referrals: Referrals, referral: str, change: Callable[[Referral], Referral]) -> Referrals:
    known = referrals.by_id.get(referral)
    return replace(referrals, by_id={**referrals.by_id, referral: change(known)}) if known else referrals
