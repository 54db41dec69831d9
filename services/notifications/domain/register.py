"""The do-not-contact register of one student. It lives where messages are sent (decision 14).

A mark is acknowledged only after it is committed here. No sending begins after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, assert_never

from shared.decider import Decider
from shared.events import GuardianMarkedUnsafe
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact, Outlives


class MarkUnsafe(Fact):
    """These guardians of the student are not to be contacted.

    home: all guardians, also those whom the roster names later, because an accused guardian was not named (domain.md, Intake).
    """

    student: str
    school: str
    guardians: tuple[str, ...]
    home: bool = False


class HomeMarkedUnsafe(Event):
    """Nobody at this student's home is to be contacted, whoever the roster says lives there."""

    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["home-marked-unsafe"] = "home-marked-unsafe"
    version: Literal[1] = 1
    student: str


RegisterEvent = GuardianMarkedUnsafe | HomeMarkedUnsafe


@dataclass(frozen=True, slots=True)
class Register:
    """unsafe: guardians who must not be contacted about this student. home: no guardian may be."""

    unsafe: frozenset[str] = frozenset()
    home: bool = False

    def forbids(self, guardian: str) -> bool:
        """Whether no message about the student may go to this guardian."""
        return self.home or guardian in self.unsafe


initial = Register()


def evolve(register: Register, event: RegisterEvent) -> Register:
    match event:
        case GuardianMarkedUnsafe(guardian=guardian):
            return replace(register, unsafe=register.unsafe | {guardian})
        case HomeMarkedUnsafe():
            return replace(register, home=True)
        case _:
            assert_never(event)


def decide(command: MarkUnsafe, register: Register) -> Sequence[RegisterEvent]:
    fresh = [guardian for guardian in dict.fromkeys(command.guardians) if guardian not in register.unsafe]
    home = [HomeMarkedUnsafe(student=command.student)] if command.home and not register.home else []
    return [*home, *(GuardianMarkedUnsafe(student=command.student, guardian=guardian, school=command.school) for guardian in fresh)]


REGISTER: Decider[MarkUnsafe, Register, RegisterEvent] = Decider(initial, decide, evolve, EventCodec(GuardianMarkedUnsafe, HomeMarkedUnsafe))
