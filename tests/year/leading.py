"""Who leads groups in a year: they are formed, led, handed over and closed; and the law that each has a leader or is found without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.cases.commands.on_group import OnGroup
from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.group import Group
from services.cases.domain.strategies.group_sides import two_sides
from services.cases.domain.strategies.group_steps import CancelGroup, CloseGroup, FormGroup, HandOverGroup, HoldSession
from services.cases.rights.alone import is_leader, may_take
from tests.year.acts import Acts
from tests.year.standing import Groups

STEPS: tuple[type[Command], ...] = (*[HoldSession] * 5, HandOverGroup, CloseGroup, CancelGroup)
"""What is done with a group, as often as it is likely."""


@dataclass
class Leading:
    """Staff form groups of their students' cases, and go on with those that there are."""

    acts: Acts
    groups: Groups

    async def lead(self) -> str:
        """Somebody does something with a group."""
        await self.groups.turn()
        under_way, chance = list(self.groups.under_way), self.acts.chance
        if not under_way or chance.random() < 0.3:
            return await self._form()
        name, group = chance.choice(under_way)
        found = await self._finding(group)
        person = chance.choice(found if group.gone and found else [group.leader] * 4 + found)
        command = HandOverGroup if group.gone else chance.choice(STEPS)
        answer = await self.acts.take(person, OnGroup(name), command, self._said(command, group, chance.choice([person, *found])))
        return f"{person[:8]}: {command.called} {name[:8]}: {answer}"

    async def _finding(self, group: Group) -> list[str]:
        services = self.acts.services
        people = sorted({person for each in (await services.roster.staff(group.school)).values() for person in each})
        return [each for each in people if may_take(services.principal(each), group.school)]

    async def _form(self) -> str:
        """Of two students whose cases somebody may work on."""
        services, chance = self.acts.services, self.acts.chance
        cases = [each for each in services.book.open if each.student]
        if not cases:
            return ""
        school = chance.choice(cases).school
        mine = [each for each in cases if each.school == school]
        people = sorted((await services.roster.staff(school)).get("counsellor", ()))
        able = [each for each in people if sum(self.acts.may(each, case, "note") for case in mine) > 1]
        if not able:
            return ""
        person = chance.choice(able)
        chosen = chance.sample([case.case for case in mine if self.acts.may(person, case, "note")], 2)
        answer = await self.acts.begin(person, lambda envelope: OnGroup(envelope.id("group")), FormGroup, _formed(school, chosen))
        return f"{person[:8]}: form-group at {school[:8]}: {answer}"

    def _said(self, command: type[Command], group: Group, to: str) -> dict[str, Any]:
        match command.called:
            case "hand-over-group":
                return {"to": to}
            case "close-group":
                return {"result": "kata"}
            case "cancel-group":
                return {"reason": "kata"}
            case _:
                held = {"session": group.sessions + 1, "stage": "working", "when": self.acts.services.now, "pledge": True, "dynamics": "kata"}
                return held | {"present": list(group.students)[:1]}


def _formed(school: str, cases: list[str | None]) -> dict[str, Any]:
    return {"school": school, "field": "social", "purpose": "kata", "cases": cases}


# the law -------------------------------------------------------------------------------------------------------------


def led_or_found(acts: Acts, groups: Groups) -> Iterator[str]:
    """Every group has one leader who may open it, or stands on the list of somebody whom none of its cases keeps away; and knows of its two sides."""
    services = acts.services
    for name, group in groups.under_way:
        if not all(pair in group.sides for pair in two_sides(groups.parts(group)) if group.students.keys() >= set(pair)):
            yield f"group {name} has two sides and does not know it"
        named = groups.named_in(group)
        if group.gone is None:
            if group.leader in named or not is_leader(services.principal(group.leader), group):
                yield f"group {name} is {group.leader}'s, who may not open it"
        elif not any(may_take(services.principal(person), group.school) for person in services.roster.posts.posts_of if person not in named):
            yield f"group {name} has no leader and stands on nobody's list"
