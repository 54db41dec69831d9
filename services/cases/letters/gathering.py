"""Looks up what documents are made from: the history as its reader may read it, opened, and who is meant by an id. Every reading is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from services.cases.domain.case.state import Case
from services.cases.domain.casework import Casework
from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.home import is_unsafe
from services.cases.letters.material import NOBODY, Awaited, Happened, Material, Subject, Whole
from services.cases.letters.standing import Standing, names
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case import CaseReader, Told
from services.cases.reading.roster import Roster
from services.cases.reading.summary import services_given
from services.cases.reading.whereabouts import Whereabouts
from services.cases.reading.words import Words
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.eventstore.states import Loaded
from shared.sealed import Erased, Sealed
from shared.service import Kernel

K = TypeVar("K", Sealed, str)


@dataclass(frozen=True, slots=True)
class Gathered:
    """stream: what it is about. whose: under whose keys its texts lie. school: id. history: in order, with the version and whether the reader may
    read each. material: everything that documents stand on but what happened.
    """

    stream: str
    whose: str
    school: str
    history: Sequence[tuple[int, Happened, bool]]
    material: Material
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Gathering:
    """words: of what is expected."""

    kernel: Kernel
    casework: Casework
    roster: Roster
    calendars: SchoolCalendars
    words: Words
    standing: Standing

    async def case(self, principal: Principal, case_id: str, reason: ReadingReason | None, what: str = "history") -> Gathered:
        """A case and its history. what: is recorded as read. Raises: NotFound, NotAllowed, ReadingReasonNeeded."""
        reader = CaseReader(self.kernel, self.casework.case, services_given(self.casework))
        everything = await reader.told(principal, case_id, reason, part="documents", what=what)
        told = [each for each in everything if each.entry["type"] != "withheld"]
        loaded = await reader.current(case_id)
        history = [(each.entry["version"], Happened(each.event, datetime.fromisoformat(each.entry["happened_at"])), each.opened) for each in told]
        case = loaded.state
        student = await self._student(case)
        material = await self._material(case.school, history, student, _whole(case, told, self.words))
        return Gathered(loaded.stream, case.student or loaded.stream, case.school, history, material, case)

    async def alone(self, loaded: Loaded[Any], events: Sequence[ActEvent], school: str, may: Callable[[ActEvent], bool]) -> Gathered:
        """A group, a partnership or a consultation. may: whether the reader reads what was said in it."""
        history = [(place, Happened(event, event.at), may(event)) for place, event in enumerate(events, start=1)]
        material = await self._material(school, history, NOBODY, Whole())
        return Gathered(loaded.stream, loaded.stream, school, history, material)

    async def _student(self, case: Case) -> Subject:
        student = case.student
        person = await self.roster.person(student) if student else None
        if person is None or student is None:
            return NOBODY
        known = await names(self.kernel.vault, self.roster, (student, *person.guardians))
        born = await self.kernel.vault.open(person.born) if person.born else None
        day = date.fromisoformat(born) if born and not isinstance(born, Erased) else None
        guardians = tuple(known[each] for each in person.guardians if each in known)
        unsafe = frozenset(known[each] for each in person.guardians if each in known and is_unsafe(each, case.about))
        return Subject(known.get(student, "[dihapus]"), await Whereabouts(self.kernel.database).homeroom(student), day, guardians, unsafe)

    async def _material(self, school: str, history: Sequence[tuple[int, Happened, bool]], student: Subject, whole: Whole) -> Material:
        """texts: of what the reader may read, and of nothing else."""
        open_to_reader = [each.event for _, each, may in history if may]
        boxes = list(dict.fromkeys(box for event in open_to_reader for box in leaves(event, Sealed)))
        texts = dict(zip(boxes, await self.kernel.vault.open_many(boxes), strict=True))
        people = {text for _, each, _ in history for text in leaves(each.event, str)} | {each.owner for each in whole.awaited if each.owner}
        calendar, name = await self.calendars.of(school), await self.standing.printed_name(school)
        return Material((), texts, await names(self.kernel.vault, self.roster, people), calendar, self.kernel.clock.now(), student, name, whole)


def _whole(case: Case, told: Sequence[Told], words: Words) -> Whole:
    happened = {each.entry["version"]: datetime.fromisoformat(each.entry["happened_at"]) for each in told}
    awaited = [Awaited(words.deadlines.get(each.what, (each.what,))[0], each.owner, each.expected) for each in case.deadlines.values()]
    received = [(each.receiver, happened[each.event]) for each in case.ledger.entries if each.event in happened]
    return Whole(tuple(case.activities.values()), sorted(awaited, key=lambda each: each.due), received)


def leaves(told: object, kind: type[K]) -> Iterator[K]:
    """Every value of a kind in an event, also inside its parts."""
    if isinstance(told, kind):
        yield told
    elif isinstance(told, Sealed):
        return
    elif isinstance(told, BaseModel):
        for _, value in told:
            yield from leaves(value, kind)
    elif isinstance(told, Mapping):
        for value in told.values():
            yield from leaves(value, kind)
    elif isinstance(told, tuple | list):
        for value in told:
            yield from leaves(value, kind)
