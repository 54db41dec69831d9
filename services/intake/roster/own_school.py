"""What an operator sekolah may import: the own school's people, and nobody who is at home at another one (domain.md, Who is who)."""

from __future__ import annotations

from services.intake.roster.known import Known
from services.intake.roster.people import Roster
from services.intake.roster.reasons import SetAside
from services.intake.roster.report import LastImport
from shared.errors import Fault, Invalid


def only_of(schools: frozenset[str], roster: Roster, known: Known) -> Roster:
    """The roster without people who are known at other schools; their rows are set aside. Raises: Invalid: the bundle names another school."""
    others = [each.name for each in roster.schools if each.school not in schools]
    if others:
        raise Invalid(Fault("/orgs.csv", "not-your-school"), message="orgs.csv names a school that is not yours: export your own school alone")
    strangers = {person for person, each in known.people.items() if each.school not in schools}
    roster.set_aside += [SetAside("users.csv", each.row, "", "of-another-school", each.id) for each in roster.people if each.id in strangers]
    roster.people = [each for each in roster.people if each.id not in strangers]
    roster.gone = roster.gone - strangers
    return roster


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
