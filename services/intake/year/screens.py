"""What stands on the pages of a school's new year. Open cases come first, each with its keeper and what to do; nothing closes by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.intake.domain.school_year import Move
from services.intake.roster.cells import wrong_title
from services.intake.views import Directory
from services.intake.year.homerooms import HomeroomTeachers
from services.intake.year.lists import OfSchool
from services.intake.year.office import YearOffice
from shared.access import Principal
from shared.errors import NotFound, Refused, Unavailable
from shared.open_cases import OpenCases
from shared.pages import Text, say

ADDRESS = "/intake/tahun-ajaran"

STAYS, LEAVES = "tetap", "keluar"
_TO = "ke:"

_WHAT = {True: say("Pindahkan ke sekolah berikutnya, atau tutup."), False: say("Serahkan bila konselornya berganti.")}
"""What to do about an open case, by whether the student leaves."""


class NotAClass(Refused):
    code = "not-a-class"
    status = 422
    indonesian = "Nama kelas ditulis sebagai teks biasa, paling banyak 300 huruf, misalnya 8A."
    english = "The name of a class is written as plain text of at most 300 letters, as in 8A."


def target_of(said: str, homeroom: str) -> str | None:
    """The class that a form says; None for whoever leaves. Raises: NotFound: it says none of these. NotAClass: no export could call a class so."""
    if said == LEAVES:
        return None
    if said == STAYS:
        return homeroom
    if not said.startswith(_TO) or not said.removeprefix(_TO).strip():
        raise NotFound("no such class")
    title = " ".join(said.removeprefix(_TO).split())
    if wrong_title(title):
        raise NotAClass
    return title


def said_of(to: str | None, homeroom: str | None) -> str:
    """The same the other way round."""
    return LEAVES if to is None else STAYS if to == homeroom else f"{_TO}{to}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open case of somebody who moves. keeper: by name, nothing where nobody has it."""

    case: str
    name: str
    keeper: str
    what: Text
    leaves: bool


@dataclass(frozen=True, slots=True)
class YearScreens:
    """Shows them."""

    office: YearOffice
    teachers: HomeroomTeachers
    directory: Directory

    async def chosen(self, principal: Principal, school: str) -> OfSchool:
        """Raises: NotFound: it is not the coordinator's school."""
        return await self._of(await self._mine(principal), school)

    async def shown(self, request: Request, principal: Principal, school: str, notice: Text | None = None, status: int = 200) -> HTMLResponse:
        """The whole page, or the choice of a school. Raises: NotFound, StillBuilding, BehindWrite, Unavailable."""
        mine = await self._mine(principal)
        wanted = school or (next(iter(mine)) if len(mine) == 1 else "")
        around = {"notice": notice, "saved": "tersimpan" in request.query_params, "address": ADDRESS}
        if not wanted:
            schools = [(each, name) for each, (name, _) in mine.items()]
            return self._page(request, "choose", around | {"schools": schools}, status)
        told = await self._of(mine, wanted)
        return self._page(request, "year", around | await self._told(principal, told), status)

    async def of_class(self, request: Request, principal: Principal, school: str, title: str) -> HTMLResponse:
        """One class: who does not go with it. Raises: NotFound."""
        told = await self.chosen(principal, school)
        found = next((each for each in told.classes if each.title == title), None)
        if found is None:
            raise NotFound("no such class")
        students = [each for each in told.students if each.homeroom == title]
        names = await self.office.lists.names(students)
        apart = told.year.apart
        rows = [(each, names[each], said_of(apart[each], title) if each in apart else "ikut") for each in names]
        about = {"rows": sorted(rows, key=lambda each: each[1].casefold()), "class": found, "titles": told.titles, "school": told}
        return self._page(request, "students", about | {"address": ADDRESS, "back": self.address(told.school)}, 200)

    def address(self, school: str, *, saved: bool = False) -> str:
        """Of the page of a school."""
        return f"{ADDRESS}?{urlencode({'sekolah': school} | ({'tersimpan': '1'} if saved else {}))}"

    async def _mine(self, principal: Principal) -> dict[str, tuple[str, str]]:
        """Name and level of the coordinator's schools, by id; whoever is on leave from one leaves its year to those who are there."""
        mine = principal.schools("coordinator") - principal.away
        found = [each for each in await self.directory.schools() if each["school"] in mine]
        return {str(each["school"]): (each["name"] or "", each["level"] or "") for each in found}

    async def _of(self, mine: Mapping[str, tuple[str, str]], school: str) -> OfSchool:
        if school not in mine:
            raise NotFound("nothing of yours has this id")
        return await self.office.lists.of(school, *mine[school])

    async def _told(self, principal: Principal, told: OfSchool) -> dict[str, Any]:
        moves = told.moves
        leaving = [each for each in moves if each.to is None]
        cases = await self._cases(principal, told, moves)
        left = told.year.left if told.year.settled else []
        names = {**await self.office.lists.names_of([each.person for each in leaving]), **await self.office.names_of_left(left)}
        steps = Counter((each.was or "", each.to) for each in moves if each.to)
        return {
            "school": told,
            "cases": cases,
            "seen": ",".join(each.case for each in cases or ()),
            "classes": [(each, said_of(each.to, each.title)) for each in told.classes],
            "titles": told.titles,
            "moves": moves,
            "steps": sorted(steps.items()),
            "leaving": sorted((names.get(each.person, ""), each.was or "") for each in leaving),
            "left": sorted(((each, names[each]) for each in left if each in names), key=lambda each: each[1].casefold()),
            "teachers": await self.teachers.of(told.school),
            "class_address": lambda title: f"{ADDRESS}/murid?{urlencode({'sekolah': told.school, 'kelas': title})}",
        }

    async def _cases(self, principal: Principal, told: OfSchool, moves: Sequence[Move]) -> list[Waiting] | None:
        """None where cases does not answer: then nothing can be confirmed."""
        try:
            found = await self.office.lists.open_cases(told.school, [each.person for each in moves], principal.id)
        except Unavailable:
            return None
        return sorted(await self._waiting(found, {each.person for each in moves if each.to is None}), key=lambda each: (not each.leaves, each.name))

    async def _waiting(self, found: OpenCases, leaving: set[str]) -> list[Waiting]:
        people = {each.student for each in found.cases} | {each.keeper for each in found.cases if each.keeper}
        names = await self.office.lists.names_of(sorted(people))
        return [
            Waiting(each.case, names.get(each.student, ""), names.get(each.keeper or "", ""), _WHAT[each.student in leaving], each.student in leaving)
            for each in found.cases
        ]

    def _page(self, request: Request, template: str, told: Mapping[str, Any], status: int) -> HTMLResponse:
        return self.office.lists.kernel.frame.page(request, f"year/{template}.html", dict(told), status)
