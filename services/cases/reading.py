"""Who may read what of a case, decided at the moment of reading; and a case or its history as JSON, opened only as far as that goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from services.cases.domain.case import CASE, Case
from services.cases.views import record_read
from shared.access import Principal
from shared.decider import Loaded, folded, load
from shared.errors import NotAllowed, NotFound
from shared.message import Recorded
from shared.sealed import Erased, Sealed
from shared.service import Kernel

Rights = Literal["content", "summary", "metadata"]

WITHHELD = "not for this role"


def rights(principal: Principal, case: Case) -> Rights:
    """What the principal may read of this case (domain.md, the table of Who is who).

    Raises: NotFound: nothing, and not even whether it exists. NotAllowed: named in a strand.
    """
    if case.case is None:
        raise NotFound("no case of yours has this id")
    if principal.id in case.named:
        raise NotAllowed("you are named in this case")
    if principal.holds("auditor"):
        return "metadata"
    if principal.holds("district-duty"):
        return "content"
    escalated = case.urgency == "emergency" or case.desk == "district"
    if principal.holds("supervisor", "district-officer") and escalated:
        return "summary"
    if not principal.at(case.school) or not principal.schools or case.desk == "district":
        raise NotFound("no case of yours has this id")
    if principal.holds("counsellor", "coordinator"):
        return "content"
    if principal.holds("principal"):
        return "summary"
    raise NotFound("no case of yours has this id")


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
        allowed = rights(principal, now.state)
        then = now if moment.whole else folded(CASE, now.stream, await self._until(now.stream, moment))
        if then.state.case is None:
            raise NotFound("the case did not exist then")
        await self._record(principal, case_id, allowed, "case", then.version)
        opened: dict[str, Any] = await self._opened(_as_json(then), allowed)
        return opened

    async def history(self, principal: Principal, case_id: str, moment: Moment | None = None) -> list[dict[str, Any]]:
        """Every event in order; what may not be read is marked, never dropped."""
        now = await self.current(case_id)
        allowed = rights(principal, now.state)
        events = await self._until(now.stream, moment or Moment())
        await self._record(principal, case_id, allowed, "history", now.version)
        opened = await self._opened([json.loads(event.body) for event in events], allowed)
        return [_entry(event, data) for event, data in zip(events, opened, strict=True)]

    async def decisions(self, principal: Principal, case_id: str) -> list[dict[str, Any]]:
        """The decision receipts: policy, version, inputs, rules fired, alternatives, override."""
        now = await self.current(case_id)
        allowed = rights(principal, now.state)
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
        "guardians": {
            "safe": sorted(case.home.safe),
            "unsafe": sorted(case.home.unsafe),
            "all_unsafe": case.home.all_unsafe,
            "notices": case.home.notices or {},
        },
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
