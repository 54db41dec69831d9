"""`/cases/tunjuk`: the open cases of a school by who has them, and the counsellors who may have them from now on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.cases.assigning.giving import Given, GivingMany
from services.cases.commands.fit_staff import FitStaff
from services.cases.domain.steps.named import GOES_ON
from services.cases.forms.giving import typed_in
from services.cases.forms.giving_back import giving_back
from services.cases.pages.people import Names
from services.cases.reading.case_list import CaseList, Filters, Listed
from services.cases.reading.directory import Directory
from services.cases.reading.words import Words
from services.cases.rights import schools_of, sight_of
from shared.access import Principal, SignedIn
from shared.errors import NotAllowed, Sentences
from shared.pages import Text, say
from shared.service import Kernel

ADDRESS = "/cases/tunjuk"

MOST = 200
"""Cases that are shown of one school, the newest first; the page says where there are more."""

AT_ONCE = 50
"""Cases of one form: each is a command of its own, and the browser waits for all of them."""

_TITLE = say("Tunjuk konselor")
_CHOOSE_CASES = Sentences("Pilih paling sedikit satu kasus, paling banyak 50.", "Choose at least one case, and at most 50.")
_CHOOSE_PERSON = Sentences("Pilih siapa yang memegangnya.", "Choose who has them from now on.")
_NO_NAME = say("Tanpa nama")


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it came."""

    cases: Sequence[str] = ()
    to: str = ""
    key: str = ""

    @property
    def faults(self) -> Mapping[str, Sentences]:
        """What is missing, by field."""
        cases = {} if 0 < len(self.cases) <= AT_ONCE else {"kasus": _CHOOSE_CASES}
        return cases if self.to else cases | {"kepada": _CHOOSE_PERSON}


@dataclass(frozen=True, slots=True)
class AssigningPage:
    """cases: of the schools that somebody coordinates. staff: who may have a case there."""

    kernel: Kernel
    cases: CaseList
    names: Names
    words: Words
    staff: FitStaff
    directory: Directory
    giving: GivingMany

    async def show(self, request: Request, principal: Principal, school: str, typed: Typed, given: Sequence[Given] = ()) -> Response:
        """given: what became of the cases that were just chosen. Raises: NotAllowed: not a school of theirs. StillBuilding, BehindWrite."""
        mine = sorted(principal.schools("coordinator"))
        here = school or (mine[0] if mine else "")
        if here not in mine:
            raise NotAllowed("only who coordinates a school gives its cases away here")
        found = await self.cases.page(
            Filters(school=here, open=True), schools=schools_of(principal), sight=sight_of(principal), reader=principal.id, after=None, limit=MOST + 1
        )
        counsellors = await self.staff.of(GOES_ON, here)
        students = await self.names.of(each.student for each in found)
        holders = await self.names.of([*counsellors, *(_holder(each) for each in found)])
        faults = typed.faults if typed.key and not given else {}
        told = {
            "groups": [(holders.get(who or "", who and _NO_NAME), self._options(theirs, students)) for who, theirs in _by_holder(found[:MOST])],
            "counsellors": [(each, holders.get(each, _NO_NAME)) for each in counsellors],
            "more": len(found) > MOST,
            "school": here,
            "schools": [(each, await self.directory.school(each)) for each in mine],
            "typed": Typed() if given else typed,
            "key": str(uuid4()) if given else typed.key or str(uuid4()),
            "errors": faults,
            "saved": sum(each.why is None for each in given),
            "refused": [(students.get(_student(found, each.case) or "", _NO_NAME), each.why) for each in given if each.why],
        }
        return self.kernel.frame.page(request, "assigning/assigning.html", told, 422 if faults else 200)

    async def take(self, request: Request, principal: Principal) -> Response:
        """Raises: NotAllowed. Unavailable."""
        async with request.form() as form:
            sent = typed_in(form.multi_items())
        one = {name: values[0] for name, values in sent.items()}
        typed = Typed(tuple(sent.get("kasus", ())), one.get("kepada", ""), one.get("key") or str(uuid4()))
        given = [] if typed.faults else await self.giving.give(principal, typed.cases, typed.to, typed.key)
        return await self.show(request, principal, one.get("sekolah", ""), typed, given)

    def _options(self, cases: Sequence[Listed], students: Mapping[str, str]) -> list[tuple[str, Text, Text]]:
        """Case, student and level."""
        return [(each.id, students.get(each.student or "", _NO_NAME), self.words.values["urgency"][each.urgency]) for each in cases]


def _holder(case: Listed) -> str | None:
    return case.assignee or case.acknowledged_by


def _by_holder(cases: Sequence[Listed]) -> list[tuple[str | None, list[Listed]]]:
    """What nobody has stands first."""
    ordered = sorted(cases, key=lambda each: _holder(each) or "")
    return [(who, list(theirs)) for who, theirs in groupby(ordered, key=_holder)]


def _student(cases: Sequence[Listed], case: str) -> str | None:
    return next((each.student for each in cases if each.id == case), None)


def router(page: AssigningPage) -> APIRouter:
    """For coordinators."""
    routes = APIRouter(prefix=ADDRESS, include_in_schema=False, route_class=giving_back(page.kernel.frame, {}, _TITLE))

    @routes.get("")
    async def choose(request: Request, principal: SignedIn, sekolah: str = "") -> Response:
        return await page.show(request, principal, sekolah, Typed())

    @routes.post("")
    async def give(request: Request, principal: SignedIn) -> Response:
        return await page.take(request, principal)

    return routes
