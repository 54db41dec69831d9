"""How people stand to a case, out of what has happened in it; and telling the other services when that changes (ADR 31)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from operator import attrgetter

from services.cases.domain.case.opening import whose
from services.cases.domain.case.state import Case
from shared.events import CasePeopleChanged, Deputy
from shared.rights.people import CasePeople

SILENT = frozenset({"version", "acts", "activities", "notes", "member_notes", "alerts", "ledger", "climb", "decisions", "deadlines", "brought_in"})
"""Fields of a case that say nothing about its people. Of its deadlines only this matters: whether one is late."""

_speaking: Callable[[Case], tuple[object, ...]] = attrgetter(
    "handling.deputies", "handling.officers", *(each.name for each in fields(Case) if each.name not in SILENT | {"handling"})
)
"""Every other field, a new one too; of the handling, who stands in and who took over."""


def people_of(case: Case) -> CasePeople:
    """The case's people now. A case that was given to nobody is for every counsellor of its school; whoever gave it away has it no longer."""
    return replace(_without_the_asked(case), asked=frozenset(person for activity in case.activities.values() for person in activity.audience.people))


def _without_the_asked(case: Case) -> CasePeople:
    return CasePeople(
        school=case.school,
        desk=case.desk,
        has=frozenset(each for each in (case.assignee, case.in_hand) if each) if case.owner else frozenset(),
        given=case.owner is not None and case.assignee is not None,
        deputies=case.handling.deputies,
        officers=case.handling.officers,
        named=case.named - case.suspended,
        suspended=case.suspended,
        elsewhere=case.elsewhere,
        receiving=case.moves.asked.to if case.moves.asked else None,
        escalated=_is_escalated(case),
    )


def _is_escalated(case: Case) -> bool:
    """It came up to the officers: an emergency, a late step, the district's desk, a conflict to rule on, or one that names every duty officer."""
    return case.urgency == "emergency" or case.desk == "district" or _is_late(case) or bool(case.conflicts.waiting or case.conflicts.district)


_step = attrgetter("step")


def _is_late(case: Case) -> bool:
    return any(map(_step, case.deadlines.values()))


def changed(before: Case, after: Case) -> list[CasePeopleChanged]:
    """Who may know of the case from now on, where that is not who might before. What an activity asks of whom stays here."""
    if _is_late(before) == _is_late(after) and (after.like(before) or _speaking(before) == _speaking(after)):
        return []
    told = what_is_told(after)
    return [_told(after, told[1])] if what_is_told(before) != told else []


def what_is_told(case: Case) -> tuple[object, CasePeople]:
    """Compared after every command, so no event is made of it."""
    return whose(case), _without_the_asked(case)


def _told(case: Case, people: CasePeople) -> CasePeopleChanged:
    return CasePeopleChanged(
        **whose(case),
        desk=people.desk,
        has=tuple(sorted(people.has)),
        given=people.given,
        deputies=tuple(Deputy(person=person, until=until) for person, until in people.deputies),
        officers=tuple(sorted(people.officers)),
        named=tuple(sorted(people.named)),
        suspended=tuple(sorted(people.suspended)),
        elsewhere=people.elsewhere,
        receiving=people.receiving,
        escalated=people.escalated,
    )
