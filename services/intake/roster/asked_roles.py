"""What a school's own import asked for and the district decides: who waits, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.intake.domain.asked_roles import ASKED_ROLES, STREAM, AnswerRole, AskForRoles, NothingAsked, Wish
from services.intake.roster.appointing import AppointBody, Appointing
from shared.access import Principal
from shared.asked import Asked
from shared.decider import execute, load
from shared.message import Occasion
from shared.sealed import Erased, Sealed
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wish in words. name: nothing of somebody who left meanwhile."""

    wish: Wish
    name: str
    school: str
    asked_by: str
    at: datetime
    mine: bool


async def ask_for_roles(kernel: Kernel, wishes: Sequence[Wish], actor: str) -> None:
    """An import could not give these. Raises: Unavailable."""
    if not wishes:
        return
    now, cause = kernel.clock.now(), uuid4()
    command = AskForRoles(wishes=tuple(wishes), by=actor, at=now)
    await execute(kernel.store, ASKED_ROLES, STREAM, command, Occasion(actor, None, now, cause, cause))


@dataclass(frozen=True, slots=True)
class RoleRequests:
    """Shows and answers them."""

    appointing: Appointing

    async def waiting(self, principal: Principal, schools: frozenset[str] | None = None) -> list[Waiting]:
        """The oldest first. schools: of these alone, of all where nothing is said. Raises: StillBuilding, BehindWrite."""
        state = (await load(self.appointing.kernel.store, ASKED_ROLES, STREAM)).state
        wanted = {wish: asked for wish, asked in state.waiting.items() if schools is None or wish.school in schools}
        names = await self._names({person for wish, asked in wanted.items() for person in (wish.person, asked.by)})
        titles = {str(each["school"]): str(each["name"]) for each in await self.appointing.directory.schools()}
        return [
            Waiting(
                wish,
                names.get(wish.person, ""),
                titles.get(wish.school, ""),
                names.get(asked.by, ""),
                asked.at,
                principal.id in (wish.person, asked.by),
            )
            for wish, asked in wanted.items()
        ]

    async def _names(self, people: set[str]) -> dict[str, str]:
        rows = [row for person in sorted(people) for row in await self.appointing.directory.one(person)]
        boxes = {str(row["person"]): row["name"] for row in rows if isinstance(row["name"], Sealed)}
        opened = await self.appointing.kernel.vault.open_many(list(boxes.values()))
        return {person: name for person, name in zip(boxes, opened, strict=True) if not isinstance(name, Erased)}

    async def answer(self, principal: Principal, wish: Wish, command: Asked, *, granted: bool) -> None:
        """A granted role is an appointment, which no later import takes away. Raises: NothingAsked, OwnRequest, Unavailable."""
        kernel, now = self.appointing.kernel, self.appointing.kernel.clock.now()
        state = (await load(kernel.store, ASKED_ROLES, STREAM)).state
        said = AnswerRole(wish=wish, granted=granted, by=principal.id, at=now)
        ASKED_ROLES.decide(said, state)
        if granted:
            await self.appointing.appoint(AppointBody(person=wish.person, role=wish.role, school=wish.school), principal, command)
        await execute(kernel.store, ASKED_ROLES, STREAM, said, Occasion(principal.id, wish.school, now, command.cause, command.cause))


def wish_of(person: str, role: str, school: str, waiting: Sequence[Waiting]) -> Wish:
    """The wish that a form names. Raises: NothingAsked: none such waits."""
    found = next((each.wish for each in waiting if (each.wish.person, each.wish.role, each.wish.school) == (person, role, school)), None)
    if found is None:
        raise NothingAsked
    return found
