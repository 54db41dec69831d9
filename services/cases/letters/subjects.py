"""What documents are about: a case, a group, a partnership, a consultation. Each is opened for those who may read it, at the moment of asking."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import GROUP, Group
from services.cases.domain.strategies.group_steps import GroupClosed, SessionHeld
from services.cases.domain.streams import CASE, activity_stream, case_of, group_stream
from services.cases.letters.gathering import Gathered, Gathering
from services.cases.letters.issuing import Draft, Subject, draft_of
from services.cases.letters.kinds import Kind
from services.cases.letters.made import Made, made_of, material_of
from services.cases.letters.made import find as find_made
from services.cases.letters.material import Material
from services.cases.letters.wanted import Wanted
from services.cases.reading.members import AlsoAbout, members_of, require_not_named
from services.cases.reading.read_log import record_read
from services.cases.rights import ReadingReason, require_leader, require_party
from shared.access import Principal
from shared.decider import load
from shared.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Subjects:
    """Opens what documents are about."""

    gathering: Gathering

    async def case(self, principal: Principal, case_id: str, reason: ReadingReason | None, what: str = "history") -> Gathered:
        """Raises: NotFound, NotAllowed, ReadingReasonNeeded."""
        return await self.gathering.case(principal, case_id, reason, what)

    async def group(self, principal: Principal, group_id: str) -> Gathered:
        """For its leader. Raises: NotFound."""
        loaded = await load(self.gathering.kernel.store, GROUP, group_stream(group_id))
        require_leader(principal, loaded.state)
        await require_not_named(self.gathering.kernel.store, self.gathering.casework, principal, members_of(loaded.state))
        await record_read(self.gathering.kernel.database, principal.id, group_id, "group", loaded.version)
        events = [event for event in loaded.state.events if isinstance(event, ActEvent)]
        return await self.gathering.alone(loaded, events, loaded.state.school, partial(_is_documented_for, principal, loaded.state))

    async def alone(self, principal: Principal, strategy: StandingAlone, activity_id: str) -> Gathered:
        """For those who may read it. Raises: NotFound, NotAllowed."""
        gathering = self.gathering
        loaded = await load(gathering.kernel.store, gathering.casework.without_case, activity_stream(strategy.name, activity_id))
        activity = require_party(principal, loaded.state, strategy)
        case = strategy.case(activity)
        await require_not_named(gathering.kernel.store, gathering.casework, principal, AlsoAbout((case,)) if case else AlsoAbout())
        await record_read(gathering.kernel.database, principal.id, activity_id, strategy.name, loaded.version)
        return await gathering.alone(loaded, activity.events, strategy.school(activity), lambda _: True)

    async def by_stream(self, principal: Principal, stream: str, reason: ReadingReason | None) -> Gathered:
        """Whatever a stream holds. Raises: as the others."""
        if stream.startswith(CASE):
            return await self.case(principal, case_of(stream), reason, "document")
        if stream.startswith(group_stream("")):
            return await self.group(principal, stream.removeprefix(group_stream("")))
        for strategy in self.gathering.casework.alone:
            if stream.startswith(prefix := activity_stream(strategy.name, "")):
                return await self.alone(principal, strategy, stream.removeprefix(prefix))
        raise NotFound("no document of yours has this id")

    def found(self, gathered: Gathered, name: str, version: int) -> Made:
        """A document that the history holds. Raises: NotComplete: there is none; NotAllowed: it is not for this person."""
        made = find_made(made_of(self.gathering.casework, gathered), name, version)
        if not made.readable:
            raise NotAllowed
        return made


def _is_documented_for(principal: Principal, group: Group, event: ActEvent) -> bool:
    """The report of a group tells of all its sessions: it is for whoever reads all their notes."""
    return not isinstance(event, GroupClosed) or group.noted_for(principal.id) >= {each.act for each in group.events if isinstance(each, SessionHeld)}


def drafted(made: Made, kind: Kind[Material], gathered: Gathered) -> tuple[Subject, Draft]:
    """What would be issued. Raises: NotComplete: something that it stands on is not for this person."""
    material = material_of(made, gathered)
    endorser = kind.endorser(material) if kind.endorser else None
    named = gathered.case.named if gathered.case else frozenset()
    version = gathered.history[-1][0] if made.document.whole else made.version
    subject = Subject(gathered.stream, version, gathered.whose, gathered.school, gathered.material.school, named)
    return subject, draft_of(kind, kind.build(material), endorser)


def numbered(made: Made, wanted: Wanted) -> Wanted:
    """With the number that somebody gave the document already, where it was not corrected and no other was typed."""
    if wanted.number or wanted.replaces or not made.number:
        return wanted
    return wanted.model_copy(update={"number": made.number})
