"""*Surat sekolah*: letterhead, emblem, pattern of numbers, and who signs (people.md, The paper)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from services.cases.commands.on_letters import OnPaper, OnRegister
from services.cases.domain.letters.paper import NameSignatory, RemoveSignatory, SetEmblem, SetLetterhead, SetNumberPattern
from services.cases.domain.letters.register import StartSeries
from services.cases.domain.streams import paper_stream
from services.cases.forms.giving import Outcome
from services.cases.letters.emblem import SENTENCES
from services.cases.letters.settings import Papers
from services.cases.pages.people import Names
from services.cases.school.giving import Sent, Setting, Settings, of_road
from shared.access import Principal
from shared.errors import Invalid, Sentences
from shared.pages.roles import ROLES

LETTERHEAD = ("authority", "name", "address", "contact", "npsn", "place")
SIGNS = ("principal", "vice-principal", "coordinator", "counsellor", "supervisor", "district-officer")
_ON_SCREEN = {"number": "nomor", "roman month": "bulan romawi", "month": "bulan", "year": "tahun"}
"""What the parts of a number's pattern are called on screen."""

_FROM_SCREEN = {shown: name for name, shown in _ON_SCREEN.items()}
_PART = re.compile(r"\{([a-z ]+)")
_NOT_OF_THE_SCHOOL = Sentences("Pilih seorang petugas sekolah ini.", "Choose somebody of this school's staff.")


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Reads and changes what a school says of its paper."""

    settings: Settings
    papers: Papers
    names: Names

    async def told(self, school: str) -> dict[str, Any]:
        """What the page shows."""
        said = await self.papers.told(school)
        staff = await self.settings.road.roster.staff(school)
        signs = {person for role in SIGNS for person in staff.get(role, ())}
        names = await self.names.of(signs)
        return {
            "paper": said,
            "pattern": written(said.pattern, _ON_SCREEN),
            "letterhead": defaultdict(str, said.letterhead or {}),
            "emblem": await self._emblem(school),
            "signatories": [(each, ROLES[each.role]) for each in said.signatories],
            "people": _choices(names),
            "roles": [(role, ROLES[role]) for role in SIGNS],
        }

    async def _emblem(self, school: str) -> str:
        """Where the browser finds the picture; nothing where there is none."""
        paper = await self.papers.issuing.standing.paper(school)
        return f"/cases/sekolah/{school}/surat/lambang" if paper.emblem else ""

    async def picture(self, school: str) -> str | None:
        """The emblem as it is kept: SVG, written anew from shapes alone."""
        paper = await self.papers.issuing.standing.paper(school)
        return await self.papers.issuing.emblem(paper.emblem.digest if paper.emblem else None)

    async def letterhead(self, principal: Principal, school: str, sent: Sent) -> Outcome:
        return await self._give(principal, school, Setting(SetLetterhead, sent.lines(*LETTERHEAD), {}), sent)

    async def pattern(self, principal: Principal, school: str, sent: Sent) -> Outcome:
        said = {name: written(value, _FROM_SCREEN) for name, value in sent.lines("pattern").items()}
        return await self._give(principal, school, Setting(SetNumberPattern, said, {}), sent)

    async def series(self, principal: Principal, school: str, sent: Sent) -> Outcome:
        """Where the year's numbers go on."""
        road = self.settings.road
        year = (await road.calendars.of(school)).day(road.kernel.clock.now()).year
        subject = OnRegister(road.kernel.access.permissions, StartSeries.permission, school, paper_stream(school), year, road.kernel.store)
        return await self.settings.give(principal, subject, Setting(StartSeries, sent.lines("first"), {}), f"paper {school}", sent)

    async def signatory(self, principal: Principal, school: str, sent: Sent) -> Outcome:
        """Raises: NotFound, NotAllowed. Somebody who does not work there is an error at the field."""
        said = sent.lines("person", "role", "name", "position", "number")
        if "person" in said and not await self.settings.road.roster.roles_at(said["person"], school):
            return Outcome(errors={"person": _NOT_OF_THE_SCHOOL}, status=422)
        return await self._give(principal, school, Setting(NameSignatory, said, {}), sent, whose=said.get("person", ""))

    async def no_signatory(self, principal: Principal, school: str, sent: Sent) -> Outcome:
        return await self._give(principal, school, Setting(RemoveSignatory, sent.lines("person"), {}), sent)

    async def emblem(self, principal: Principal, school: str, sent: Sent, came: bytes) -> Outcome:
        """The picture is checked and written anew; without one the emblem is taken away. Raises: NotFound, NotAllowed."""
        try:
            kept: Mapping[str, Any] = await self.papers.kept(came) if came else {"digest": None, "kind": None}
        except Invalid as invalid:
            return Outcome(errors={"picture": of_road(invalid).get("picture", SENTENCES["not-a-picture"])}, status=422)
        named = Sent({**sent.typed, "picture": [sha256(came).hexdigest()]}, sent.key)
        return await self._give(principal, school, Setting(SetEmblem, kept, {}), named)

    async def _give(self, principal: Principal, school: str, setting: Setting, sent: Sent, *, whose: str = "") -> Outcome:
        subject = OnPaper(self.settings.road.kernel.access.permissions, setting.command.permission, school, whose or paper_stream(school))
        return await self.settings.give(principal, subject, setting, f"paper {school}", sent)


def written(pattern: str, names: Mapping[str, str]) -> str:
    """A pattern with its parts called otherwise; what is not known stays, and is refused."""
    return _PART.sub(lambda part: "{" + names.get(part[1].strip(), part[1]), pattern)


def _choices(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda each: each[1].casefold())
