"""The homeroom teachers of a new year: those whom the roster names, and those whom the coordinator adds or takes back until the roster follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from services.intake.roster.appointing import AppointBody, Appointing, DismissBody
from shared.access import Principal
from shared.asked import Asked, Fingerprint
from shared.errors import NotFound
from shared.sealed import Erased, Sealed

_HOLD = (
    "SELECT t.person, bool_or(t.role = 'homeroom'), bool_or(t.role = 'homeroom' AND t.appointed), p.name FROM post_v1 t"
    " JOIN person_v1 p ON p.generation = t.generation AND p.person = t.person AND p.kind = 'staff'"
    " WHERE t.generation = %s AND t.school = %s GROUP BY t.person, p.name"
)


@dataclass(frozen=True, slots=True)
class Teacher:
    """homeroom: is one now. added: by a coordinator, not by the roster."""

    person: str
    name: str
    homeroom: bool
    added: bool


@dataclass(frozen=True, slots=True)
class HomeroomTeachers:
    """Reads and changes them."""

    appointing: Appointing

    async def of(self, school: str) -> Sequence[Teacher]:
        """Everybody who works at the school, by name. Raises: StillBuilding, BehindWrite."""
        async with self.appointing.view.reading(acting="directory") as (connection, generation):
            rows = await (await connection.execute(_HOLD, (generation, school))).fetchall()
        names = await self.appointing.kernel.vault.open_many([Sealed.model_validate(row[3]) for row in rows])
        found = [Teacher(row[0], name, row[1], row[2]) for row, name in zip(rows, names, strict=True) if not isinstance(name, Erased)]
        return sorted(found, key=lambda each: each.name.casefold())

    async def add(self, principal: Principal, school: str, person: str) -> None:
        """Raises: NotFound: nobody at the school has this id."""
        if person not in {each.person for each in await self.of(school)}:
            raise NotFound("nobody at your school has this id")
        await self.appointing.appoint(AppointBody(person=person, role="homeroom", school=school), principal, _asked(principal, person, school))

    async def end(self, principal: Principal, school: str, person: str) -> None:
        """Raises: NotAppointed: the roster names them, and is mended there."""
        await self.appointing.dismiss(DismissBody(person=person, role="homeroom", school=school), principal, _asked(principal, person, school))


def _asked(principal: Principal, *said: str) -> Asked:
    """Nothing is kept under a key: the same again changes nothing."""
    return Asked(f"{principal.id} homeroom {' '.join(said)}", None, Fingerprint(b"", b""), uuid4())
