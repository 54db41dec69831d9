"""Students whom the roster has under two ids, as people said it: one child, or two children who look alike (ADR 58).

All of a district stand in one stream, so nobody is matched with two at the same time. Ids alone, no content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from shared.decider import Decider
from shared.errors import Refused
from shared.events import PersonsMatched, PersonsUnmatched
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

STREAM = "doubles"

# commands ----------------------------------------------------------------------------------------------------------


class MatchPersons(Fact):
    """They are one child. What goes on, goes on as `person`."""

    person: str
    other: str
    by: str


class UnmatchPersons(Fact):
    """They are two children after all."""

    person: str
    other: str
    by: str


class TellApart(Fact):
    """They look alike, and are two children: nobody is asked again."""

    person: str
    other: str
    by: str


# events ------------------------------------------------------------------------------------------------------------


class PersonsToldApart(Event):
    type: Literal["persons-told-apart"] = "persons-told-apart"
    version: Literal[1] = 1
    person: str
    other: str
    by: str


DoubleCommand = MatchPersons | UnmatchPersons | TellApart
DoubleEvent = PersonsMatched | PersonsUnmatched | PersonsToldApart


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doubles:
    """matched: by the second id, the one that goes on. apart: pairs of which somebody said that they are two."""

    matched: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[frozenset[str]] = frozenset()

    @property
    def taken(self) -> frozenset[str]:
        """Everybody who is matched with somebody."""
        return frozenset({*self.matched, *self.matched.values()})

    def same_child(self, person: str) -> str | None:
        """The other id of this child."""
        beside = {other: one for one, other in self.matched.items()}
        return self.matched.get(person) or beside.get(person)

    def is_told(self, one: str, other: str) -> bool:
        """Somebody has said already what the two are, or that one of them is the same as a third."""
        return frozenset({one, other}) in self.apart or not self.taken.isdisjoint({one, other})


def evolve(doubles: Doubles, event: DoubleEvent) -> Doubles:
    pair = frozenset({event.person, event.other})
    match event:
        case PersonsMatched(person=person, other=other):
            return Doubles({**doubles.matched, other: person}, doubles.apart - {pair})
        case PersonsUnmatched(other=other):
            return Doubles({each: person for each, person in doubles.matched.items() if each != other}, doubles.apart | {pair})
        case PersonsToldApart():
            return replace(doubles, apart=doubles.apart | {pair})
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class SameRecord(Refused):
    code = "same-record"
    status = 422
    indonesian = "Ini satu catatan yang sama. Pilih dua catatan."
    english = "This is one and the same record. Choose two."


class MatchedAlready(Refused):
    code = "matched-already"
    indonesian = "Salah satu dari keduanya sudah disatukan dengan catatan lain. Batalkan itu dahulu."
    english = "One of the two is matched with another record already. Undo that first."


class NoSuchMatch(Refused):
    code = "no-such-match"
    status = 404
    indonesian = "Kedua catatan ini tidak sedang disatukan."
    english = "These two records are not matched."


def decide(command: DoubleCommand, doubles: Doubles) -> Sequence[DoubleEvent]:
    """Raises: a refusal by name. What was said already is quiet."""
    person, other, by = command.person, command.other, command.by
    if person == other:
        raise SameRecord
    is_matched = doubles.matched.get(other) == person
    match command:
        case MatchPersons():
            if not is_matched and not doubles.taken.isdisjoint({person, other}):
                raise MatchedAlready
            return [] if is_matched else [PersonsMatched(person=person, other=other, by=by)]
        case UnmatchPersons():
            if not is_matched:
                raise NoSuchMatch
            return [PersonsUnmatched(person=person, other=other, by=by)]
        case TellApart():
            if not doubles.taken.isdisjoint({person, other}):
                raise MatchedAlready
            return [] if doubles.is_told(person, other) else [PersonsToldApart(person=person, other=other, by=by)]
        case _:
            assert_never(command)


DOUBLES: Decider[DoubleCommand, Doubles, DoubleEvent] = Decider(
    Doubles(), decide, evolve, EventCodec(PersonsMatched, PersonsUnmatched, PersonsToldApart)
)
