"""A notice to one guardian. It is sent only after a counsellor chose it, and never to a guardian whom the register marks as unsafe.

The register is asked again when sending begins. The mail carries no content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from shared.decider import Decider
from shared.errors import Refused
from shared.events import GuardianTold
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

Outcome = Literal["sent", "acknowledged", "unsafe", "no-contact", "undeliverable"]

# commands ----------------------------------------------------------------------------------------------------------


class AskNotice(Fact):
    """unsafe: whether the register forbids it at this moment."""

    notice: str
    case: str
    student: str | None
    school: str
    guardian: str
    not_before: datetime
    unsafe: bool


class EndNotice(Fact):
    """How the notice ended."""

    outcome: Outcome


Command = AskNotice | EndNotice


# events ------------------------------------------------------------------------------------------------------------


class NoticeDue(Event):
    """The notice is to be sent, not before a given time."""

    type: Literal["notice-due"] = "notice-due"
    version: Literal[1] = 1
    notice: str
    case: str
    student: str | None
    school: str
    guardian: str
    not_before: datetime


NoticeEvent = NoticeDue | GuardianTold


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    due: NoticeDue | None = None
    outcome: Outcome | None = None


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
        case EndNotice(outcome=outcome):
            return _end(outcome, notice)
        case _:
            assert_never(command)


def _ask(command: AskNotice, notice: Notice) -> Sequence[NoticeEvent]:
    if notice.due is not None:
        return []
    due = NoticeDue(**{name: getattr(command, name) for name in NoticeDue.model_fields if name not in ("type", "version")})
    return [due, _told(due, "unsafe")] if command.unsafe else [due]


def _end(outcome: Outcome, notice: Notice) -> Sequence[NoticeEvent]:
    if notice.due is None:
        raise NoSuchNotice
    if outcome == "acknowledged" and notice.outcome not in ("sent", "acknowledged"):
        raise NoticeNotSent
    if notice.outcome is not None and outcome != "acknowledged":
        return []
    return [] if notice.outcome == outcome else [_told(notice.due, outcome)]


def _told(due: NoticeDue, outcome: Outcome) -> GuardianTold:
    return GuardianTold(case=due.case, student=due.student, school=due.school, notice=due.notice, guardian=due.guardian, outcome=outcome)


NOTICE: Decider[Command, Notice, NoticeEvent] = Decider(initial, decide, evolve, EventCodec(NoticeDue, GuardianTold))
