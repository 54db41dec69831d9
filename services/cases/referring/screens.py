"""What each page of a referral shows: what was answered, what may be chosen, and on the last one exactly what the agency will read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from services.cases.commands.road import Road
from services.cases.domain.case.state import Case
from services.cases.forms.choosing import Choosing
from services.cases.forms.giving import Outcome
from services.cases.forms.going_on import Option
from services.cases.forms.wording import Form, Pair, Question
from services.cases.reading.receivers import Found, Receivers
from services.cases.referring.contents import IDENTITY, AboutStudent, Student, package
from services.cases.referring.keeping import Kept
from services.cases.referring.ordering import STUDENT
from services.cases.referring.typed import ADDRESSES, NOT_UNDERSTOOD, PAGES, Faults, Page, Said
from shared.access import Principal
from shared.pages import Text, say

_SHOWN = 8
"""Receivers that are shown at once; the others follow below, folded."""

_CONSENTS: Mapping[str, Text] = {
    "given": say("Sudah diberikan"),
    "asked": say("Belum, masih diminta"),
    "overridden": say("Tanpa persetujuan, dengan dasar"),
    "phoned": say("Darurat: lembaga sudah ditelepon"),
}
_HINTS: Mapping[str, Text] = {
    "asked": say("Rujukan dikirim setelah persetujuan dicatat."),
    "overridden": say("Berlaku setelah orang kedua menyetujuinya."),
    "phoned": say("Rujukan langsung dikirim; suratnya menyusul dalam 24 jam."),
}


@dataclass(frozen=True, slots=True)
class Screens:
    """forms: of the commands that are given, for the words that they have already."""

    road: Road
    receivers: Receivers
    choosing: Choosing
    students: AboutStudent
    forms: Mapping[str, Form]

    async def begun(self, case: Case) -> Kept:
        """What stands on the pages before anything was answered."""
        student = await self.students.of(case)
        age = {"age": [str(student.age)]} if student.age is not None else {}
        return Kept(age | {"identity": list(student.told()), "how": ["signed-form"]})

    async def refused(self, said: Said) -> Faults:
        """What of the wish the directory does not understand. Raises: Unavailable: it does not answer."""
        return _refused(await self.receivers.of(said.wish()))

    async def shown(self, request: Request, principal: Principal, case_id: str, case: Case, page: Page, kept: Kept, outcome: Outcome) -> Response:
        """Raises: Unavailable: the directory does not answer."""
        found, student = await self.receivers.of(kept.said.wish()), await self.students.of(case)
        told = {
            "case": case_id,
            "page": page,
            "pages": list(ADDRESSES.items()),
            "action": f"/cases/cases/{case_id}{ADDRESSES[page]}",
            "draft_address": f"/cases/cases/{case_id}/rujuk/konsep",
            "draft_at": kept.at,
            "zone": ZoneInfo((await self.road.calendars.of(case.school)).zone).key,
            "student": student,
            "said": kept.said,
            "typed": {name: kept.said.one(name) for names in PAGES.values() for name in names},
            "key": kept.key,
            "errors": {**(_refused(found) if page == "need" else {}), **outcome.errors},
            "notice": outcome.notice,
        }
        more = await self._of_page(page, principal, case, kept, found, student)
        return self.road.kernel.frame.page(request, f"referring/{page}.html", told | more, outcome.status)

    async def _of_page(self, page: Page, principal: Principal, case: Case, kept: Kept, found: Found, student: Student) -> dict[str, Any]:
        match page:
            case "need":
                return {"needs": found.needs}
            case "receiver":
                return _receivers(found)
            case "contents":
                return await self._contents(principal, case, found, student, kept)
            case "check":
                return await self._check(principal, case, found, student, kept)

    async def _contents(self, principal: Principal, case: Case, found: Found, student: Student, kept: Kept) -> dict[str, Any]:
        codes = [code for code in _CONSENTS if code != "phoned" or case.urgency == "emergency"]
        return {
            "agency": found.name(kept.said.one("agency")),
            "consents": [(code, _CONSENTS[code], _HINTS.get(code)) for code in codes],
            "givers": [(STUDENT, self._words("record-consent", "giver")[STUDENT]), *student.guardians],
            "ways": list(self._words("record-consent", "how").items()),
            "grounds": list(self._words("override-consent", "ground").items()),
            "identity": [(what, IDENTITY[what], text) for what, text in student.told().items()],
            "approvers": await self._approvers(principal, case),
        }

    async def _check(self, principal: Principal, case: Case, found: Found, student: Student, kept: Kept) -> dict[str, Any]:
        approvers = dict(await self._approvers(principal, case))
        return {
            "agency": found.name(kept.said.one("agency")),
            "others": [found.name(each) for each in kept.said.all("alternatives")],
            "package": package(kept.said, student),
            "consent": _CONSENTS.get(kept.said.one("consent"), ""),
            "giver": {STUDENT: student.name, **dict(student.guardians)}.get(kept.said.one("giver"), ""),
            "approver": approvers.get(kept.said.one("approver"), ""),
            "sent": [(name, value) for name, values in kept.typed.items() for value in values],
        }

    async def _approvers(self, principal: Principal, case: Case) -> Sequence[Option]:
        """Nobody approves their own referral."""
        return [each for each in await self.choosing.of(self._question("ask-approval", "approver"), case, principal) if each[0] != principal.id]

    def _words(self, called: str, name: str) -> Mapping[str, Pair]:
        return self._question(called, name).options or {}

    def _question(self, called: str, name: str) -> Question:
        return next(each for each in self.forms[called].questions if each.name == name)


def _refused(found: Found) -> Faults:
    return {found.refused: NOT_UNDERSTOOD[found.refused]} if found.refused else {}


def _receivers(found: Found) -> dict[str, Any]:
    suiting = [each for each in found.receivers if each.suits]
    return {"suiting": suiting[:_SHOWN], "others": [*suiting[_SHOWN:], *(each for each in found.receivers if not each.suits)]}
