"""What an operator sekolah may import: the own school's people, and nobody who is at home at another one (domain.md, Who is who)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.intake.domain.asked_roles import Wish
from services.intake.roster.known import Known
from services.intake.roster.people import Roster
from services.intake.roster.person import Person
from services.intake.roster.reasons import SetAside
from services.intake.roster.report import LastImport
from shared.errors import Fault, Invalid
from shared.events import SchoolRegistered, StaffRole

GUARDED: frozenset[StaffRole] = frozenset({"counsellor", "coordinator", "principal", "vice-principal", "school-operator"})
"""Roles that open cases, rule over others or hand out accounts. Nobody gives them by an import of the own school, least of all to themselves."""


def own_schools(schools: frozenset[str], told: Sequence[SchoolRegistered], known: Known) -> list[SchoolRegistered]:
    """The operator's schools as they are known. Raises: Invalid: the bundle names another school."""
    if any(each.school not in schools or each.level == "district" for each in told):
        raise Invalid(Fault("/orgs.csv", "not-your-school"), message="orgs.csv names a school that is not yours: export your own school alone")
    return [_as_known(each, known) for each in told]


def only_of(schools: frozenset[str], roster: Roster, known: Known) -> None:
    """Makes of a roster what an operator may import: without people who are at other schools, and without new roles that open cases.

    What is not taken is set aside; roles that the district is to say yes or no to stand in `asked`.
    """
    strangers = {person for person, each in known.people.items() if each.school not in schools}
    strangers |= {each.id for each in roster.people if _is_elsewhere(each, schools, known)}
    roster.set_aside += [SetAside(each.file, each.row, "", "of-another-school", each.id) for each in roster.people if each.id in strangers]
    mine = [each for each in roster.people if each.id not in strangers]
    gained = {each.id: roles for each in mine if (roles := _gained(each, known))}
    roster.asked += [Wish(each.id, role, each.school) for each in mine if each.id in gained for role in sorted(gained[each.id])]
    roster.set_aside += [SetAside(each.file, each.row, "role", "role-for-the-district", each.id) for each in mine if each.id in gained]
    roster.people = [replace(each, roles=tuple(role for role in each.roles if role not in gained.get(each.id, ()))) for each in mine]
    roster.gone = roster.gone - strangers


def _is_elsewhere(person: Person, schools: frozenset[str], known: Known) -> bool:
    """Whether the bundle puts somebody, known or new, to work or to learn at a school that is not the operator's."""
    was = known.people.get(person.id)
    had = set(was.posts) if was else set()
    return person.school not in schools or any(post.school not in schools and post not in had for post in person.posts)


def _gained(person: Person, known: Known) -> frozenset[StaffRole]:
    was = known.people.get(person.id)
    given = {post.role for post in known.appointed.get(person.id, ()) if post.school == person.school}
    return GUARDED.intersection(person.roles) - frozenset(was.roles if was else ()) - given


def _as_known(school: SchoolRegistered, known: Known) -> SchoolRegistered:
    """A school's cluster says whose counsellors serve it: the district alone changes it."""
    was = known.schools.get(school.school)
    return school.model_copy(update={"cluster": was.cluster if was else None})


def report_of(schools: frozenset[str], told: LastImport) -> LastImport:
    """What the last import did at these schools. Rows do not say whose they are, so they are shown where it named no other school."""
    parts = [each for each in told.parts if each.school in schools]
    people = [each for each in parts if each.part != "classes"]
    alone = all(each.school in schools for each in told.parts)
    return told.model_copy(
        update={
            "parts": parts,
            "refused": [each for each in told.refused if each.school in schools],
            "quarantined": told.quarantined if alone else [],
            "accepted": [each for each in told.accepted if each.partition(":")[0] in schools],
            "applied": sum(each.added + each.changed + each.moved for each in people),
            "unchanged": sum(each.unchanged for each in people),
            "left": sum(each.left for each in people),
            "schools": len({each.school for each in parts}),
        }
    )
