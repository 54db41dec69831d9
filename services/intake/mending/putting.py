"""A mended field of somebody: what a source says of it, and the person as they are with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.intake.domain.mends import Mended
from services.intake.roster.person import Person, Untold

_UNTOLD: Mapping[Mended, Untold] = {"born": "born", "homeroom": "homeroom", "guardian": "guardians"}
"""What of a person a source may leave unsaid. A name it always says."""


def is_said(person: Person, field: Mended) -> bool:
    """Whether the source says it, and nothing of it was set aside."""
    return field not in _UNTOLD or _UNTOLD[field] not in person.untold


def is_with(person: Person, field: Mended, value: str) -> bool:
    """Whether somebody has exactly this; of a guardian, whether they are among the guardians."""
    return value in person.guardians if field == "guardian" else of(person, field) == value


def of(person: Person, field: Mended) -> str:
    """What somebody has now; nothing for a link to a guardian, which they have or have not."""
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
