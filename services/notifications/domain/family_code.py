"""The code with which one guardian of one student opens links: the school hands it over in person, on paper or by phone, and may replace it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact


class HandOverCode(Fact):
    """A member of staff looks at the code to hand it over. fresh: it replaces the one before, which opens nothing any more."""

    student: str
    guardian: str
    by: str
    fresh: bool = False


class FamilyCodeReplaced(Event):
    """Another code holds from now on, the first one where there was none. number: counts them; the code itself is kept nowhere."""

    type: Literal["family-code-replaced"] = "family-code-replaced"
    version: Literal[1] = 1
    student: str
    guardian: str
    number: int
    by: str


class FamilyCodeHandedOver(Event):
    """Somebody looked at the code in order to hand it over."""

    type: Literal["family-code-handed-over"] = "family-code-handed-over"
    version: Literal[1] = 1
    number: int
    by: str


CodeEvent = FamilyCodeReplaced | FamilyCodeHandedOver


@dataclass(frozen=True, slots=True)
class FamilyCode:
    """number: of the code that holds; 0 where none was handed over yet, and then no code opens anything."""

    number: int = 0


initial = FamilyCode()


def evolve(code: FamilyCode, event: CodeEvent) -> FamilyCode:
    match event:
        case FamilyCodeReplaced(number=number):
            return FamilyCode(number)
        case FamilyCodeHandedOver():
            return code
        case _:
            assert_never(event)


def decide(command: HandOverCode, code: FamilyCode) -> Sequence[CodeEvent]:
    number = code.number + 1 if command.fresh or not code.number else code.number
    replaced = FamilyCodeReplaced(student=command.student, guardian=command.guardian, number=number, by=command.by)
    handed_over = FamilyCodeHandedOver(number=number, by=command.by)
    return [handed_over] if number == code.number else [replaced, handed_over]


def code_stream(student: str, guardian: str) -> str:
    """One for each guardian of each student."""
    return f"family-code-{student}-{guardian}"


FAMILY_CODE: Decider[HandOverCode, FamilyCode, CodeEvent] = Decider(initial, decide, evolve, EventCodec(FamilyCodeReplaced, FamilyCodeHandedOver))
