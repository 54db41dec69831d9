"""`/cases/tanpa-kasus/{kind}/{name}/lampiran`: files of a group, a consultation or a partnership, for whoever reads its words (ADR 87)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.cases.attached.filing import Place, purpose_of_words
from services.cases.attached.pages import FilePages
from services.cases.attached.seen import Seen
from services.cases.commands.on_activity import permission_of
from services.cases.commands.road import Road
from services.cases.domain.steps.files import FileAdded
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import GROUP, GROUP_COUNSELLING, Group
from services.cases.domain.strategies.group_steps import FormGroup
from services.cases.domain.streams import activity_stream, group_stream
from services.cases.reading.members import AlsoAbout, members_of, require_not_named
from services.cases.reading.read_log import record_read
from services.cases.reading.words import Words
from services.cases.rights import require_leader, require_party
from services.cases.standing.kept import GROUP_KIND
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.errors import NotFound

_DESK = "/cases/menunggu"


@dataclass(frozen=True, slots=True)
class StandingFiles:
    """Finds the files for a reader; that they were looked at is recorded. words: what strategies are called."""

    road: Road
    words: Words

    async def seen(self, principal: Principal, kind: str, name: str) -> Seen:
        """Raises: NotFound: it is not there, or not theirs; the answer does not tell which."""
        if kind == GROUP_KIND:
            return await self._of_group(principal, name)
        strategy = next((each for each in self.road.casework.alone if each.name == kind), None)
        if strategy is None:
            raise NotFound("nothing of yours has this id")
        return await self._of_activity(principal, strategy, name)

    async def _of_group(self, principal: Principal, name: str) -> Seen:
        """Its leader's alone, and of those before only what was handed over to them: a file may tell as much as a note."""
        loaded = await load(self.road.kernel.store, GROUP, group_stream(name))
        require_leader(principal, loaded.state)
        await self._require_not_named(principal, members_of(loaded.state))
        await self._record(principal, name, loaded.version)
        place = Place(loaded.stream, name, loaded.state.school, loaded.stream, "counselling", activity=name)
        title, adds = self.words.titles[GROUP_COUNSELLING.name], self._gives(principal, place.school, FormGroup.permission)
        page, back_to = place_of(GROUP_KIND, name), f"/cases/tanpa-kasus/kelompok/{name}"
        return Seen(loaded.version, _theirs(loaded.state, principal), place, title, page, adds, back_to)

    async def _of_activity(self, principal: Principal, strategy: StandingAlone, name: str) -> Seen:
        loaded = await load(self.road.kernel.store, self.road.casework.without_case, activity_stream(strategy.name, name))
        activity = require_party(principal, loaded.state, strategy)
        case = strategy.case(activity)
        await self._require_not_named(principal, AlsoAbout((case,)) if case else AlsoAbout())
        await self._record(principal, name, loaded.version)
        place = Place(loaded.stream, name, strategy.school(activity), loaded.stream, purpose_of_words(activity), activity=name)
        adds = self._gives(principal, place.school, permission_of(strategy, strategy.beginning))
        return Seen(loaded.version, loaded.state.files, place, self.words.titles[strategy.name], place_of(strategy.name, name), adds, _DESK)

    def _gives(self, principal: Principal, school: str, row: str) -> bool:
        return principal.works_at(school, *self.road.kernel.access.permissions.command(row).roles)

    async def _require_not_named(self, principal: Principal, about: AlsoAbout) -> None:
        await require_not_named(self.road.kernel.store, self.road.casework, principal, about)

    async def _record(self, principal: Principal, name: str, version: int) -> None:
        await record_read(self.road.kernel.database, principal.id, name, f"files-of-{name}", version)


def _theirs(group: Group, leader: Principal) -> Sequence[FileAdded]:
    return [each for each in group.files if each.act in group.noted_for(leader.id)]


def place_of(kind: str, name: str) -> str:
    """The page of the files of what stands without a case."""
    return f"/cases/tanpa-kasus/{kind}/{name}/lampiran"


def router(files: StandingFiles, pages: FilePages) -> APIRouter:
    """The list, the form, and both forms of each file."""
    routes = APIRouter(prefix=place_of("{kind}", "{name}"), include_in_schema=False)

    @routes.get("")
    async def listing(kind: str, name: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, await files.seen(principal, kind, name), None)

    @routes.post("")
    async def add(kind: str, name: str, request: Request, principal: SignedIn) -> Response:
        return await pages.add(request, principal, await files.seen(principal, kind, name), None)

    @routes.get("/{attachment}")
    async def picture(kind: str, name: str, attachment: str, principal: SignedIn) -> Response:
        return await pages.file(principal, await files.seen(principal, kind, name), attachment, "picture", None)

    @routes.get("/{attachment}/asli")
    async def original(kind: str, name: str, attachment: str, principal: SignedIn) -> Response:
        return await pages.file(principal, await files.seen(principal, kind, name), attachment, "original", None)

    return routes
