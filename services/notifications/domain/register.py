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


class NoteDouble(Fact):
    """The roster has the same child under another id, too. other: None where they are two children after all."""

    student: str
    other: str | None


class HomeMarkedUnsafe(Event):
    """Nobody at this student's home is to be contacted, whoever the roster says lives there."""

    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["home-marked-unsafe"] = "home-marked-unsafe"
    version: Literal[1] = 1
    student: str


class HomeShared(Event):
    """The same home stands in the roster under another student's id, too; other: None where it does no more."""

    type: Literal["home-shared"] = "home-shared"
    version: Literal[1] = 1
    student: str
    other: str | None


RegisterCommand = MarkUnsafe | NoteDouble
RegisterEvent = GuardianMarkedUnsafe | HomeMarkedUnsafe | HomeShared


@dataclass(frozen=True, slots=True)
class Register:
    """unsafe: guardians who must not be contacted about this student. home: no guardian may be. double: the other id of the same child."""

    unsafe: frozenset[str] = frozenset()
    home: bool = False
    double: str | None = None

    @property
    def marked(self) -> bool:
        """Somebody at this home must not be contacted."""
        return self.home or bool(self.unsafe)

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
        case HomeShared(other=other):
            return replace(register, double=other)
        case _:
            assert_never(event)


def decide(command: RegisterCommand, register: Register) -> Sequence[RegisterEvent]:
    match command:
        case MarkUnsafe():
            return _mark(command, register)
        case NoteDouble(student=student, other=other):
            return [] if register.double == other else [HomeShared(student=student, other=other)]
        case _:
            assert_never(command)


def _mark(command: MarkUnsafe, register: Register) -> Sequence[RegisterEvent]:
    fresh = [guardian for guardian in dict.fromkeys(command.guardians) if guardian not in register.unsafe]
    home = [HomeMarkedUnsafe(student=command.student)] if command.home and not register.home else []
    return [*home, *(GuardianMarkedUnsafe(student=command.student, guardian=guardian, school=command.school) for guardian in fresh)]


REGISTER: Decider[RegisterCommand, Register, RegisterEvent] = Decider(
    initial, decide, evolve, EventCodec(GuardianMarkedUnsafe, HomeMarkedUnsafe, HomeShared)
)
