"""A case or its history as JSON, opened only as far as the reader's rights go at this moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.cases.domain.case.additions import Answer, NoteReading, StrandContinued
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import StrandAdded
from services.cases.domain.referring.disclosure import FactCorrected
from services.cases.domain.steps.activity import Activity
from services.cases.domain.streams import case_stream
from services.cases.reading.hours import by_the_hour, due_in_hours, hides_minutes, in_hours
from services.cases.reading.present import present
from services.cases.reading.read_log import record_read
from services.cases.reading.summary import MARK, decision, entry, is_sealed, service_of, summary
from services.cases.rights import ReadingReason, Rights, glass_until, may_open, may_read, require_reason, rights
from shared.access import Principal
from shared.decider import Decider, execute, folded, load
from shared.errors import NotAllowed, NotFound
from shared.eventstore.states import Loaded
from shared.message import Event, Fact, Occasion, Recorded
from shared.rights.matrix import Part, matrix
from shared.sealed import Erased, Sealed
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
        activities = await self._opened_each([each for each, _ in shown], [may for _, may in shown])
        told = _without_times_of([each["id"] for each, may in shown if not may], _as_json(then))
        beside = {"activities": activities, "glass": self._glasses(principal, now)}
        if matrix().shows(allowed, "strands"):
            whole: dict[str, Any] = await self._opened(told)
            return whole | beside
        if matrix().shows(allowed, "here"):
            here: dict[str, Any] = await self._opened(present(told, then.state, principal))
            return here | beside
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
        return [(_activity_as_json(each) if mine else service_of(each), mine) for (_, each), mine in zip(known, may, strict=True)]

    async def _opened_each(self, told: list[Any], may: list[bool]) -> list[Any]:
        """Several trees, each opened or withheld, with one look at the keys."""
        boxes = [box for each, allowed in zip(told, may, strict=True) if allowed for box in _sealed(each)]
        texts = iter(await self.kernel.vault.open_many(boxes) if boxes else [])
        return [
            _replaced(each, (lambda _: _shown(next(texts))) if allowed else (lambda _: dict(MARK))) for each, allowed in zip(told, may, strict=True)
        ]

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
        opened = await self._opened_each([json.loads(event.body) for event in events], may)
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
        opened: list[dict[str, Any]] = await self._opened(receipts)
        return opened

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

    async def _opened(self, told: Any) -> Any:
        """Sealed fields become text, or `{"erased": true}`."""
        boxes = list(_sealed(told))
        texts = iter(await self.kernel.vault.open_many(boxes))
        return _replaced(told, lambda _: _shown(next(texts)))


async def opened_trees(kernel: Kernel, told: list[Any], may: Sequence[bool]) -> list[Any]:
    """Trees with every sealed field opened, or withheld. may: whether the reader reads each of them."""
    boxes = [box for each, mine in zip(told, may, strict=True) if mine for box in _sealed(each)]
    texts = iter(await kernel.vault.open_many(boxes))
    return [_opened_or_withheld(each, texts if mine else None) for each, mine in zip(told, may, strict=True)]


def _opened_or_withheld(told: Any, texts: Iterator[str | Erased] | None) -> Any:
    """texts: of its sealed fields, in order; None where they are withheld."""
    return _replaced(told, lambda _: dict(MARK) if texts is None else _shown(next(texts)))


def _shown(text: str | Erased) -> Any:
    return {"erased": True} if isinstance(text, Erased) else text


def _sealed(told: Any) -> Iterator[Sealed]:
    if is_sealed(told):
        yield Sealed.model_validate(told)
    elif isinstance(told, dict):
        for value in told.values():
            yield from _sealed(value)
    elif isinstance(told, list):
        for value in told:
            yield from _sealed(value)


def _replaced(told: Any, shown: Callable[[Any], Any]) -> Any:
    """The same tree with every sealed field replaced, in the order in which `_sealed` finds them."""
    if is_sealed(told):
        return shown(told)
    if isinstance(told, dict):
        return {name: _replaced(value, shown) for name, value in told.items()}
    if isinstance(told, list):
        return [_replaced(value, shown) for value in told]
    return told


def _as_json(loaded: Loaded[Case]) -> dict[str, Any]:
    case = loaded.state
    return {
        "id": case.case,
        "version": loaded.version,
        "student": case.student,
        "school": case.school,
        "state": case.state,
        "urgency": case.urgency,
        "desk": case.desk,
        "acknowledged_by": case.acknowledged_by,
        "assignee": case.owner,
        "without_an_owner": case.owner is None,
        "absent": {person: {"why": each.why, "goes_to": each.goes_to} for person, each in case.absent.items()},
        "check_safety": case.check_safety,
        "outcome_class": case.outcome,
        "strands": [_strand(strand, case) for strand in case.strands],
        "additions_of_merged": [
            _addition(each, case) | {"concern": each.concern.concern} for each in case.additions.told if _is_of_merged(each, case)
        ],
        "notes": [note.model_dump(mode="json", exclude={"type", "version"}) for note in case.notes],
        "alerts": [alert.model_dump(mode="json", exclude={"type", "version"}) for alert in case.alerts],
        "referrals": [asdict(referral) | {"alternatives": list(referral.alternatives)} for referral in case.referrals.by_id.values()],
        "member_notes": [{"group": note.group, "session": note.session, "by": note.by, "at": note.at.isoformat()} for note in case.member_notes],
        "handling": {
            "stage": case.handling.stage,
            "goals": [goal.model_dump(mode="json") | {"reached": (case.handling.judged or {}).get(goal.goal)} for goal in case.handling.goals],
            "waiting_until": case.handling.waiting_until.isoformat() if case.handling.waiting_until else None,
            "deputies": [{"person": person, "until": until.isoformat()} for person, until in case.handling.deputies],
        },
        "conflicts": {
            "suspended": sorted(case.conflicts.suspended),
            "cleared": sorted(case.conflicts.cleared),
            "allegations": {person: case.conflicts.outcome(person) for person in case.conflicts.judged or {}},
        },
        "protection": asdict(case.protection),
        "linked": sorted(case.moves.linked),
        "student_at": case.elsewhere,
        "transfer": _transfer(case),
        "merged_into": case.moves.merged_into,
        "merged": sorted(case.moves.taken),
        "legal_hold": case.moves.held_by is not None,
        "families": _families(case),
        "disclosures": [asdict(entry) for entry in case.ledger.entries],
        "to_tell": {correction: sorted(waiting) for correction, (_, waiting) in (case.ledger.to_tell or {}).items()},
        "deadlines": [
            {
                "key": each.key,
                "what": each.what,
                "due": due_in_hours(each, case),
                "owner": each.owner,
                "without_an_owner": each.owner is None,
                "step": each.step,
            }
            for each in sorted(case.deadlines.values(), key=lambda each: each.expected)
        ],
        "guardians": {
            "safe": sorted(case.home.safe),
            "unsafe": sorted(case.home.unsafe),
            "all_unsafe": case.home.all_unsafe,
            "notices": case.home.notices or {},
        },
    }


def _transfer(case: Case) -> dict[str, Any] | None:
    """A transfer that waits for its receipt."""
    asked = case.moves.asked
    return {"to": asked.to, "by": asked.by, "receipt_by": asked.receipt_by.isoformat()} if asked else None


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


def _families(case: Case) -> dict[str, Any]:
    """What guardians answered, whom somebody is to phone, and the ledger of their consents."""
    families = case.families
    return {
        "notices": [{"notice": notice, "outcome": outcome} for notice, outcome in (case.home.notices or {}).items()],
        "answers": [
            each.model_dump(mode="json", exclude={"type", "version"}) | {"waits": reply in families.waiting}
            for reply, each in families.replies.items()
        ],
        "calls": [call.model_dump(mode="json", exclude={"type", "version"}) for call in families.calls.values()],
        "consents": [asdict(each) | {"at": each.at.isoformat()} for each in families.consents],
    }


def _activity_as_json(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.activity,
        "strategy": activity.strategy,
        "state": activity.state,
        "version": activity.version,
        "owner": activity.owner,
        "steps": [event.model_dump(mode="json", exclude={"version", "act"}) for event in activity.events],
    }


def _strand(strand: StrandAdded, case: Case) -> dict[str, Any]:
    """The first words, and below them what was added to them."""
    told = strand.concern.model_dump(mode="json", exclude={"type", "version"})
    additions = [_addition(each, case) for each in case.additions.of(strand.concern.concern)]
    answers = [_answer(each) for each in case.additions.answers if each.said.concern == strand.concern.concern]
    return told | {"recorded_at": in_hours(strand.at, case), "additions": additions, "answers": answers}


def _addition(each: StrandContinued, case: Case) -> dict[str, Any]:
    told, waits = each.concern.model_dump(mode="json"), each.concern.addition in case.additions.unread
    return {name: told[name] for name in ("addition", "text", "answers")} | {"recorded_at": in_hours(each.at, case), "unread": waits}


def _answer(each: Answer) -> dict[str, Any]:
    """after: how many additions came before it."""
    return each.said.model_dump(mode="json", include={"answer", "text", "by", "at"}) | {"after": each.after}


def _is_of_merged(each: StrandContinued, case: Case) -> bool:
    """Its strand stands in a case that rests in this one."""
    return all(strand.concern.concern != each.concern.concern for strand in case.strands)


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
