"""A notice to a guardian of one student: sent only after a counsellor chose it, never to somebody whom the register or a conflict forbids.

The message carries no content. The words are read behind its link, after a second factor, and answered there. Where it can never arrive, or nobody
answers, a second guardian hears if the counsellor allowed it, and then a person phones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from services.notifications.domain.notice import answering, sending
from services.notifications.domain.notice.answering import AnswerNotice, LinkNotValid, NotAsked, RevokeNotice, TryNotice
from services.notifications.domain.notice.events import (
    EVENTS,
    UPCASTERS,
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
from services.notifications.domain.notice.sending import AskNotice, ClimbNotice, EndNotice, LetterNotice, NoLetterForThem, NoSuchNotice, NoteAttempt
from services.notifications.domain.notice.state import NOT_ARRIVED, TRIES, Notice, evolve
from shared.decider import Decider
from shared.eventstore.codec import EventCodec

Command = AskNotice | NoteAttempt | EndNotice | ClimbNotice | LetterNotice | TryNotice | AnswerNotice | RevokeNotice

initial = Notice()


def decide(command: Command, notice: Notice) -> Sequence[NoticeEvent]:
    match command:
        case AskNotice() | NoteAttempt() | EndNotice() | ClimbNotice() | LetterNotice():
            return sending.decide(command, notice)
        case TryNotice() | AnswerNotice() | RevokeNotice():
            return answering.decide(command, notice)
        case _:
            assert_never(command)


NOTICE: Decider[Command, Notice, NoticeEvent] = Decider(initial, decide, evolve, EventCodec(*EVENTS, upcasters=UPCASTERS))

__all__ = [
    "NOTICE", "NOT_ARRIVED", "TRIES", "AnswerNotice", "AskNotice", "ClimbNotice", "Command", "EndNotice", "LetterNotice", "LinkNotValid",
    "NoLetterForThem", "NoSuchNotice", "NotAsked", "NoteAttempt", "Notice", "NoticeCalledOff", "NoticeDue", "NoticeEvent", "NoticeLettered",
    "NoticeLocked", "NoticePassedOn", "NoticeRepeated", "NoticeRevoked", "NoticeTried", "RevokeNotice", "TryNotice",
]  # fmt: skip
