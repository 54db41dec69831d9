"""People and schools as the roster tells them. A person who is told again unchanged is quiet.

`digest` is a keyed hash of the normalised row, so that a change is seen without keeping the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from shared.decider import Decider
from shared.events import PersonLeft, PersonRegistered, SchoolRegistered
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

# commands ----------------------------------------------------------------------------------------------------------


class RegisterSchool(Fact):
    school: SchoolRegistered


class RegisterPerson(Fact):
    """A row of the roster, its personal fields sealed."""

    person: PersonRegistered
    digest: str


class KeepRow(Fact):
    """The row is the one that is known; only its digest is made in another way now."""

    digest: str


class LetGo(Fact):
    """The person is in the roster no more."""

    person: str
    school: str


Command = RegisterSchool | RegisterPerson | KeepRow | LetGo


# events ------------------------------------------------------------------------------------------------------------


class RosterRowKept(Event):
    """Which row the registration came from, as a keyed hash."""

    type: Literal["roster-row-kept"] = "roster-row-kept"
    version: Literal[1] = 1
    digest: str


RosterEvent = SchoolRegistered | PersonRegistered | PersonLeft | RosterRowKept


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One school or person of the roster."""

    school: SchoolRegistered | None = None
    digest: str | None = None
    present: bool = False


initial = Entry()


def evolve(entry: Entry, event: RosterEvent) -> Entry:
    match event:
        case SchoolRegistered():
            return replace(entry, school=event, present=True)
        case PersonRegistered():
            return replace(entry, present=True)
        case RosterRowKept():
            return replace(entry, digest=event.digest)
        case PersonLeft():
            return replace(entry, present=False, digest=None)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


def decide(command: Command, entry: Entry) -> Sequence[RosterEvent]:
    match command:
        case RegisterSchool():
            return [] if entry.school == command.school else [command.school]
        case RegisterPerson():
            return [] if entry.digest == command.digest else [command.person, RosterRowKept(digest=command.digest)]
        case KeepRow(digest=digest):
            return [RosterRowKept(digest=digest)] if entry.present and entry.digest != digest else []
        case LetGo():
            return [PersonLeft(person=command.person, school=command.school)] if entry.present else []
        case _:
            assert_never(command)


ROSTER: Decider[Command, Entry, RosterEvent] = Decider(
    initial, decide, evolve, EventCodec(SchoolRegistered, PersonRegistered, PersonLeft, RosterRowKept)
)
