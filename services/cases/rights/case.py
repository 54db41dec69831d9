"""What somebody may read and do of a case, decided at the moment of asking from the reviewed file (domain.md, Who is who; ADR 31)."""

from __future__ import annotations

from datetime import datetime

from services.cases.domain.case.people import people_of
from services.cases.domain.case.state import Case
from shared.access import CommandRow, Principal
from shared.errors import NotAllowed, NotFound
from shared.rights.matrix import Level, RelationRow, matrix
from shared.rights.relations import Standing, school_of, standing

NOT_YOURS = "no case of yours has this id"
"""One answer for what is not there and for what is not theirs: whoever is named learns it from a person, not from a status."""


def standing_of(principal: Principal, case: Case, now: datetime) -> Standing:
    """How the principal stands to the case now."""
    return standing(matrix(), principal, people_of(case), now)


def rights(principal: Principal, case: Case, now: datetime) -> Level:
    """What the principal may read of this case. Raises: NotFound: nothing, and not even whether it exists."""
    return _known(principal, case, now).sees


def _known(principal: Principal, case: Case, now: datetime) -> Standing:
    """Raises: NotFound: the case is not there, or nothing for this principal."""
    found = standing_of(principal, case, now) if case.case else None
    if found is None or found.sees == "nothing":
        raise NotFound(NOT_YOURS)
    return found


def require_right(principal: Principal, case: Case, row: CommandRow, step_of: str | None, now: datetime) -> None:
    """Whether the principal may give a command of this row of the permission file at all.

    step_of: the activity whose step it is. now: when it is given, whenever it happened. Raises: NotFound, NotAllowed.
    """
    known = _known(principal, case, now)
    gives = any(each.gives(row.name) and _has_role(principal, case, row, each) for each in known.rows)
    if not gives and not _goes_on(principal, case, row, step_of):
        raise NotAllowed


def _has_role(principal: Principal, case: Case, row: CommandRow, relation: RelationRow) -> bool:
    """One of the command's roles holds at the school of the relation."""
    place = school_of(relation, people_of(case))
    return place is not None and principal.works_at(place, *row.roles)


def _goes_on(principal: Principal, case: Case, row: CommandRow, step_of: str | None) -> bool:
    """A step of an activity that is the principal's own, also where the case is a colleague's: it was handed over to them."""
    activity = case.activities.get(step_of or "")
    places = {case.school, case.elsewhere or case.school}
    return activity is not None and activity.owner == principal.id and any(principal.works_at(place, *row.roles) for place in places)


def require_content(principal: Principal, case: Case, now: datetime) -> None:
    """Whether the principal works on this case. Raises: NotFound, NotAllowed."""
    if rights(principal, case, now) != "content":
        raise NotAllowed


def is_there(principal: Principal, case: Case) -> bool:
    """Whether the principal takes in hand what the student's school of today was alerted to: its staff, and the district's."""
    return case.elsewhere is None or principal.works_at(case.elsewhere)
