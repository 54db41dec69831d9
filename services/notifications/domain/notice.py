"""A notice to one guardian. It is sent only after a counsellor chose it, and never to a guardian whom the register marks as unsafe.

The register is asked again when sending begins. The mail carries no content. If it can never arrive, the counsellor is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.outcome import NO_RECEIVER, Accepted, Later, Never, Outcome
from shared.decider import Decider
from shared.errors import Refused
from shared.events import GuardianTold
from shared.eventstore.codec import EventCodec
from shared.eventstore.upcasting import Json, Upcasters
from shared.message import Event, Fact

Ending = Literal["sent", "acknowledged", "unsafe", "no-contact", "undeliverable"]

NOT_ARRIVED: frozenset[Ending] = frozenset({"no-contact", "undeliverable"})
"""The guardian does not know, and the counsellor believes that they do until somebody says so. `unsafe` is not here: people decided it."""

# commands ----------------------------------------------------------------------------------------------------------


class AskNotice(Fact):
    """unsafe: whether the register forbids it at this moment. by: the counsellor who chose it."""

    notice: str
    case: str
    student: str | None
    school: str
    guardian: str
    not_before: datetime
    by: str
    unsafe: bool


class NoteAttempt(Fact):
    """What became of an attempt to mail it."""

    outcome: Outcome


class EndNotice(Fact):
    """It ended without an attempt: the register forbids it, or the guardian says that they have seen it."""

    outcome: Literal["acknowledged", "unsafe"]


Command = AskNotice | NoteAttempt | EndNotice


# events ------------------------------------------------------------------------------------------------------------


class NoticeDue(Event):
    """The notice is to be sent, not before a given time. by: who chose it, None where the first version did not say."""

    type: Literal["notice-due"] = "notice-due"
    version: Literal[2] = 2
    notice: str
    case: str
    student: str | None
    school: str
    guardian: str
    not_before: datetime
    by: str | None


NoticeEvent = NoticeDue | GuardianTold


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    due: NoticeDue | None = None
    outcome: Ending | None = None


initial = Notice()


def evolve(notice: Notice, event: NoticeEvent) -> Notice:
    match event:
        case NoticeDue():
            return replace(notice, due=event)
        case GuardianTold(outcome=outcome):
            return replace(notice, outcome=outcome)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchNotice(Refused):
    code = "no-such-notice"
    status = 404
    indonesian = "Pemberitahuan ini tidak ada."
    english = "There is no such notice."


class NoticeNotSent(Refused):
    code = "notice-not-sent"
    indonesian = "Pemberitahuan ini tidak pernah dikirim."
    english = "This notice was never sent."


def decide(command: Command, notice: Notice) -> Sequence[NoticeEvent]:
    match command:
        case AskNotice():
            return _ask(command, notice)
        case NoteAttempt(outcome=outcome):
            return _attempted(outcome, notice)
        case EndNotice(outcome=ending):
            return _end(ending, notice)
        case _:
            assert_never(command)


def _ask(command: AskNotice, notice: Notice) -> Sequence[NoticeEvent]:
    if notice.due is not None:
        return []
    due = NoticeDue(**{name: getattr(command, name) for name in NoticeDue.model_fields if name not in ("type", "version")})
    return [due, _told(due, "unsafe")] if command.unsafe else [due]


def _attempted(outcome: Outcome, notice: Notice) -> Sequence[NoticeEvent]:
    match outcome:
        case Accepted():
            return _end("sent", notice)
        case Later():
            return []
        case Never(why=why):
            return _end("no-contact" if why in NO_RECEIVER else "undeliverable", notice)
        case _:
            assert_never(outcome)


def _end(ending: Ending, notice: Notice) -> Sequence[NoticeEvent]:
    if notice.due is None:
        raise NoSuchNotice
    if ending == "acknowledged" and notice.outcome not in ("sent", "acknowledged"):
        raise NoticeNotSent
    if notice.outcome is not None and ending != "acknowledged":
        return []
    return [] if notice.outcome == ending else [_told(notice.due, ending)]


def _told(due: NoticeDue, ending: Ending) -> GuardianTold:
    return GuardianTold(case=due.case, student=due.student, school=due.school, notice=due.notice, guardian=due.guardian, outcome=ending)


def _nobody_said(first: Json) -> Json:
    """Version 1 did not say who had chosen the notice."""
    return {**first, "by": None}


NOTICE: Decider[Command, Notice, NoticeEvent] = Decider(
    initial, decide, evolve, EventCodec(NoticeDue, GuardianTold, upcasters=Upcasters({("notice-due", 1): _nobody_said}))
)
