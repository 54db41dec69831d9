"""People and schools as the roster has them. Registering a person again without a change decides nothing.

`digest` is a keyed hash of the normalised row. It shows whether a row has changed, without keeping the row.
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
    """A row of the roster, with its personal fields sealed."""

    person: PersonRegistered
    digest: str


class KeepRow(Fact):
    """The row is the one that is known; only its digest is made in another way now."""

    digest: str


class LetGo(Fact):
    """The person is no longer in the roster."""

    person: str
    school: str


Command = RegisterSchool | RegisterPerson | KeepRow | LetGo


# events ------------------------------------------------------------------------------------------------------------


class RosterRowKept(Event):
    """A keyed hash of the row that the registration came from."""

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
