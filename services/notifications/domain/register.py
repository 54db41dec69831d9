"""The do-not-contact register of one student: it lives where messages are sent (decision 14).

A mark is acknowledged only after it is committed here: no sending begins after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.decider import Decider
from shared.events import GuardianMarkedUnsafe
from shared.eventstore.codec import EventCodec
from shared.message import Fact


class MarkUnsafe(Fact):
    """These guardians of the student are not to be contacted."""

    student: str
    school: str
    guardians: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """unsafe: guardians that must not be contacted about this student."""

    unsafe: frozenset[str] = frozenset()


initial = Register()


def evolve(register: Register, event: GuardianMarkedUnsafe) -> Register:
    return Register(register.unsafe | {event.guardian})


def decide(command: MarkUnsafe, register: Register) -> Sequence[GuardianMarkedUnsafe]:
    fresh = [guardian for guardian in dict.fromkeys(command.guardians) if guardian not in register.unsafe]
    return [GuardianMarkedUnsafe(student=command.student, guardian=guardian, school=command.school) for guardian in fresh]


REGISTER: Decider[MarkUnsafe, Register, GuardianMarkedUnsafe] = Decider(initial, decide, evolve, EventCodec(GuardianMarkedUnsafe))
