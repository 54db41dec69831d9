"""A search by name: students of one's schools and those of cases that one may know of, each with the cases that lead on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.cases.pages.people import Names
from services.cases.pages.screen import LOUDNESS, STATES
from services.cases.reading.case_list import CaseList, Filters, Listed
from services.cases.reading.read_log import record_read
from services.cases.reading.whereabouts import Whereabouts
from services.cases.reading.words import Words
from services.cases.rights import OF_THE_SCHOOL, schools_of, sight_of
from services.cases.searching.index import Candidates
from services.cases.searching.spelling import asked_by, is_found
from services.cases.searching.tokens import tokens_of
from shared.access import Principal
from shared.pages import Text
from shared.service import Kernel

MOST = 50
"""Students that a page shows; where there are more, it asks for more letters."""

_LOOKED_AT = 200
"""Students whose names are opened for one search."""

SEARCHES = frozenset({*OF_THE_SCHOOL, "district-duty"})
"""Who may know whose cases there are: officers and auditors find cases by their number (domain.md, Who is who)."""


@dataclass(frozen=True, slots=True)
class FoundCase:
    id: str
    state: Text
    urgency: tuple[str, str]
    loudness: str
    open: bool


@dataclass(frozen=True, slots=True)
class FoundStudent:
    """school, homeroom: nothing where the roster does not say it. born: only where two of one name are in one class."""

    person: str
    name: str
    school: str
    homeroom: str
    cases: Sequence[FoundCase]
    born: date | None = None

    @property
    def open_case(self) -> str:
        """The one that goes on; nothing where there is none that the reader finds."""
        return next((each.id for each in self.cases if each.open), "")


@dataclass(frozen=True, slots=True)
class Search:
    """more: there are more students than are shown."""

    students: Sequence[FoundStudent]
    more: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Looks names up. Raises: StillBuilding, BehindWrite, Unavailable."""

    kernel: Kernel
    index: Candidates
    cases: CaseList
    names: Names
    whereabouts: Whereabouts
    words: Words

    async def of(self, principal: Principal, typed: str) -> Search:
        """Who has this name, as far as the reader may know of them. The district's duty finds whole names alone, and that is kept on record."""
        reader = principal.only(SEARCHES)
        schools = schools_of(reader)
        whole = schools == "*"
        people = await self.index.having(tokens_of(self.kernel.keys, asked_by(typed, whole=whole)), schools, _LOOKED_AT + 1)
        names = {person: name for person, name in (await self.names.of(people)).items() if is_found(name, typed, whole=whole)}
        rows = await self._rows(reader, schools, names)
        known = await self._known(reader, names, rows)
        if whole:
            await self._record(principal, rows)
        shown = sorted(known, key=lambda person: names[person].casefold())
        return Search(await self._shown(shown[:MOST], names, rows), len(shown) > MOST or len(people) > _LOOKED_AT)

    async def _rows(self, reader: Principal, schools: str, people: dict[str, str]) -> dict[str, list[Listed]]:
        """The cases of these students that the reader finds on their list."""
        rows: dict[str, list[Listed]] = defaultdict(list)
        wanted = Filters(students=tuple(people))
        for row in await self.cases.page(wanted, schools=schools, sight=sight_of(reader), reader=reader.id, after=None, limit=_LOOKED_AT):
            rows[row.student or ""].append(row)
        return rows

    async def _known(self, reader: Principal, people: dict[str, str], rows: dict[str, list[Listed]]) -> list[str]:
        """Whoever has a case that the reader finds, and the students of the reader's own schools, whether they have one or not."""
        own = reader.schools(*OF_THE_SCHOOL) - reader.away
        at = await self.whereabouts.of_many(list(people))
        return [person for person in people if person in rows or at.get(person, ("", ""))[0] in own]

    async def _record(self, principal: Principal, rows: dict[str, list[Listed]]) -> None:
        for row in (each for found in rows.values() for each in found):
            await record_read(self.kernel.database, principal.id, row.id, "name-search", row.version)

    async def _shown(self, people: Sequence[str], names: dict[str, str], rows: dict[str, list[Listed]]) -> list[FoundStudent]:
        at = await self.whereabouts.of_many(people)
        alike = Counter((names[each].casefold(), at.get(each)) for each in people)
        born = {each: await self._born(each) for each in people if alike[names[each].casefold(), at.get(each)] > 1}
        found = [
            FoundStudent(each, names[each], *at.get(each, ("", "")), [self._case(row) for row in rows.get(each, ())], born.get(each))
            for each in people
        ]
        return sorted(found, key=lambda each: (each.name.casefold(), each.homeroom, each.born or date.max))

    async def _born(self, student: str) -> date | None:
        person = await self.names.roster.person(student)
        told = await self.kernel.vault.open(person.born) if person and person.born else None
        try:
            return date.fromisoformat(told) if isinstance(told, str) and told else None
        except ValueError:
            return None  # an early import took what is no day

    def _case(self, row: Listed) -> FoundCase:
        return FoundCase(
            row.id, STATES[row.state], self.words.values["urgency"][row.urgency], LOUDNESS[row.urgency], row.state not in ("closed", "merged")
        )
