"""What may be chosen in these forms, by name: students whose cases one works on, members, colleagues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.group_steps import AddMember
from services.cases.forms.going_on import GoingOn, Option
from services.cases.standing.successors import Succession
from services.cases.without_case.opened import Thing
from shared.access import Principal

Known = Mapping[str, Sequence[Option]]
"""The options of a field, by its name."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Looks them up. Raises: StillBuilding, BehindWrite."""

    going_on: GoingOn
    succession: Succession

    async def of(self, principal: Principal, school: str, command: type[Command], thing: Thing | None) -> Known:
        """thing: what the form is about; None where it begins one."""
        fields, found = command.model_fields, dict[str, Sequence[Option]]()
        if {"members", "case", "member"} & fields.keys():
            found |= await self._cases(principal, school, command, thing)
        if thing and {"student", "present"} & fields.keys():
            members = await self._members(thing)
            found |= {"student": members, "present": members}
        if thing and "to" in fields:
            found["to"] = await self.succession.colleagues(thing.kind, school, thing.owner, thing.about)
        return found

    async def _cases(self, principal: Principal, school: str, command: type[Command], thing: Thing | None) -> Known:
        there = thing.group.students if thing and thing.group and command is AddMember else {}
        held = [(case, name) for case, student, name in await self.going_on.held(principal, school) if student not in there]
        return {"cases": held, "case": held}

    async def _members(self, thing: Thing) -> Sequence[Option]:
        students = list(thing.group.students) if thing.group else []
        names = await self.going_on.with_classes(await self.going_on.names.of(students))
        return sorted(names.items(), key=lambda each: each[1].casefold())
