"""What a document is made from: the events of its own subject that its reader may read, opened, and the words for people, days and codes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

from services.cases.domain.steps.activity import Activity
from shared.errors import Refused
from shared.message import Event
from shared.school_day import Calendar
from shared.sealed import Erased, Sealed

E = TypeVar("E", bound=Event)

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ERASED, UNKNOWN = "[dihapus]", "(nama tidak tercatat)"


class NotComplete(Refused):
    """What the document stands on has not happened, or this person may not read it."""

    code = "document-not-complete"
    indonesian = "Surat ini belum dapat dibuat, atau isinya bukan untuk Anda."
    english = "This document cannot be made yet, or what stands in it is not for you."


@dataclass(frozen=True, slots=True)
class Subject:
    """The student whom a document is about. guardians: names. unsafe: those of whom no other office is told."""

    name: str
    homeroom: str | None = None
    born: date | None = None
    guardians: tuple[str, ...] = ()
    unsafe: frozenset[str] = frozenset()


NOBODY = Subject("Murid belum dipastikan identitasnya")


@dataclass(frozen=True, slots=True)
class Happened:
    """at: when it happened."""

    event: Event
    at: datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something that is expected next. what: in words."""

    what: str
    owner: str | None
    due: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """What only documents about the whole case stand on. received: kinds of receivers of something about the student, with the moment."""

    activities: Sequence[Activity] = ()
    awaited: Sequence[Awaited] = ()
    received: Sequence[tuple[str, datetime]] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """happened: in order, up to what completes the document. texts: what sealed fields say. names: of people, by id.

    student: whom it is about. made_at: when it is issued. school: its name.
    """

    happened: Sequence[Happened]
    texts: Mapping[Sealed, str | Erased]
    names: Mapping[str, str]
    calendar: Calendar
    made_at: datetime
    student: Subject = NOBODY
    school: str = ""
    whole: Whole = Whole()

    @property
    def events(self) -> Sequence[Event]:
        return [each.event for each in self.happened]

    def find(self, kind: type[E]) -> E | None:
        """The newest event of a kind."""
        return next(reversed(self.all(kind)), None)

    def of(self, kind: type[E]) -> E:
        """The same. Raises: NotComplete: there is none that this reader may read."""
        found = self.find(kind)
        if found is None:
            raise NotComplete
        return found

    def all(self, kind: type[E]) -> list[E]:
        return [each for each, _ in self.dated(kind)]

    def dated(self, kind: type[E]) -> list[tuple[E, datetime]]:
        """Its events of a kind in order, each with when it happened."""
        return [(each.event, each.at) for each in self.happened if isinstance(each.event, kind)]

    def text(self, sealed: Sealed) -> str:
        """What a sealed field says; that it was erased, where its key is gone."""
        told = self.texts[sealed]
        return ERASED if isinstance(told, Erased) else told

    def name(self, person: str) -> str:
        """Of somebody of the roster; whoever stands in none was written down by name. An id is never printed."""
        return self.names.get(person) or (UNKNOWN if _ID.fullmatch(person) else person)

    def several(self, people: Sequence[str]) -> str:
        """Names, with commas."""
        return ", ".join(self.name(each) for each in people)

    def day(self, moment: datetime) -> str:
        """By the school's calendar: *Senin, 9 Februari 2026*."""
        local = self.calendar.local(moment)
        return f"{_DAYS[local.weekday()]}, {on(local.date())}"

    def date(self, moment: datetime) -> str:
        """The same without the day of the week, for tables."""
        return on(self.calendar.day(moment))

    def hour(self, moment: datetime) -> str:
        """By the school's clock: *09.00 WIB*."""
        return f"{self.calendar.local(moment):%H.%M} {_ZONES.get(self.calendar.zone, self.calendar.zone)}"


def on(day: date) -> str:
    """*9 Februari 2026*."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_of(day: date) -> str:
    """*Februari 2026*."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def coded(group: str, code: str | bool) -> str:
    """The words of a code, as documents print them; a code of an agency's own, or of a strategy that was added, stands as it is.

    group: a table of `codes.toml`.
    """
    name = str(code).lower() if isinstance(code, bool) else code
    return _codes()[group].get(name, name)


@cache
def _codes() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((Path(__file__).parent / "codes.toml").read_text(encoding="utf-8"))
