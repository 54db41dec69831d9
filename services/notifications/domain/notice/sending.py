"""Whether and to whom a notice goes, and what follows when it cannot arrive or nobody answers: a second guardian, then a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.notice.events import NoticeDue, NoticeEvent, NoticeLettered, NoticePassedOn, NoticeRepeated
from services.notifications.domain.notice.state import Notice
from services.notifications.domain.outcome import NO_RECEIVER, Accepted, Later, Never, Outcome
from shared.errors import Refused
from shared.events import GuardianTold, NoticeAsks, NoticeOutcome
from shared.message import Fact
from shared.retelling import retold
from shared.sealed import NoticeText

# commands ----------------------------------------------------------------------------------------------------------


class AskNotice(Fact):
    """unsafe: whether the register forbids it at this moment. by: the counsellor who chose it. The others: as in `guardian-to-be-told`."""

    notice: str
    case: str
    student: str | None
    school: str
    guardian: str
    second: str | None
    not_before: datetime
    words: NoticeText
    asks: NoticeAsks
    about: str | None
    meet_at: datetime | None
    by: str
    unsafe: bool


class NoteAttempt(Fact):
    """What became of an attempt to send it to this guardian."""

    guardian: str
    outcome: Outcome


class EndNotice(Fact):
    """Looked at again before it left: it must not go to this guardian."""

    guardian: str
    outcome: Literal["unsafe", "no-longer-guardian"]


class ClimbNotice(Fact):
    """The time has come at which somebody should have answered. step: 0 for another channel, 1 for the second guardian, 2 for a person who phones."""

    step: Literal[0, 1, 2]


class LetterNotice(Fact):
    """A member of staff makes a letter of it. unsafe: whether the register or the case forbids it at this moment."""

    guardian: str
    by: str
    unsafe: bool


SendingCommand = AskNotice | NoteAttempt | EndNotice | ClimbNotice | LetterNotice

# decide ------------------------------------------------------------------------------------------------------------


class NoSuchNotice(Refused):
    code = "no-such-notice"
    status = 404
    indonesian = "Pemberitahuan ini tidak ada."
    english = "There is no such notice."


class NoLetterForThem(Refused):
    code = "no-letter-for-them"
    indonesian = "Surat ini tidak boleh dibuat: orang tua/wali ini tidak aman dihubungi, tidak dipilih, atau pesannya sudah dicabut."
    english = "No letter may be made: this guardian is not safe to contact, was not chosen, or the message was ended."


def decide(command: SendingCommand, notice: Notice) -> Sequence[NoticeEvent]:
    """Raises: NoSuchNotice."""
    if isinstance(command, AskNotice):
        return _ask(command, notice)
    if notice.due is None:
        raise NoSuchNotice
    match command:
        case NoteAttempt():
            return _attempted(command, notice, notice.due)
        case EndNotice():
            return _ended(command.guardian, command.outcome, notice, notice.due)
        case ClimbNotice(step=step):
            return _climb(step, notice, notice.due)
        case LetterNotice():
            return _letter(command, notice)
        case _:
            assert_never(command)


def _ask(command: AskNotice, notice: Notice) -> Sequence[NoticeEvent]:
    if notice.due is not None:
        return []
    due = retold(NoticeDue, command)
    return [due, told(due, due.guardian, "unsafe")] if command.unsafe else [due]


def _attempted(command: NoteAttempt, notice: Notice, due: NoticeDue) -> Sequence[NoticeEvent]:
    match command.outcome:
        case Accepted():
            return _ended(command.guardian, "sent", notice, due)
        case Later():
            return []
        case Never(why=why):
            outcome: NoticeOutcome = "no-contact" if why in NO_RECEIVER else "undeliverable"
            came_back = why == "returned" and notice.told.get(command.guardian) == "sent" and command.guardian not in notice.last
            ended = [told(due, command.guardian, outcome)] if came_back else _ended(command.guardian, outcome, notice, due)
            return [*ended, *_passed_on(notice, due)] if ended else []
        case _:
            assert_never(command.outcome)


def _ended(guardian: str, outcome: NoticeOutcome, notice: Notice, due: NoticeDue) -> Sequence[NoticeEvent]:
    """The first outcome of a guardian stays: what left has left. Whoever the register forbids is no reason to tell somebody else at home."""
    return [] if guardian in notice.told else [told(due, guardian, outcome)]


def _passed_on(notice: Notice, due: NoticeDue) -> Sequence[NoticePassedOn]:
    if due.second is None or notice.passed_on or notice.acknowledged or notice.revoked:
        return []
    return [NoticePassedOn(case=due.case, guardian=due.second)]


def _letter(command: LetterNotice, notice: Notice) -> Sequence[NoticeEvent]:
    """Raises: NoLetterForThem."""
    ended = notice.told.get(command.guardian) in ("unsafe", "no-longer-guardian") or command.guardian in notice.locked
    if command.unsafe or ended or notice.revoked or not notice.is_for(command.guardian):
        raise NoLetterForThem
    return [NoticeLettered(guardian=command.guardian, by=command.by)]


def _climb(step: Literal[0, 1, 2], notice: Notice, due: NoticeDue) -> Sequence[NoticeEvent]:
    """Whoever said *not for me* has answered, and the counsellor knows; a revoked notice waits for nobody."""
    first = notice.told.get(due.guardian)
    if notice.acknowledged or notice.revoked or notice.last or first in ("unsafe", "no-longer-guardian", "unanswered"):
        return []
    if step == 0:
        return [] if notice.repeated or first != "sent" else [NoticeRepeated(case=due.case, guardian=due.guardian)]
    if step == 1:
        return _passed_on(notice, due)
    waited_for = due.second if notice.passed_on and due.second else due.guardian
    return [] if notice.told.get(waited_for) == "unanswered" else [told(due, waited_for, "unanswered")]


def told(due: NoticeDue, guardian: str, outcome: NoticeOutcome) -> GuardianTold:
    """What the case hears."""
    return GuardianTold(case=due.case, student=due.student, school=due.school, notice=due.notice, guardian=guardian, outcome=outcome)
