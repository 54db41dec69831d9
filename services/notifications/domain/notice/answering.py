"""What a guardian does behind the link: showing who they are, and answering. Every link that opens nothing is answered the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.notice.events import Factor, NoticeCalledOff, NoticeDue, NoticeEvent, NoticeLocked, NoticeRevoked, NoticeTried
from services.notifications.domain.notice.sending import NoSuchNotice, told
from services.notifications.domain.notice.state import TRIES, Notice
from shared.errors import Refused
from shared.events import CONSENTS, GuardianAnswer, GuardianAnswered, NoticeAsks
from shared.message import Fact
from shared.sealed import AnswerText

# commands ----------------------------------------------------------------------------------------------------------


class TryNotice(Fact):
    """Somebody with the guardian's link typed a code or the child's birth date. right: whether it was."""

    guardian: str
    factor: Factor
    right: bool


class AnswerNotice(Fact):
    """answer_id: of this form, so that one sent twice is one answer. factor: by which the guardian showed who they are; paper is a slip
    with their signature, which a member of staff holds in hand.
    """

    guardian: str
    factor: Factor | Literal["paper"]
    answer_id: str
    answer: GuardianAnswer
    words: AnswerText | None = None
    wish: datetime | None = None


class RevokeNotice(Fact):
    """A member of staff ends the links."""

    by: str


AnsweringCommand = TryNotice | AnswerNotice | RevokeNotice

# decide ------------------------------------------------------------------------------------------------------------


class LinkNotValid(Refused):
    """Unknown, used, expired, locked, revoked or forbidden: nobody learns which."""

    code = "link-not-valid"
    status = 404
    indonesian = "Tautan ini tidak berlaku."
    english = "This link is not valid."


class NotAsked(Refused):
    code = "not-asked"
    indonesian = "Jawaban ini tidak diminta oleh pesan ini."
    english = "This message does not ask for such an answer."


_APPOINTMENT: frozenset[GuardianAnswer] = frozenset({"confirmed", "another-time", "not-for-me", "words"})
"""What the child's birth date is enough for, which whoever shares the phone knows."""

_TO: Mapping[GuardianAnswer, frozenset[NoticeAsks]] = {
    "confirmed": frozenset({"appointment"}),
    "another-time": frozenset({"appointment"}),
    "consented": CONSENTS,
    "refused": CONSENTS,
    "withdrawn": CONSENTS,
}
"""What an answer may answer; those that are not here answer everything."""


def decide(command: AnsweringCommand, notice: Notice) -> Sequence[NoticeEvent]:
    """Raises: LinkNotValid, NotAsked, NoSuchNotice."""
    match command:
        case RevokeNotice(by=by):
            return _revoked(by, notice)
        case TryNotice():
            return _tried(command, notice)
        case AnswerNotice(answer_id=answer_id):
            return [] if answer_id in notice.answers else _answered(command, notice)
        case _:
            assert_never(command)


def _revoked(by: str, notice: Notice) -> Sequence[NoticeEvent]:
    """An appointment that was told is off, too. Raises: NoSuchNotice."""
    if notice.due is None:
        raise NoSuchNotice
    if notice.revoked:
        return []
    told_of = tuple(guardian for guardian, outcome in notice.told.items() if outcome in ("sent", "acknowledged", "unanswered"))
    off = notice.due.asks == "appointment" and told_of
    return [NoticeRevoked(by=by), *([NoticeCalledOff(case=notice.due.case, guardians=told_of)] if off else [])]


def _opened(guardian: str, notice: Notice) -> NoticeDue:
    if notice.due is None or not notice.opens_for(guardian):
        raise LinkNotValid
    return notice.due


def _tried(command: TryNotice, notice: Notice) -> Sequence[NoticeEvent]:
    due = _opened(command.guardian, notice)
    right = command.right and (command.factor == "code" or due.asks == "appointment")
    tried = NoticeTried(guardian=command.guardian, factor=command.factor, right=right)
    locked = not right and notice.wrong.get(command.guardian, 0) + 1 >= TRIES
    return [tried, NoticeLocked(guardian=command.guardian)] if locked else [tried]


def _answered(command: AnswerNotice, notice: Notice) -> Sequence[NoticeEvent]:
    due = _opened(command.guardian, notice)
    _require_asked(command, due, consents=command.guardian in notice.consenting)
    same = notice.last.get(command.guardian) == command.answer
    if same and command.words is None and command.wish is None:
        return []
    answered = GuardianAnswered(
        case=due.case, student=due.student, school=due.school, notice=due.notice, guardian=command.guardian, answer_id=command.answer_id,
        answer=command.answer, asks=due.asks, about=due.about, words=command.words, wish=command.wish, by=due.by,
    )  # fmt: skip
    acknowledges = command.answer != "not-for-me" and notice.told.get(command.guardian) != "acknowledged"
    return [answered, told(due, command.guardian, "acknowledged")] if acknowledges else [answered]


def _require_asked(command: AnswerNotice, due: NoticeDue, *, consents: bool) -> None:
    """A consent is withdrawn only where it stands. Raises: LinkNotValid, NotAsked."""
    if command.factor == "paper" and due.asks in CONSENTS:
        raise NotAsked  # a consent on paper is the case's own
    if command.factor == "birth-date" and (due.asks != "appointment" or command.answer not in _APPOINTMENT):
        raise LinkNotValid
    not_asked = due.asks not in _TO.get(command.answer, frozenset({due.asks}))
    says_nothing = command.answer == "words" and command.words is None
    nothing_to_withdraw = command.answer == "withdrawn" and not consents
    if not_asked or says_nothing or nothing_to_withdraw:
        raise NotAsked
