"""What comes back from families: answers behind a link, consents given, refused and withdrawn, and the calls where no message reached anybody.

Each answer and each call stands on the list of whoever has the case until a person has dealt with it (domain.md, Urgency).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity, Expected
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.tells import Counts, Notice, Tells, counted
from shared.errors import Refused
from shared.events import CONSENTS, GuardianAnswer, NoticeAsks, NoticeOutcome
from shared.message import Event, Fact
from shared.retelling import retold
from shared.sealed import AnswerText, CaseText

# commands ----------------------------------------------------------------------------------------------------------


class FoldAnswer(Fact):
    """A guardian answered behind the link: a fact. take_by: until when a person deals with it. by: who had asked, None where nobody knows."""

    notice: str
    guardian: str
    reply: str
    answer: GuardianAnswer
    asks: NoticeAsks
    about: str | None
    words: AnswerText | None
    wish: datetime | None
    by: str | None
    at: datetime
    take_by: datetime


class TakeAnswer(Command, called="take-guardian-answer", permission="home"):
    """A guardian's answer was read and dealt with. reply: which one."""

    reply: str
    result: CaseText


class RecordGuardianCall(Command, called="record-guardian-call", permission="home"):
    """Somebody phoned a guardian whom no message reached. reached: whether they spoke to them. words: what was said, or what was tried."""

    notice: str
    reached: bool
    words: CaseText


# events ------------------------------------------------------------------------------------------------------------


class GuardianReplied(Event):
    type: Literal["guardian-replied"] = "guardian-replied"
    version: Literal[1] = 1
    notice: str
    guardian: str
    reply: str
    answer: GuardianAnswer
    asks: NoticeAsks
    about: str | None
    words: AnswerText | None
    wish: datetime | None
    by: str | None
    at: datetime
    take_by: datetime


class GuardianCallNeeded(Event):
    """No message reached the guardian, or nobody answered: a person is to phone. call_by: until when."""

    type: Literal["guardian-call-needed"] = "guardian-call-needed"
    version: Literal[1] = 1
    notice: str
    guardian: str
    call_by: datetime


class GuardianReplyTaken(ActEvent):
    type: Literal["guardian-reply-taken"] = "guardian-reply-taken"
    version: Literal[1] = 1
    reply: str
    result: CaseText


class GuardianCalled(ActEvent):
    type: Literal["guardian-called"] = "guardian-called"
    version: Literal[1] = 1
    notice: str
    reached: bool
    words: CaseText


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Consent:
    """What a guardian said to one request. given: whether the consent stands now. withdrawn: it stood before."""

    notice: str
    guardian: str
    kind: NoticeAsks
    about: str | None
    given: bool
    withdrawn: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Families:
    """replies: all answers by id. waiting: those that nobody has dealt with. calls: notices for which somebody is to phone. consents: the ledger."""

    replies: Mapping[str, GuardianReplied] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    calls: Mapping[str, GuardianCallNeeded] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()


NONE = Families()


def evolve(families: Families, event: Event) -> Families:
    match event:
        case GuardianReplied():
            return _replied(families, event)
        case GuardianCallNeeded(notice=notice):
            return replace(families, calls={**families.calls, notice: event})
        case GuardianReplyTaken(reply=reply):
            return replace(families, waiting=families.waiting - {reply})
        case GuardianCalled(notice=notice):
            return _without_call(families, notice)
        case _:
            return families


def _replied(families: Families, event: GuardianReplied) -> Families:
    """Whoever answers need not be phoned, except to say that it was not for them. *Read* asks nothing of anybody."""
    known = families if event.answer == "not-for-me" else _without_call(families, event.notice)
    waiting = known.waiting if event.answer == "read" and event.words is None else known.waiting | {event.reply}
    consents = _consents(known.consents, event)
    return replace(known, replies={**known.replies, event.reply: event}, waiting=waiting, consents=consents)


def _without_call(families: Families, notice: str) -> Families:
    return replace(families, calls={each: call for each, call in families.calls.items() if each != notice})


def _consents(consents: tuple[Consent, ...], event: GuardianReplied) -> tuple[Consent, ...]:
    if event.asks not in CONSENTS or event.answer not in ("consented", "refused", "withdrawn"):
        return consents
    said = Consent(event.notice, event.guardian, event.asks, event.about, event.answer == "consented", event.answer == "withdrawn", event.at)
    return (*(each for each in consents if (each.notice, each.guardian) != (event.notice, event.guardian)), said)


def refused(families: Families) -> frozenset[NoticeAsks]:
    """Consents that a guardian refused or withdrew: the last word of each guardian about each of them counts, whichever request it answers."""
    last = {(each.guardian, each.kind): each for each in sorted(families.consents, key=lambda each: each.at)}
    return frozenset(kind for (_, kind), each in last.items() if not each.given)


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchAnswer(Refused):
    code = "no-such-answer"
    status = 404
    indonesian = "Jawaban orang tua/wali ini tidak ada."
    english = "There is no such answer of a guardian."


class NobodyToCall(Refused):
    code = "nobody-to-call"
    indonesian = "Untuk pesan ini tidak ada yang perlu ditelepon."
    english = "Nobody need be phoned about this message."


def note(command: FoldAnswer, families: Families) -> Sequence[Event]:
    """The fact; told twice is quiet."""
    return [] if command.reply in families.replies else [retold(GuardianReplied, command)]


_NOT_REACHED: frozenset[NoticeOutcome] = frozenset({"no-contact", "undeliverable", "unanswered"})


def calls_for(notice: str, guardian: str, outcome: NoticeOutcome, call_by: datetime, families: Families) -> Sequence[GuardianCallNeeded]:
    """That somebody phones, where no message reached the guardian; asked for once."""
    if outcome not in _NOT_REACHED or notice in families.calls:
        return []
    return [GuardianCallNeeded(notice=notice, guardian=guardian, call_by=call_by)]


def _take(command: TakeAnswer, families: Families, _: About) -> None:
    if command.reply not in families.replies:
        raise NoSuchAnswer


def _taken(command: TakeAnswer, families: Families) -> bool:
    return command.reply not in families.waiting


def _called(command: RecordGuardianCall, families: Families, _: About) -> None:
    if command.notice not in families.calls:
        raise NobodyToCall


def _answers(families: Families, _: Around) -> Sequence[Known]:
    return [Known({"reply": each}) for each in sorted(families.waiting)]


def _calls(families: Families, _: Around) -> Sequence[Known]:
    return [Known({"notice": each}) for each in sorted(families.calls)]


FAMILIES: Acts[Families] = Acts(
    act(TakeAnswer, GuardianReplyTaken, _take, done=_taken, offer=offered("guardian-answer", _answers)),
    act(RecordGuardianCall, GuardianCalled, _called, tells=counted("reached"), offer=offered("guardian-call", _calls)),
    awaits=("guardian-answer", "guardian-call"),
)


def _asked(event: GuardianReplied, _: Activity | None) -> Iterable[str]:
    return (event.by,) if event.by else ()


TELLS: Mapping[type[Event], Tells[Any]] = {
    GuardianReplied: Tells(Notice("guardian-answered", _asked), counts=Counts(("answer", "asks"))),
    GuardianCallNeeded: Tells(counts=Counts()),
}
EVENTS: tuple[type[Event], ...] = (GuardianReplied, GuardianCallNeeded, *FAMILIES.events)


def expected(families: Families, owner: str | None) -> list[Expected]:
    """Answers are dealt with, and whom no message reached is phoned. owner: who has the case."""
    answers = [Expected(f"guardian-answer/{each}", "guardian-answer", families.replies[each].take_by, owner) for each in sorted(families.waiting)]
    calls = [Expected(f"guardian-call/{notice}", "guardian-call", call.call_by, owner) for notice, call in families.calls.items()]
    return [*answers, *calls]
