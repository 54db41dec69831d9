"""Who stands around a case: the student's age, the guardians and whether they are safe to contact, who looked at the case and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.read_log import SUMMONS_READ, reads_of
from services.cases.reading.roster import Roster
from services.cases.reading.whereabouts import Whereabouts
from services.cases.reading.words import READING_REASONS
from shared.pages import Text, say
from shared.sealed import Erased
from shared.service import Kernel

MOST_READS = 30
"""Readers that the page names, the newest first."""

_PRESENT = timedelta(minutes=10)
"""Whoever read the case so lately may still be at it."""

_REASONS: Mapping[str, Text] = {str(code): words for code, words in READING_REASONS.items()}

SAFETY: Mapping[str, Text] = {
    "safe": say("aman untuk dihubungi"),
    "unsafe": say("jangan dihubungi"),
    "unknown": say("belum dinilai: jangan dihubungi dahulu"),
}


class Read(NamedTuple):
    """A person's last reading of content. reader: by id. reason: its code, where one was asked. what: its code."""

    reader: str
    at: datetime
    reason: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody read content of the case. by: the name. here: they may still be at it. letter: they opened the summons to them, and not the case."""

    reader: str
    at: datetime
    by: str
    here: bool
    reason: Text
    letter: bool


@dataclass(frozen=True, slots=True)
class Around:
    """Looks up what stands beside the case."""

    kernel: Kernel
    roster: Roster
    calendars: SchoolCalendars

    async def age(self, student: str | None, school: str) -> int | None:
        """In years, today; None where the birth date is not known."""
        person = await self.roster.person(student or "")
        born = await self.kernel.vault.open(person.born) if person and person.born else None
        if not born or isinstance(born, Erased):
            return None
        return (await self.calendars.of(school)).age(date.fromisoformat(born), self.kernel.clock.now())

    async def homeroom(self, student: str | None) -> str:
        """The title of the student's class; nothing where the roster does not say it."""
        return (await Whereabouts(self.kernel.database).homeroom(student) if student else None) or ""

    async def guardians(self, student: str | None) -> tuple[str, ...]:
        """By id, as the roster has them now."""
        person = await self.roster.person(student or "")
        return person.guardians if person else ()

    async def reads(self, case_id: str) -> list[Read]:
        """Who read content, each person once, with the last time."""
        return [Read(*row) for row in await reads_of(self.kernel.database, case_id, MOST_READS)]

    def looked(self, reads: Sequence[Read], names: Mapping[str, str]) -> list[Looked]:
        """The same in words. names: by id."""
        since = self.kernel.clock.now() - _PRESENT
        return [self._looked(each, names.get(each.reader, ""), since) for each in reads]

    def _looked(self, read: Read, name: str, since: datetime) -> Looked:
        letter = read.what == SUMMONS_READ
        return Looked(read.reader, read.at, name, read.at > since and not letter, _REASONS.get(read.reason or "", ""), letter)


def safety_of(guardian: str, told: Mapping[str, Any]) -> str:
    """safe, unsafe or unknown; whoever was not judged safe counts as unsafe. told: `guardians` of the case."""
    if guardian in told["unsafe"]:
        return "unsafe"
    return "safe" if guardian in told["safe"] else "unknown"
