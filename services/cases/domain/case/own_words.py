"""What the student themselves says on their own page: that they object to how they are served, and how satisfied they are with a service.

An objection stands on the list of whoever has the case until a person has answered it; the student reads the answer (domain.md, Who is who; ADR 62).
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
from services.cases.domain.strategies.counselling import RecordSatisfaction
from shared.errors import Refused
from shared.message import Event, Fact
from shared.sealed import CaseText

# what is said ------------------------------------------------------------------------------------------------------


class HearObjection(Fact):
    """The student objects: a fact. objection: its id. owner: who has the case and hears of it. answer_by: until when a person answers."""

    objection: str
    student: str
    words: CaseText
    owner: str | None
    at: datetime
    answer_by: datetime


class HearSatisfaction(Fact):
    """The student filled in the form on one service. form: as the counsellor would record it; its `by` is the student."""

    form: RecordSatisfaction


class AnswerObjection(Command, called="answer-objection", permission="work"):
    """objection: which one. words: for the student, who reads them on the own page."""

    objection: str
    words: CaseText


# events ------------------------------------------------------------------------------------------------------------


class ObjectionRaised(Event):
    type: Literal["objection-raised"] = "objection-raised"
    version: Literal[1] = 1
    objection: str
    student: str
    words: CaseText
    owner: str | None
    at: datetime
    answer_by: datetime


class ObjectionAnswered(ActEvent):
    type: Literal["objection-answered"] = "objection-answered"
    version: Literal[1] = 1
    objection: str
    words: CaseText


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Objections:
    """raised, answered: by the objection's id, in order."""

    raised: Mapping[str, ObjectionRaised] = field(default_factory=dict)
    answered: Mapping[str, ObjectionAnswered] = field(default_factory=dict)

    @property
    def waiting(self) -> Sequence[ObjectionRaised]:
        """Those that nobody has answered yet."""
        return [raised for raised, answer in self.told if answer is None]

    @property
    def told(self) -> Sequence[tuple[ObjectionRaised, ObjectionAnswered | None]]:
        """Each with its answer."""
        return [(each, self.answered.get(key)) for key, each in self.raised.items()]


NONE = Objections()


def evolve(objections: Objections, event: Event) -> Objections:
    match event:
        case ObjectionRaised(objection=key):
            return replace(objections, raised={**objections.raised, key: event})
        case ObjectionAnswered(objection=key):
            return replace(objections, answered={**objections.answered, key: event})
        case _:
            return objections


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchObjection(Refused):
    code = "no-such-objection"
    status = 404
    indonesian = "Keberatan ini tidak ada."
    english = "There is no such objection."


def hear(command: HearObjection, objections: Objections) -> Sequence[Event]:
    """The fact; told twice is quiet."""
    if command.objection in objections.raised:
        return []
    return [ObjectionRaised(**{name: getattr(command, name) for name in HearObjection.model_fields})]


def _answer(command: AnswerObjection, objections: Objections, _: About) -> None:
    if command.objection not in objections.raised:
        raise NoSuchObjection


def _answered(command: AnswerObjection, objections: Objections) -> bool:
    return command.objection in objections.answered


def _waiting(objections: Objections, _: Around) -> Sequence[Known]:
    return [Known({"objection": each.objection}) for each in objections.waiting]


OBJECTIONS: Acts[Objections] = Acts(
    act(AnswerObjection, ObjectionAnswered, _answer, done=_answered, tells=counted(), offer=offered("objection", _waiting)),
    awaits=("objection",),
)


def _owner(event: ObjectionRaised, _: Activity | None) -> Iterable[str]:
    return (event.owner,) if event.owner else ()


TELLS: Mapping[type[Event], Tells[Any]] = {ObjectionRaised: Tells(Notice("new-words", _owner), counts=Counts())}
EVENTS: tuple[type[Event], ...] = (ObjectionRaised, *OBJECTIONS.events)


def expected(objections: Objections, owner: str | None) -> list[Expected]:
    """Each objection is answered. owner: who has the case."""
    return [Expected(f"objection/{each.objection}", "objection", each.answer_by, owner) for each in objections.waiting]
