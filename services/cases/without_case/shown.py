"""One group, partnership or consultation in words: its history, what may be done, whose it is; and each of them as a row of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.endings import COMMON
from services.cases.domain.strategies.group_steps import CancelGroup, HandOverGroup, PostponeGroup, RecordMemberRefusal, RemoveMember
from services.cases.domain.strategies.partnership import PartnershipProposed
from services.cases.domain.streams import case_stream
from services.cases.forms.wording import Form
from services.cases.pages.after import After
from services.cases.pages.entries import Telling, ids_in
from services.cases.pages.people import Names
from services.cases.reading.directory import Directory
from services.cases.reading.read_log import record_read
from services.cases.reading.sealed_trees import opened_trees
from services.cases.reading.words import Words
from services.cases.rights import standing_of
from services.cases.standing.files import place_of as files_of
from services.cases.standing.successors import Succession, Successors
from services.cases.without_case.offered import Offering
from services.cases.without_case.opened import Thing, place_of
from shared.access import Principal
from shared.decider import load
from shared.pages import Text

LETTERS = "/cases/tanpa-kasus/{kind}/{name}/surat"


_ASIDE = frozenset({*COMMON, RemoveMember, CancelGroup, PostponeGroup, RecordMemberRefusal, HandOverGroup})


@dataclass(frozen=True, slots=True)
class Row:
    """One on the list. about: the partner, or the students. said: what happened last."""

    title: Text
    about: str
    school: str
    said: Text
    at: datetime
    page: str
    zone: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of what nobody has. address: where it is taken or given."""

    address: str
    successors: Successors


@dataclass(frozen=True, slots=True)
class Showing:
    """Puts one into words. forms: by the name of their command."""

    offering: Offering
    names: Names
    words: Words
    telling: Telling
    directory: Directory
    succession: Succession
    after: After
    forms: Mapping[str, Form]

    async def row(self, thing: Thing) -> Row:
        last = thing.events[-1]
        return Row(
            self.words.titles[thing.chapter], await self._about(thing), await self.directory.school(thing.school),
            self.words.sentence(last.type, last.model_dump(mode="json")), last.at, place_of(thing.kind, thing.name), await self._zone(thing),
        )  # fmt: skip

    async def one(self, principal: Principal, thing: Thing, saved: str = "") -> dict[str, Any]:
        """What its page shows; that it was read is recorded before it leaves. saved: the step that was just taken."""
        kernel = self.offering.road.kernel
        await record_read(kernel.database, principal.id, thing.name, thing.kind, thing.loaded.version)
        names, history = await self.names.of([thing.owner]), await self._history(thing)
        issues = bool(kernel.access.permissions.roles("GET", LETTERS) & principal.roles)
        return {
            "title": self.words.titles[thing.chapter],
            "about": await self._about(thing),
            "school_name": await self.directory.school(thing.school),
            "owner": names.get(thing.owner, ""),
            "case": await self._case(principal, thing),
            "entries": list(reversed(self.telling.entries(history, {}, await self._named(history)))),
            **await self._steps(principal, thing),
            "files": files_of(thing.kind, thing.name),
            "letters": f"{_address(thing)}/surat" if issues else "",
            "issue": self.after.letters(f"{_address(thing)}/surat", saved, history) if issues else [],
            "saved": self.forms[saved].title if saved in self.forms else None,
            "waiting": await self._waiting(principal, thing),
            "key": str(uuid4()),
            "zone": await self._zone(thing),
        }

    async def _case(self, principal: Principal, thing: Thing) -> str:
        """That a consultation is about, where it is anything to the reader; whoever asked for advice need not know that there is a case."""
        if thing.group or not thing.about.cases:
            return ""
        road, (case_id, *_) = self.offering.road, thing.about.cases
        case = (await load(road.kernel.store, road.casework.case, case_stream(case_id))).state
        return "" if standing_of(principal, case, road.kernel.clock.now()).sees == "nothing" else case_id

    async def _steps(self, principal: Principal, thing: Thing) -> dict[str, list[tuple[str, Text]]]:
        """What brings it on, and what turns it aside or gives it away."""
        offered = await self.offering.of(principal, thing)
        found = [(each in _ASIDE, f"{_address(thing)}/langkah/{each.called}", self.forms[each.called].title) for each in offered]
        return {name: [(address, text) for aside, address, text in found if aside is wanted] for name, wanted in (("steps", False), ("aside", True))}

    async def _waiting(self, principal: Principal, thing: Thing) -> Waiting | None:
        if not thing.nobodys:
            return None
        successors = await self.succession.of(principal, thing.kind, thing.school, thing.owner, thing.about)
        return Waiting(_address(thing), successors)

    async def _history(self, thing: Thing) -> list[dict[str, Any]]:
        """Each event as its reader may read it."""
        trees = [event.model_dump(mode="json", exclude={"version", "act"}) for event in thing.events]
        told = await opened_trees(self.offering.road.kernel, trees, thing.readable)
        return [_as_told(number, event, data) for number, (event, data) in enumerate(zip(thing.events, told, strict=True), 1)]

    async def _named(self, history: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        return await self.names.of([found for each in history for found in ids_in(each)])

    async def _about(self, thing: Thing) -> str:
        """The partner by name, the members of a group; a consultation is about its question, which stands on its page."""
        if thing.group:
            return ", ".join(sorted((await self.names.of(thing.group.students)).values(), key=str.casefold))
        proposed = next((event for event in thing.events if isinstance(event, PartnershipProposed)), None)
        return proposed.institution if proposed else ""

    async def _zone(self, thing: Thing) -> str:
        return (await self.offering.road.calendars.of(thing.school)).zone


def _address(thing: Thing) -> str:
    """Below it stand its steps, its letters and its files."""
    return f"/cases/tanpa-kasus/{thing.kind}/{thing.name}"


def _as_told(number: int, event: ActEvent, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": event.type, "data": data, "actor": event.by, "recorded_at": event.at.isoformat(), "version": number}
