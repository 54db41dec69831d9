"""People who are named in a command stand in the roster, as is written on the field; a guardian is one of this student's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from services.cases.commands.fill import Ground
from services.cases.commands.subject import Said
from services.cases.commands.words import bare, field_type, is_part, part_of
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.named import Kind, Names
from shared.errors import Fault, Invalid


class Named(NamedTuple):
    """Somebody whom a command names. place: of the field, as a JSON pointer."""

    person: str
    kind: Kind
    place: str


async def require_known(ground: Ground, wanted: type[Command]) -> None:
    """Raises: Invalid: what was said names somebody who does not exist, or who is not what the command needs."""
    for named in named_in(wanted, ground.said):
        await _require(ground, named)


async def _require(ground: Ground, named: Named) -> None:
    person = await ground.roster.person(named.person)
    if person is None or named.kind not in (person.kind, "anybody"):
        raise Invalid(Fault(named.place, "unknown-person"))
    if named.kind == "guardian" and named.person not in await ground.guardians():
        raise Invalid(Fault(named.place, "not-a-guardian-of-the-student"))


def named_in(command: type[BaseModel], said: Said, place: str = "") -> Iterator[Named]:
    """Everybody whom the body names in a field that is marked so, also inside its parts, in the order of the fields."""
    for name, field in command.model_fields.items():
        value, here = said.get(name), f"{place}/{name}"
        if value is None:
            continue
        yield from (Named(value, each.kind, here) for each in field.metadata if isinstance(each, Names) and not _excepted(each, said))
        yield from _in_parts(bare(field_type(field)), value, here)


def _excepted(names: Names, said: Said) -> bool:
    return names.unless is not None and said.get(names.unless[0]) == names.unless[1]


def _in_parts(kind: object, value: object, place: str) -> Iterator[Named]:
    if isinstance(value, list) and (part := part_of(kind)):
        for number, each in enumerate(value):
            yield from named_in(part, each, f"{place}/{number}")
    elif isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, BaseModel) and is_part(kind):
        yield from named_in(kind, value, place)
