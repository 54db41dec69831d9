"""The small decider that the benchmarks use: it notes one sealed text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import Sealed


class AddNote(Fact):
    number: int
    text: Sealed


class NoteAdded(Event):
    type: Literal["note-added"] = "note-added"
    version: Literal[1] = 1
    number: int
    text: Sealed


class NoteStruck(Event):
    type: Literal["note-struck"] = "note-struck"
    version: Literal[1] = 1
    number: int


NoteEvent = NoteAdded | NoteStruck


@dataclass(frozen=True, slots=True)
class Notes:
    count: int = 0


def evolve(notes: Notes, event: NoteEvent) -> Notes:
    return Notes(notes.count + 1) if event.type == "note-added" else notes


def decide(command: AddNote, notes: Notes) -> Sequence[NoteEvent]:
    return [NoteAdded(number=notes.count + 1, text=command.text)]


NOTES: Decider[AddNote, Notes, NoteEvent] = Decider(Notes(), decide, evolve, EventCodec(NoteAdded, NoteStruck))
