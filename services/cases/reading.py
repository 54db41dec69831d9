"""Who may read what of a case, decided at the moment of reading; and a case or its history as JSON, opened only as far as that goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from services.cases.domain.activity import Activity
from services.cases.domain.case import CASE
from services.cases.domain.moving import ReceiveTransfer
from services.cases.domain.state import CASE_STRATEGIES, Case
from services.cases.domain.teacher import AnswerAsTeacher, DeclineAsTeacher
from services.cases.views import record_read
from shared.access import Principal
from shared.decider import Loaded, folded, load
from shared.errors import NotAllowed, NotFound
from shared.message import Fact, Recorded
from shared.sealed import Erased, Sealed
from shared.service import Kernel

Rights = Literal["content", "summary", "metadata", "participant", "receiver"]
"""participant: an activity of the case concerns this person, and that alone. receiver: of a school that the case is to be transferred to."""

WITHHELD = "not for this role"
_FOR_PARTICIPANTS = (AnswerAsTeacher, DeclineAsTeacher)


def rights(principal: Principal, case: Case, now: datetime) -> Rights:
    """What the principal may read of this case (domain.md, the table of Who is who).

    Raises: NotFound: nothing, and not even whether it exists. NotAllowed: named in a strand, or suspended.
    """
    if case.case is None:
        raise NotFound("no case of yours has this id")
    if principal.id in case.named:
        raise NotAllowed("you are named in this case")
    if principal.holds("auditor"):
        return "metadata"
    if principal.holds("district-duty") or principal.id in case.handling.officers:
        return "content"
    escalated = case.urgency == "emergency" or case.desk == "district" or any(each.step for each in case.deadlines.values())
    if principal.holds("supervisor", "district-officer") and escalated:
        return "summary"
    found = _at_school(principal, case, now) or _concerned(principal, case)
    if found is None:
        raise NotFound("no case of yours has this id")
    return found


def _at_school(principal: Principal, case: Case, now: datetime) -> Rights | None:
    if not principal.schools or not principal.at(case.school) or case.desk == "district":
        return None
    if principal.holds("counsellor"):
        mine = principal.id in (case.assignee, case.acknowledged_by) or case.handling.deputy(principal.id, now)
        return "content" if mine or case.assignee is None else "summary"
    if principal.holds("coordinator"):
        return "content"
    return "summary" if principal.holds("principal", "vice-principal") else None


def _concerned(principal: Principal, case: Case) -> Rights | None:
    if case.moves.asked and principal.schools and principal.at(case.moves.asked.to) and principal.holds("counsellor", "coordinator", "principal"):
        return "receiver"
    return "participant" if any(principal.id in _readers(each) for each in case.activities.values()) else None


def require_right(principal: Principal, case: Case, command: Fact) -> None:
    """Whether the principal may give this command at all; the route's row has said so for the role.

    Raises: NotFound, NotAllowed.
    """
    now = getattr(command, "at", None) or datetime.now(UTC)
    match rights(principal, case, now):
        case "metadata":
            raise NotAllowed
        case "participant" if not isinstance(command, _FOR_PARTICIPANTS):
            raise NotAllowed
        case "receiver" if not isinstance(command, ReceiveTransfer):
            raise NotAllowed
        case _:
            return


def _readers(activity: Activity) -> frozenset[str]:
    return CASE_STRATEGIES.by_name[activity.strategy].readers(activity)


def may_read(principal: Principal, case: Case, activity: Activity, allowed: Rights) -> bool:
    """Whether an activity's content is for this person (domain.md, The nine strategies, Who may read the content)."""
    glasses = (case.handling.glasses or {}).values()
    for reader, opened, confirmed in glasses:
        if (reader, opened) == (principal.id, activity.activity) and (confirmed or activity.strategy != "conference"):
            return True
    readers = _readers(activity)
    match activity.strategy:
        case "conference":
            return principal.id in readers
        case "counselling":
            return principal.id == activity.owner
        case _:
            return allowed == "content" or principal.id in readers or principal.id == activity.owner


def _may_open(principal: Principal, case: Case, allowed: Rights, told: dict[str, Any]) -> bool:
    """Whether the sealed fields of one event, as JSON, are for this person."""
    activity = case.activities.get(told.get("activity", ""))
    if activity and told.get("type") != "glass-broken":
        return may_read(principal, case, activity, allowed)
    if told.get("type") == "member-noted":
        return bool(told.get("by") == principal.id)
    return allowed == "content"


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
class CaseReader:
    """Reads cases for a principal; every read of content is recorded first."""

    kernel: Kernel

    async def current(self, case_id: str) -> Loaded[Case]:
        """The case as it stands now, for deciding and for rights."""
        return await load(self.kernel.store, CASE, f"case-{case_id}")

    async def case(self, principal: Principal, case_id: str, moment: Moment) -> dict[str, Any]:
        """The folded state, under today's rights and today's erasures."""
        now = await self.current(case_id)
        allowed = rights(principal, now.state, self.kernel.clock.now())
        then = now if moment.whole else folded(CASE, now.stream, await self._until(now.stream, moment))
        if then.state.case is None:
            raise NotFound("the case did not exist then")
        await self._record(principal, case_id, allowed, "case", then.version)
        return await self._opened_case(principal, now.state, then, allowed)

    async def _opened_case(self, principal: Principal, now: Case, then: Loaded[Case], allowed: Rights) -> dict[str, Any]:
        told: dict[str, Any] = _as_json(then)
        activities = [_activity_as_json(each) for each in then.state.activities.values()]
        own = allowed not in ("participant", "receiver")
        readable = [each for each in activities if own or principal.id in _readers(now.activities.get(each["id"], then.state.activities[each["id"]]))]
        shown = await self._opened_each(readable, [may_read(principal, now, then.state.activities[each["id"]], allowed) for each in readable])
        opened: dict[str, Any] = await self._opened(told, allowed) if own else {name: told[name] for name in ("id", "version", "state")}
        return opened | {"activities": shown}

    async def _opened_each(self, told: list[Any], may: list[bool]) -> list[Any]:
        """Several trees, each opened or withheld, with one look at the keys."""
        boxes = [box for each, allowed in zip(told, may, strict=True) if allowed for box in _sealed(each)]
        texts = iter(await self.kernel.vault.open_many(boxes) if boxes else [])
        return [
            _replaced(each, (lambda _: _shown(next(texts))) if allowed else (lambda _: {"withheld": WITHHELD}))
            for each, allowed in zip(told, may, strict=True)
        ]

    async def history(self, principal: Principal, case_id: str, moment: Moment | None = None) -> list[dict[str, Any]]:
        """Every event in order; what may not be read is marked, never dropped."""
        now = await self.current(case_id)
        allowed = rights(principal, now.state, self.kernel.clock.now())
        events = await self._until(now.stream, moment or Moment())
        await self._record(principal, case_id, allowed, "history", now.version)
        bodies = [json.loads(event.body) for event in events]
        if allowed in ("participant", "receiver"):
            raise NotAllowed
        opened = await self._opened_each(bodies, [_may_open(principal, now.state, allowed, body) for body in bodies])
        return [_entry(event, data) for event, data in zip(events, opened, strict=True)]

    async def decisions(self, principal: Principal, case_id: str) -> list[dict[str, Any]]:
        """The decision receipts: policy, version, inputs, rules fired, alternatives, override."""
        now = await self.current(case_id)
        allowed = rights(principal, now.state, self.kernel.clock.now())
        if allowed in ("participant", "receiver"):
            raise NotAllowed
        receipts = [*now.state.decisions, *now.state.referrals.decisions]
        await self._record(principal, case_id, allowed, "decisions", now.version)
        opened: list[dict[str, Any]] = await self._opened([receipt.model_dump(mode="json") for receipt in receipts], allowed)
        return opened

    async def _until(self, stream: str, moment: Moment) -> list[Recorded]:
        events = await self.kernel.store.read_stream(stream, until_version=moment.version, recorded_by=moment.as_of)
        until = moment.happened_until
        return events if until is None else [event for event in events if event.happened_at <= until]

    async def _record(self, principal: Principal, case_id: str, allowed: Rights, what: str, version: int) -> None:
        if allowed == "content":
            await record_read(self.kernel.database, principal.id, case_id, what, version)

    async def _opened(self, told: Any, allowed: Rights) -> Any:
        """Sealed fields become text, `{"erased": true}` or `{"withheld": why}`."""
        if allowed != "content":
            return _replaced(told, lambda _: {"withheld": WITHHELD})
        boxes = list(_sealed(told))
        texts = iter(await self.kernel.vault.open_many(boxes))
        return _replaced(told, lambda _: _shown(next(texts)))


async def opened_trees(kernel: Kernel, told: list[Any]) -> list[Any]:
    """Trees with every sealed field opened, for whoever may read all of them."""
    texts = iter(await kernel.vault.open_many([box for each in told for box in _sealed(each)]))
    return [_replaced(each, lambda _: _shown(next(texts))) for each in told]


def _shown(text: str | Erased) -> Any:
    return {"erased": True} if isinstance(text, Erased) else text


def _is_sealed(told: Any) -> bool:
    return isinstance(told, dict) and told.keys() == {"kid", "context", "box"}


def _sealed(told: Any) -> Iterator[Sealed]:
    if _is_sealed(told):
        yield Sealed.model_validate(told)
    elif isinstance(told, dict):
        for value in told.values():
            yield from _sealed(value)
    elif isinstance(told, list):
        for value in told:
            yield from _sealed(value)


def _replaced(told: Any, shown: Callable[[Any], Any]) -> Any:
    """The same tree with every sealed field replaced, in the order in which `_sealed` finds them."""
    if _is_sealed(told):
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
        "assignee": case.assignee,
        "check_safety": case.check_safety,
        "outcome_class": case.outcome,
        "strands": [
            strand.concern.model_dump(mode="json", exclude={"type", "version"}) | {"recorded_at": strand.at.isoformat()} for strand in case.strands
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
        "merged_into": case.moves.merged_into,
        "merged": sorted(case.moves.taken),
        "legal_hold": case.moves.held_by is not None,
        "disclosures": [asdict(entry) for entry in case.ledger.entries],
        "to_tell": {correction: sorted(waiting) for correction, (_, waiting) in (case.ledger.to_tell or {}).items()},
        "deadlines": [
            {"key": each.key, "what": each.what, "due": each.expected.isoformat(), "owner": each.owner, "step": each.step}
            for each in sorted(case.deadlines.values(), key=lambda each: each.expected)
        ],
        "guardians": {
            "safe": sorted(case.home.safe),
            "unsafe": sorted(case.home.unsafe),
            "all_unsafe": case.home.all_unsafe,
            "notices": case.home.notices or {},
        },
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
