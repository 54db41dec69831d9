"""What is still open in a case, so that nothing is left lying when it is closed: services, referrals, a transfer, what somebody was to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.case.state import Case
from services.cases.domain.official_reporting import DUE
from services.cases.domain.referring.referral.state import ENDED
from services.cases.reading.words import Words
from shared.pages import Text, say

_NOT_SENT = ("drafted", "approved")
_REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Open:
    """One thing. about: the agency or the owner, by id. due: until when something is awaited. holds: the case cannot be closed before it ends."""

    what: Text
    about: str = ""
    due: datetime | None = None
    holds: bool = True


def still_open(case: Case, words: Words) -> Sequence[Open]:
    """What holds the case first, then what would be dropped with it."""
    return sorted((*_holding(case, words), *_dropped(case, words)), key=lambda each: not each.holds)


def _holding(case: Case, words: Words) -> Iterator[Open]:
    for activity in case.activities.values():
        if not (activity.ended or activity.rests):
            yield Open(words.titles[activity.strategy], activity.owner)
    for referral in case.referrals.by_id.values():
        if referral.state not in (*ENDED, *_NOT_SENT):
            yield Open(words.titles[_REFERRAL], referral.agency)
    if case.moves.asked:
        yield Open(say("Pemindahan ke sekolah lain"))
    if case.owes_report and DUE in case.deadlines:
        yield Open(words.deadlines[DUE], case.deadlines[DUE].owner or "", case.deadlines[DUE].expected)


def _dropped(case: Case, words: Words) -> Iterator[Open]:
    """A referral that was never sent, and whatever else is awaited."""
    for referral in case.referrals.by_id.values():
        if referral.state in _NOT_SENT:
            yield Open(say("Rujukan yang belum dikirim"), referral.agency, holds=False)
    for deadline in case.deadlines.values():
        if deadline.what != DUE:
            yield Open(words.deadlines[deadline.what], deadline.owner or "", deadline.expected, holds=False)
