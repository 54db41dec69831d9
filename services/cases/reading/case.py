"""A case or its history as JSON, opened only as far as the reader's rights go at this moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.cases.domain.case.additions import NoteReading
from services.cases.domain.case.state import Case
from services.cases.domain.referring.disclosure import FactCorrected
from services.cases.domain.steps.activity import Activity
from services.cases.domain.streams import case_stream
from services.cases.reading.as_json import activity_as_json, case_as_json
from services.cases.reading.hours import by_the_hour, hides_minutes
from services.cases.reading.present import present
from services.cases.reading.read_log import record_read
from services.cases.reading.sealed_trees import opened_tree, opened_trees
from services.cases.reading.summary import decision, entry, service_of, summary
from services.cases.rights import ReadingReason, Rights, glass_until, may_open, may_read, require_reason, rights
from shared.access import Principal
from shared.decider import Decider, execute, folded, load
from shared.errors import NotAllowed, NotFound
from shared.eventstore.states import Loaded
from shared.message import Event, Fact, Occasion, Recorded
from shared.rights.matrix import Part, matrix
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Moment:
    """Up to where a case is folded: recorded by, happened until, or version."""

    as_of: datetime | None = None
    happened_until: datetime | None = None
    version: int | None = None

    @property
    def whole(self) -> bool:
        return self == Moment()


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a history. entry: as JSON, opened as far as the reader may see it. opened: the reader may see what was confided in it."""

    event: Event
    entry: dict[str, Any]
    opened: bool = True


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Reads cases for a principal; every read of content is recorded first. decider: of cases. given: types of events by which a service is given."""

    kernel: Kernel
    decider: Decider[Fact, Case, Event]
    given: frozenset[str]

    async def current(self, case_id: str) -> Loaded[Case]:
        """The case as it stands now, for deciding and for rights."""
        return await load(self.kernel.store, self.decider, case_stream(case_id))

    def _allowed(self, principal: Principal, case: Case, reason: ReadingReason | None, part: Part | None = None) -> Rights:
        """What the principal may read now, if this part is in it. Raises: NotFound, NotAllowed, ReadingReasonNeeded."""
        now = self.kernel.clock.now()
        allowed = rights(principal, case, now)
        require_reason(principal, case, now, reason)
        if part and not matrix().shows(allowed, part):
            raise NotAllowed
        return allowed

    async def require(self, principal: Principal, case_id: str, reason: ReadingReason | None, part: Part) -> Loaded[Case]:
        """The case, if this part of it is the principal's to see. Raises: NotFound, NotAllowed, ReadingReasonNeeded."""
        now = await self.current(case_id)
        self._allowed(principal, now.state, reason, part)
        return now

    async def activity(self, principal: Principal, case_id: str, activity_id: str, reason: ReadingReason | None, what: str) -> Loaded[Case]:
        """The case with an activity or a referral whose words are the principal's to read. what: is recorded as read.

        Raises: NotFound, ReadingReasonNeeded.
        """
        now = await self.current(case_id)
        allowed, known = self._allowed(principal, now.state, reason), now.state.activities.get(activity_id)
        referral = now.state.referrals.by_id.get(activity_id)
        own = referral is not None and (matrix().shows(allowed, "strands") or referral.drafted_by == principal.id)
        if not own and not (known and may_read(principal, now.state, known, allowed, self.kernel.clock.now())):
            raise NotFound("no activity of yours has this id")
        await self._record(principal, case_id, what, now.version, reason, content=True)
        return now

    async def case(self, principal: Principal, case_id: str, moment: Moment, reason: ReadingReason | None = None) -> dict[str, Any]:
        """The folded state, under today's rights and today's erasures."""
        now = await self.current(case_id)
        allowed = self._allowed(principal, now.state, reason)
        now = await self._read_now(principal, now, allowed) if moment.whole else now
        then = now if moment.whole else folded(self.decider, now.stream, await self._until(now.stream, moment))
        if then.state.case is None:
            raise NotFound("the case did not exist then")
        shown = self._activities_shown(principal, now.state, then.state, allowed)
        await self._record(principal, case_id, "case", then.version, reason, content=_hears(allowed) or any(may for _, may in shown))
        return await self._opened_case(principal, now.state, then, shown, allowed)

    async def _opened_case(
        self, principal: Principal, now: Case, then: Loaded[Case], shown: list[tuple[Any, bool]], allowed: Rights
    ) -> dict[str, Any]:
        activities = await opened_trees(self.kernel, [each for each, _ in shown], [may for _, may in shown])
        told = _without_times_of([each["id"] for each, may in shown if not may], case_as_json(then))
        beside = {"activities": activities, "glass": self._glasses(principal, now)}
        if matrix().shows(allowed, "strands"):
            return await opened_tree(self.kernel, told) | beside
        if matrix().shows(allowed, "here"):
            return await opened_tree(self.kernel, present(told, then.state, principal)) | beside
        if matrix().shows(allowed, "summary"):
            return summary(told, allowed) | beside
        return {name: told[name] for name in ("id", "version", "state")} | {"activities": activities}

    def _glasses(self, principal: Principal, case: Case) -> list[dict[str, str]]:
        """What the reader sees because they broke the glass, and until when: the page says so over everything else."""
        now = self.kernel.clock.now()
        until = {each.activity: glass_until(principal, case, each, now) for each in case.activities.values()}
        return [{"activity": activity, "until": moment.isoformat()} for activity, moment in until.items() if moment]

    def _activities_shown(self, principal: Principal, now: Case, then: Case, allowed: Rights) -> list[tuple[Any, bool]]:
        """Every activity that the reader may know of, as it was then, and whether its content is theirs today."""
        moment, known_of_all = self.kernel.clock.now(), matrix().shows(allowed, "summary")
        pairs = [(now.activities[each.activity], each) for each in then.activities.values()]
        known = [(today, each) for today, each in pairs if known_of_all or _is_theirs(principal, today, allowed)]
        may = [may_read(principal, now, today, allowed, moment) for today, _ in known]
        return [(activity_as_json(each) if mine else service_of(each), mine) for (_, each), mine in zip(known, may, strict=True)]

    async def history(self, principal: Principal, case_id: str, reason: ReadingReason | None = None) -> list[dict[str, Any]]:
        """Every event in order; what may not be read is marked, never dropped. Only who examines proofs is told when an anonymous report came."""
        told = [each.entry for each in await self.told(principal, case_id, reason)]
        hides = not principal.holds("auditor") and hides_minutes((await self.current(case_id)).state)
        return [by_the_hour(each) for each in told] if hides else told

    async def told(
        self, principal: Principal, case_id: str, reason: ReadingReason | None = None, *, part: Part = "proofs", what: str = "history"
    ) -> list[Told]:
        """The same, each with its event. The school where the student is now has no more of it than it may open.

        part: which must be theirs to see. what: is recorded as read.
        """
        now = await self.current(case_id)
        allowed = self._allowed(principal, now.state, reason, part)
        now = await self._read_now(principal, now, allowed)
        events = await self.kernel.store.read_stream(now.stream)
        happened = self.decider.codec.decode_many(events)
        may = self._may_open(principal, now.state, allowed, {event.version: each for event, each in zip(events, happened, strict=True)})
        await self._record(principal, case_id, what, now.version, reason, content=any(may))
        opened = await opened_trees(self.kernel, [json.loads(event.body) for event in events], may)
        whole = [_entry(event, data) for event, data in zip(events, opened, strict=True)]
        shown = [each if mine else entry(each, allowed, self.given) for each, mine in zip(whole, may, strict=True)]
        told = [Told(event, each, mine) for event, each, mine in zip(happened, shown, may, strict=True)]
        return [each for each in told if each.opened] if matrix().shows(allowed, "here") else told

    def _may_open(self, principal: Principal, case: Case, allowed: Rights, said: Mapping[int, Event]) -> list[bool]:
        """Of each event, in order. said: the history by version."""
        now = self.kernel.clock.now()
        return [may_open(principal, case, allowed, _corrected(each, said), now) for each in said.values()]

    async def decisions(self, principal: Principal, case_id: str, reason: ReadingReason | None = None) -> list[dict[str, Any]]:
        """The decision receipts: policy, version, inputs, rules fired, alternatives, override."""
        now = await self.current(case_id)
        allowed = self._allowed(principal, now.state, reason, "decisions")
        receipts = [each.model_dump(mode="json") for each in (*now.state.decisions, *now.state.referrals.decisions)]
        if not matrix().shows(allowed, "strands"):
            return [decision(each) for each in receipts]
        await self._record(principal, case_id, "decisions", now.version, reason, content=True)
        return await opened_tree(self.kernel, receipts)

    async def _read_now(self, principal: Principal, now: Loaded[Case], allowed: Rights) -> Loaded[Case]:
        """The case after this reading: its reporters see that a person has read their words, and nobody is waited for any more to read them."""
        only = None if matrix().shows(allowed, "strands") else now.state.heard_elsewhere
        command = NoteReading(by=principal.id, at=self.kernel.clock.now(), only=only)
        if principal.kind != "person" or not _hears(allowed) or not self.decider.decide(command, now.state):
            return now
        cause = uuid4()
        occasion = Occasion(principal.id, now.state.school, command.at, cause, cause)
        read = await execute(self.kernel.store, self.decider, now.stream, command, occasion)
        return replace(now, version=read.version, state=read.state)

    async def _until(self, stream: str, moment: Moment) -> list[Recorded]:
        events = await self.kernel.store.read_stream(stream, until_version=moment.version, recorded_by=moment.as_of)
        until = moment.happened_until
        return events if until is None else [event for event in events if event.happened_at <= until]

    async def _record(self, principal: Principal, case_id: str, what: str, version: int, reason: ReadingReason | None, *, content: bool) -> None:
        """content: anything at all is opened for this person, be it one activity of a case that they may not read."""
        if content:
            await record_read(self.kernel.database, principal.id, case_id, what, version, reason)


def _corrected(event: Event, said: Mapping[int, Event]) -> Event:
    """The event whose readers count: a correction is for those who may read what it corrects. said: the history by version."""
    while isinstance(event, FactCorrected):
        event = said[event.event]
    return event


def _hears(allowed: Rights) -> bool:
    """Whoever sees this much opens what reporters said."""
    return matrix().shows(allowed, "strands") or matrix().shows(allowed, "here")


def _without_times_of(unread: list[str], told: dict[str, Any]) -> dict[str, Any]:
    """Nothing of when an activity meets is told to whoever does not read it, until a step of it is late."""
    hidden = tuple(f"{activity}/" for activity in unread)
    return {**told, "deadlines": [each for each in told["deadlines"] if each["step"] or not each["key"].startswith(hidden)]}


def _is_theirs(principal: Principal, activity: Activity, allowed: Rights) -> bool:
    """It concerns the reader; at the school where the student is now also what the reader goes on with."""
    return principal.id in activity.audience.people or (matrix().shows(allowed, "here") and principal.id == activity.owner)


def _entry(event: Recorded, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": event.version,
        "position": event.position,
        "id": str(event.id),
        "type": event.type,
        "happened_at": event.happened_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "actor": event.actor,
        "data": {name: value for name, value in data.items() if name not in ("type", "version")},
        "hash": event.hash.hex(),
        "previous_hash": event.previous_hash.hex(),
    }
