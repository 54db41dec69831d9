"""What a notice is at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from services.notifications.domain.notice.events import (
    NoticeCalledOff,
    NoticeDue,
    NoticeEvent,
    NoticeLettered,
    NoticeLocked,
    NoticePassedOn,
    NoticeRepeated,
    NoticeRevoked,
    NoticeTried,
)
from shared.events import GuardianAnswer, GuardianAnswered, GuardianTold, NoticeOutcome

TRIES = 5
"""Wrong codes or birth dates after which a link opens nothing any more."""

NOT_ARRIVED: frozenset[NoticeOutcome] = frozenset({"no-contact", "undeliverable", "unanswered"})
"""The guardian does not know, and the counsellor believes that they do until somebody says so. `unsafe` is not here: people decided it."""

_READABLE: frozenset[NoticeOutcome | None] = frozenset({"sent", "acknowledged", "unanswered"})


@dataclass(frozen=True, slots=True)
class Notice:
    """outcome: the newest one of all. told: the newest of each guardian. passed_on: the second guardian was chosen.

    wrong: tries since the last right one, by guardian. opened: guardians who showed who they are. locked: those whose link ended by wrong tries.
    consenting: those whose consent stands. answers: ids of all. last: each guardian's newest answer. repeated: over another channel, too.
    lettered: those who have it on paper, whose link opens though no message could arrive.
    """

    due: NoticeDue | None = None
    outcome: NoticeOutcome | None = None
    told: Mapping[str, NoticeOutcome] = field(default_factory=dict)
    passed_on: bool = False
    wrong: Mapping[str, int] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    revoked: bool = False
    consenting: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    last: Mapping[str, GuardianAnswer] = field(default_factory=dict)
    repeated: bool = False
    lettered: frozenset[str] = frozenset()

    @property
    def acknowledged(self) -> bool:
        """Somebody who was told has said so: nobody else need hear."""
        return "acknowledged" in self.told.values()

    def is_for(self, guardian: str) -> bool:
        """Whether this guardian was chosen by now."""
        return self.due is not None and (guardian == self.due.guardian or (self.passed_on and guardian == self.due.second))

    def opens_for(self, guardian: str) -> bool:
        """Whether the guardian's link opens anything. It does not after *not for me*: somebody else has it."""
        ended = self.revoked or guardian in self.locked or self.last.get(guardian) == "not-for-me"
        told = self.told.get(guardian)
        on_paper = guardian in self.lettered and told in NOT_ARRIVED
        return self.is_for(guardian) and not ended and (told in _READABLE or on_paper)


def evolve(notice: Notice, event: NoticeEvent) -> Notice:  # noqa: C901 - one case for each event
    match event:
        case NoticeDue():
            return replace(notice, due=event)
        case NoticePassedOn():
            return replace(notice, passed_on=True)
        case NoticeRepeated():
            return replace(notice, repeated=True)
        case NoticeLettered(guardian=guardian):
            return replace(notice, lettered=notice.lettered | {guardian})
        case GuardianTold(guardian=guardian, outcome=outcome):
            return replace(notice, outcome=outcome, told={**notice.told, guardian: outcome})
        case NoticeTried(guardian=guardian, factor=factor, right=True):
            wrong = 0 if factor == "code" else notice.wrong.get(guardian, 0)  # a birth date that is known is no excuse for guessing codes
            return replace(notice, opened=notice.opened | {guardian}, wrong={**notice.wrong, guardian: wrong})
        case NoticeTried(guardian=guardian):
            return replace(notice, wrong={**notice.wrong, guardian: notice.wrong.get(guardian, 0) + 1})
        case NoticeLocked(guardian=guardian):
            return replace(notice, locked=notice.locked | {guardian})
        case NoticeRevoked():
            return replace(notice, revoked=True)
        case NoticeCalledOff():
            return notice
        case GuardianAnswered():
            return _answered(notice, event)
        case _:
            assert_never(event)


def _answered(notice: Notice, event: GuardianAnswered) -> Notice:
    consenting, guardian = notice.consenting, event.guardian
    if event.answer == "consented":
        consenting |= {guardian}
    elif event.answer in ("refused", "withdrawn"):
        consenting -= {guardian}
    return replace(notice, answers=notice.answers | {event.answer_id}, last={**notice.last, guardian: event.answer}, consenting=consenting)
