"""One mended field of a person: whether a source gives it, and the person with the new value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.intake.domain.mends import Mended
from services.intake.roster.person import Person, Untold

_UNTOLD: Mapping[Mended, Untold] = {"born": "born", "homeroom": "homeroom", "guardian": "guardians"}
"""Fields that a source may leave out. It always gives a name."""


def is_said(person: Person, field: Mended) -> bool:
    """Whether the source gives the field and nothing in it was set aside."""
    return field not in _UNTOLD or _UNTOLD[field] not in person.untold


def is_with(person: Person, field: Mended, value: str) -> bool:
    """Whether somebody has exactly this; of a guardian, whether they are among the guardians."""
    return value in person.guardians if field == "guardian" else of(person, field) == value


def of(person: Person, field: Mended) -> str:
    """The present value; empty for a guardian, because a link is either there or not."""
    return {"name": person.name, "born": person.born, "homeroom": person.homeroom or "", "guardian": ""}[field]


def put(person: Person, field: Mended, value: str) -> Person:
    """The person with it. An empty value takes it away."""
    told = replace(person, untold=person.untold - ({_UNTOLD[field]} if field in _UNTOLD else set()))
    match field:
        case "name":
            return replace(told, name=value)
        case "born":
            return replace(told, born=value)
        case "homeroom":
            return replace(told, homeroom=value or None)
        case "guardian":
            return replace(told, guardians=tuple(dict.fromkeys((*told.guardians, value))))


def without_guardian(person: Person, guardian: str) -> Person:
    """The person without this link."""
    return replace(person, guardians=tuple(each for each in person.guardians if each != guardian))
