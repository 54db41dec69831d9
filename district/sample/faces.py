"""One person of each role of the sample district, for the demonstration's sign-in page."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from district.sample.people import OFFICE, OFFICER, SCHOOLS, Someone, generate
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import Identity

_SCHOOL = "smp1"
_FILE = Path(__file__).with_suffix(".toml")


class _Both(BaseModel):
    """A sentence in Indonesian and English."""

    model_config = ConfigDict(extra="forbid")

    id: str
    en: str

    @property
    def both(self) -> tuple[str, str]:
        return self.id, self.en


class _Role(BaseModel):
    """What the file says of a role."""

    model_config = ConfigDict(extra="forbid")

    name: str
    first: str
    title: _Both
    sees: _Both
    tries: _Both = Field(alias="try")


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody to sign in as. title, sees, tries: in Indonesian and English. first: the page that opens after signing in."""

    role: str
    title: tuple[str, str]
    sees: tuple[str, str]
    tries: tuple[str, str]
    first: str
    name: str
    who: Identity


def faces() -> list[Face]:
    """One person of each role, those of one school first."""
    known = _people()
    told = [_Role.model_validate(each) for each in tomllib.loads(_FILE.read_text(encoding="utf-8"))["role"]]
    return [Face(each.name, each.title.both, each.sees.both, each.tries.both, each.first, *known[each.name]) for each in told]


def sample_schools() -> frozenset[str]:
    """The ids of the sample's schools, as its import gives them."""
    return frozenset(school_id(SOURCE, school.key) for school in SCHOOLS)


def _people() -> dict[str, tuple[str, Identity]]:
    """Name and principal of the first person of each role at the school or the district's office, and of an officer of an agency."""
    found = {"agency-officer": _known(OFFICER)}
    for person in generate().people:
        if person.school in (_SCHOOL, OFFICE.key):
            for role in person.roles or (person.kind,):
                found.setdefault(role, _known(person))
    return found


def _known(person: Someone) -> tuple[str, Identity]:
    return f"{person.given} {person.family} (FIKTIF)", Identity(person_id(SOURCE, person.key), "person")
