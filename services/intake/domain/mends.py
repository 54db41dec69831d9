"""Rows and cells about a school's people that an import set aside, and the mends that hold until the source says the same (ADR 79).

Each school has a stream of its own. What was mended is sealed under the key of the person whom it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, assert_never

from pydantic import BaseModel, ConfigDict

from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import Sealed

AT_ONCE = 1000
"""Faults in one event."""

Mended = Literal["name", "born", "homeroom", "guardian"]
"""guardian: one more link to a guardian. The others are fields of the person's registration."""


def mends_stream(school: str) -> str:
    return f"roster-mends-{school}"


class FaultOfPerson(BaseModel):
    """A row or cell about somebody that was not taken. row: as a person counts in the file. field: the column, or empty for the whole row."""

    model_config = ConfigDict(frozen=True)

    person: str
    file: str
    row: int
    field: str
    reason: str


# commands ----------------------------------------------------------------------------------------------------------


class TellFaults(Fact):
    """Faults that an import left open, and mends that it ended because the source now says the same, or something newer."""

    school: str
    faults: tuple[FaultOfPerson, ...]
    ended: tuple[tuple[str, Mended], ...] = ()


class MendField(Fact):
    """value: the right value. was: the value before, None where there was none. For a guardian, both are about the one link."""

    school: str
    person: str
    field: Mended
    value: Sealed
    was: Sealed | None
    by: str


class UndoMend(Fact):
    """Somebody takes a mend back."""

    school: str
    person: str
    field: Mended
    by: str


# events ------------------------------------------------------------------------------------------------------------


class RosterFaultsTold(Event):
    """All faults that stand open. more: the next event tells further ones."""

    type: Literal["roster-faults-told"] = "roster-faults-told"
    version: Literal[1] = 1
    school: str
    faults: tuple[FaultOfPerson, ...]
    more: bool


class RosterFieldMended(Event):
    type: Literal["roster-field-mended"] = "roster-field-mended"
    version: Literal[1] = 1
    school: str
    person: str
    field: Mended
    value: Sealed
    was: Sealed | None
    by: str


class RosterMendUndone(Event):
    type: Literal["roster-mend-undone"] = "roster-mend-undone"
    version: Literal[1] = 1
    school: str
    person: str
    field: Mended
    by: str


class RosterMendEnded(Event):
    """An import found that the mend is not needed any more."""

    type: Literal["roster-mend-ended"] = "roster-mend-ended"
    version: Literal[1] = 1
    school: str
    person: str
    field: Mended


MendCommand = TellFaults | MendField | UndoMend
MendEvent = RosterFaultsTold | RosterFieldMended | RosterMendUndone | RosterMendEnded


# state -------------------------------------------------------------------------------------------------------------


class Key(NamedTuple):
    """One field of one person."""

    person: str
    field: Mended


@dataclass(frozen=True, slots=True)
class Mends:
    """faults: what the last imports left open. standing: mends that go before the source. gathering: faults of an event that has more to come."""

    faults: tuple[FaultOfPerson, ...] = ()
    standing: Mapping[Key, RosterFieldMended] = field(default_factory=dict)
    gathering: tuple[FaultOfPerson, ...] = ()


def evolve(mends: Mends, event: MendEvent) -> Mends:
    match event:
        case RosterFaultsTold(faults=faults, more=True):
            return replace(mends, gathering=(*mends.gathering, *faults))
        case RosterFaultsTold(faults=faults):
            return replace(mends, faults=(*mends.gathering, *faults), gathering=())
        case RosterFieldMended():
            return replace(mends, standing={**mends.standing, Key(event.person, event.field): event})
        case RosterMendUndone() | RosterMendEnded():
            gone = Key(event.person, event.field)
            return replace(mends, standing={key: each for key, each in mends.standing.items() if key != gone})
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchMend(Refused):
    code = "no-such-mend"
    status = 404
    indonesian = "Perbaikan ini tidak berlaku lagi. Muat ulang halaman ini."
    english = "This mend does not stand any more. Load this page again."


class GuardianMendedAlready(Refused):
    code = "guardian-mended-already"
    indonesian = "Satu orang tua/wali sudah ditambahkan dengan tangan. Batalkan itu dahulu, atau tambahkan yang lain di sistem asalnya."
    english = "One guardian was added by hand already. Undo that first, or add the other one in the source."


def decide(command: MendCommand, mends: Mends) -> Sequence[MendEvent]:
    """A second mend of a field replaces the first, and keeps the value from before the first. Raises: NoSuchMend, GuardianMendedAlready."""
    match command:
        case TellFaults(school=school, faults=faults):
            ended = [Key(*each) for each in command.ended if Key(*each) in mends.standing]
            needless = [RosterMendEnded(school=school, person=each.person, field=each.field) for each in ended]
            return [*([] if faults == mends.faults else _told(command)), *needless]
        case MendField(school=school, person=person, field=mended, value=value, by=by):
            first = mends.standing.get(Key(person, mended))
            if first and mended == "guardian":
                raise GuardianMendedAlready
            was = first.was if first else command.was
            return [RosterFieldMended(school=school, person=person, field=mended, value=value, was=was, by=by)]
        case UndoMend(school=school, person=person, field=mended, by=by):
            if Key(person, mended) not in mends.standing:
                raise NoSuchMend
            return [RosterMendUndone(school=school, person=person, field=mended, by=by)]
        case _:
            assert_never(command)


def _told(command: TellFaults) -> Sequence[RosterFaultsTold]:
    places = range(0, len(command.faults), AT_ONCE) or range(1)
    chunks = [(command.faults[place : place + AT_ONCE], place + AT_ONCE < len(command.faults)) for place in places]
    return [RosterFaultsTold(school=command.school, faults=faults, more=more) for faults, more in chunks]


MENDS: Decider[MendCommand, Mends, MendEvent] = Decider(
    Mends(), decide, evolve, EventCodec(RosterFaultsTold, RosterFieldMended, RosterMendUndone, RosterMendEnded)
)
