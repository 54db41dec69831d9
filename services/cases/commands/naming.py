"""Naming somebody: one check for all commands. The person exists, works where the case is, holds a role that may do it, and is neither named in the
case, suspended, away, nor the other side's counsellor (domain page, "People come and go"). What a field demands is written on the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel

from services.cases.commands.fill import Ground
from services.cases.commands.other_side import counsellors_of_other_side
from services.cases.commands.subject import Said
from services.cases.commands.words import bare, field_type, is_part, part_of
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.named import Names
from services.cases.reading.roster import OF_THE_DISTRICT, Person
from shared.errors import Fault, Invalid, Sentences


class Named(NamedTuple):
    """Somebody whom a command names. names: what the field demands. place: of the field, as a JSON pointer."""

    person: str
    names: Names
    place: str


SENTENCES: Mapping[str, Sentences] = {
    "unknown-person": Sentences(
        "Orang ini tidak ditemukan di antara mereka yang dapat dipilih di sini. Periksa id-nya, lalu pilih orang yang bertugas di sekolah ini.",
        "This person is not among those who can be chosen here. Check the id, and choose somebody who works at this school.",
    ),
    "not-a-guardian-of-the-student": Sentences(
        "Orang ini bukan orang tua/wali murid tersebut menurut data sekolah.", "The roster does not have this person as a guardian of the student."
    ),
    "role-may-not": Sentences(
        "Peran orang ini di sekolah tersebut tidak mencakup tugas ini. Pilih orang lain.",
        "The role that this person holds at the school does not allow this. Choose somebody else.",
    ),
    "person-in-conflict": Sentences(
        "Orang ini disebut dalam laporan atau sedang dinonaktifkan dari kasus ini. Pilih orang lain.",
        "This person is named in a concern, or suspended from this case. Choose somebody else.",
    ),
    "person-away": Sentences(
        "Orang ini sedang cuti. Pilih penggantinya atau orang lain.", "This person is on leave. Choose their deputy or somebody else."
    ),
    "counsels-other-side": Sentences(
        "Orang ini menangani pihak lain dari kejadian yang sama. Korban dan terlapor ditangani orang yang berbeda.",
        "This person works with the other side of the same incident. Victim and accused have different counsellors.",
    ),
}
"""Why somebody cannot be named, for whoever named them."""


async def require_fit(ground: Ground, wanted: type[Command]) -> None:
    """Raises: Invalid: what was said names somebody who does not exist, or who cannot do what the command asks of them. Tells every such field."""
    found = [(named, await _fault(ground, named)) for named in named_in(wanted, ground.said)]
    faults = [Fault(named.place, code, SENTENCES[code]) for named, code in found if code]
    if faults:
        raise Invalid(*faults)


async def _fault(ground: Ground, named: Named) -> str | None:
    names = named.names
    match names.kind:
        case "staff":
            return await _staff_fault(ground, named)
        case "of-the-case":
            family = (ground.case.student, *await ground.guardians())
            return None if named.person in family else await _staff_fault(ground, named)
        case "guardian":
            return await _guardian_fault(ground, named.person)
        case kind:
            return await _unknown(ground, named, kind)


async def _unknown(ground: Ground, named: Named, kind: str) -> str | None:
    person = await ground.roster.person(named.person)
    if person is None or kind not in (person.kind, "anybody") or (kind == "anybody" and not await _is_of_here(ground, person)):
        return "unknown-person"
    return await _unfit(ground, named) if named.names.fit and person.kind == "staff" else None


async def _is_of_here(ground: Ground, person: Person) -> bool:
    """Of the case's school or its family, or of a school where whoever names them holds a post. Nobody learns who is at another one."""
    if person.school == ground.school or (person.school and ground.envelope.principal.at(person.school)):
        return True
    return person.person in await ground.guardians() or bool(await ground.roster.roles_at(person.person, ground.school))


GUARDIANS = ("guardian", "staff")
"""Of what kind a student's guardian is in the roster: staff have children at the school, too."""


async def _guardian_fault(ground: Ground, guardian: str) -> str | None:
    person = await ground.roster.person(guardian)
    if guardian in await ground.guardians() and person and person.kind in GUARDIANS:
        return None
    known = person is not None and person.kind == "guardian" and await _is_of_here(ground, person)
    return "not-a-guardian-of-the-student" if known else "unknown-person"


async def _staff_fault(ground: Ground, named: Named) -> str | None:
    roles = await ground.roster.roles_at(named.person, ground.school)
    if not roles:
        return "unknown-person"
    reaching = roles & frozenset(OF_THE_DISTRICT) if ground.case.desk == "district" else roles  # it goes past the school
    if named.names.may and reaching.isdisjoint(ground.kernel.access.permissions.command(named.names.may).roles):
        return "role-may-not"
    return await _unfit(ground, named) if named.names.fit else None


async def _unfit(ground: Ground, named: Named) -> str | None:
    if named.person in ground.named():
        return "person-in-conflict"
    if (await ground.duty()).is_away(named.person, ground.envelope.now):
        return "person-away"
    return "counsels-other-side" if named.names.counsels and await _counsels_other_side(ground, named.person) else None


async def _counsels_other_side(ground: Ground, person: str) -> bool:
    return person in await counsellors_of_other_side(ground.work, ground.kernel.store, ground.cases, ground.case, ground.envelope.now)


def named_in(command: type[BaseModel], said: Said, place: str = "") -> Iterator[Named]:
    """Everybody whom the body names in a field that is marked so, also inside its parts, in the order of the fields."""
    for name, field in command.model_fields.items():
        value, here = said.get(name), f"{place}/{name}"
        if value is None:
            continue
        rows = [each for each in field.metadata if isinstance(each, Names) and _holds(each, said)]
        yield from (Named(person, names, at) for names in rows for person, at in _people(value, here))
        yield from _in_parts(bare(field_type(field)), value, here)


def _holds(names: Names, said: Said) -> bool:
    return names.when is None or said.get(names.when[0]) == names.when[1]


def _people(value: object, place: str) -> Iterable[tuple[str, str]]:
    """The ids of a field, each with its place."""
    if isinstance(value, list | tuple):
        return [(str(each), f"{place}/{number}") for number, each in enumerate(value)]
    return [(str(value), place)]


def _in_parts(kind: object, value: object, place: str) -> Iterator[Named]:
    if isinstance(value, list) and (part := part_of(kind)):
        for number, each in enumerate(value):
            yield from named_in(part, each, f"{place}/{number}")
    elif isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, BaseModel) and is_part(kind):
        yield from named_in(kind, value, place)
