"""What somebody may do with a group, a partnership or a consultation now: the decider itself is asked, so a page repeats no rule (ADR 14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from services.cases.commands.envelope import Envelope
from services.cases.commands.road import Road
from services.cases.commands.stand_ins import StandIns
from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import ActivityCommand
from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.group_steps import AddMember, HoldSession, Member, RecordMemberRefusal, RemoveMember
from services.cases.policies import policy_at
from services.cases.without_case.opened import Thing
from shared.access import Principal
from shared.decider import Decider
from shared.errors import NotAllowed, NotFound, Refused


@dataclass(frozen=True, slots=True)
class Offering:
    """Looks up what may be done."""

    road: Road

    async def of(self, principal: Principal, thing: Thing) -> list[type[Command]]:
        """In the order of the strategy's own table."""
        now = self.road.kernel.clock.now()
        policy = policy_at(await self.road.calendars.of(thing.school), now)
        stand_ins = StandIns(principal, now, policy, Case(), ())
        envelope = Envelope(principal, uuid4(), now)
        return [each for each in thing.steps if self._has_right(envelope, thing, each) and _accepted(thing, each, stand_ins)]

    def _has_right(self, envelope: Envelope, thing: Thing, command: type[Command]) -> bool:
        try:
            self.road.kernel.access.permissions.require(envelope.principal, thing.subject.permission(command))
            thing.subject.require(envelope, thing.loaded.state, command, {"to": envelope.principal.id})
        except (NotAllowed, NotFound):
            return False
        return True


def _accepted(thing: Thing, command: type[Command], stand_ins: StandIns) -> bool:
    """Whether the decider takes it and something changes."""
    try:
        tried = command.model_validate({**stand_ins.of(command), **fixed_of(thing, command), **_example(thing, command)})
        decider: Decider[Any, Any, Any] = thing.subject.decider
        return bool(decider.decide(tried, thing.loaded.state))
    except (Refused, ValidationError):
        return False


def fixed_of(thing: Thing, command: type[Command]) -> dict[str, Any]:
    """What of the body follows from what it is about, so that nobody types it."""
    if issubclass(command, ActivityCommand):
        return {"activity": thing.name}
    if command is HoldSession and thing.group:
        return {"session": thing.group.sessions + 1}
    return {}


def _example(thing: Thing, command: type[Command]) -> Mapping[str, Any]:
    """A value for what is chosen among the members. A session is tried as one that was held before anybody knew of two sides."""
    group = thing.group
    if group is None:
        return {}
    members = tuple(group.students)
    if command in (RemoveMember, RecordMemberRefusal):
        return {"student": members[0]} if members else {}
    if command is HoldSession:
        return {"present": members} | ({"when": group.parted_at} if group.parted_at else {})
    return {"member": Member(case="-", student="-", roles={})} if command is AddMember else {}
