"""What the directory knows of the roster when an import begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.events import StaffRole
from shared.eventstore.projection import Projection

Kind = Literal["student", "staff", "guardian"]

_PEOPLE = "SELECT person, kind, school, roles, digest, homeroom, guardians FROM person_v1 WHERE generation = %s"
_SCHOOLS = "SELECT school, npsn, name, cluster FROM school_v1 WHERE generation = %s"


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """digest: keyed hash of the row that the person was registered from; None where the last registration was not kept."""

    kind: Kind
    school: str
    roles: tuple[StaffRole, ...] = ()
    digest: str | None = None
    homeroom: str | None = None
    guardians: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """cluster: its gugus, where it has one."""

    npsn: str | None
    name: str
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """People and schools by our ids."""

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    schools: Mapping[str, KnownSchool] = field(default_factory=dict)


async def read_known(directory: Projection) -> Known:
    """Everybody and every school of the directory. Raises: StillBuilding, BehindWrite."""
    async with directory.reading() as (connection, generation):
        people = await (await connection.execute(_PEOPLE, (generation,))).fetchall()
        schools = await (await connection.execute(_SCHOOLS, (generation,))).fetchall()
    return Known(
        {
            person: KnownPerson(kind, school, tuple(roles), digest, homeroom, tuple(guardians))
            for person, kind, school, roles, digest, homeroom, guardians in people
        },
        {school: KnownSchool(npsn, name, cluster) for school, npsn, name, cluster in schools},
    )


async def read_known_schools(directory: Projection) -> dict[str, KnownSchool]:
    """Every school of the directory as it stands. Raises: StillBuilding."""
    async with directory.as_it_stands() as (connection, generation):
        rows = await (await connection.execute(_SCHOOLS, (generation,))).fetchall()
    return {school: KnownSchool(npsn, name, cluster) for school, npsn, name, cluster in rows}
