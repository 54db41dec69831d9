"""What a document is made from, without a service: the history of a case after some commands, as somebody reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.cases.letters.gathering import Gathered, leaves
from services.cases.letters.material import Happened, Material, Subject, Whole
from shared.message import Event, Fact
from shared.school_day import Calendar
from shared.sealed import Sealed
from tests.cases.people import COUNSELLOR, FATHER, MOTHER, NOW, PRINCIPAL, STUDENT, TEACHER, decided, handled

NAMES = {COUNSELLOR: "Bu Konselor", MOTHER: "Ibu Ani", FATHER: "Bapak Ani", PRINCIPAL: "Bu Kepala", TEACHER: "Pak Guru", STUDENT: "Ani"}
ANI = Subject("Ani", "VIII A", date(2012, 5, 1), ("Ibu Ani",))


def gathered(*commands: Fact, may: Callable[[Event], bool] = lambda _: True) -> Gathered:
    """may: whether the reader may read an event. A sealed text says what stands in its box."""
    case, told = handled(), list[Event]()
    for command in commands:
        events, case = decided(case, command)
        told += events
    history = [(version, Happened(event, NOW), may(event)) for version, event in enumerate(told, start=1)]
    texts = {box: box.box for _, each, mine in history if mine for box in leaves(each.event, Sealed)}
    material = Material((), texts, NAMES, Calendar(), NOW, ANI, "SMP Negeri 1 Contoh", Whole(tuple(case.activities.values())))
    return Gathered("case-1", STUDENT, "smp1", history, material, case)
