"""Deciding about conflicts of interest, and who goes on with the work of whoever is suspended from that moment (domain page, "People come and go").

Nobody can lock others out of a case: an own conflict suspends at once; what is claimed of somebody else waits for a ruling, unless a rule says that
they are accused or family, and then never the last who may work or rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.domain.case.conflict import (
    ConflictClaimed,
    ConflictDeclared,
    ConflictRuled,
    ConflictRulingAsked,
    DeclareConflict,
    ManyClaims,
    NotInConflict,
    RuleConflict,
    RulesOwnClaim,
    WorkLeftBehind,
)
from services.cases.domain.case.handing_over import CaseHandedOver
from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import PersonInConflict
from services.cases.domain.steps.command import recorded
from services.cases.domain.steps.endings import ActivityHandedOver
from services.cases.domain.successor import LADDER, WORKS, successor
from shared.message import Event

MANY = 3
"""From the third conflict on that one person claims of others within a month at one school, coordinator and district are told."""

WORKERS = (WORKS, "coordinator", "district-duty")
RULERS = (*LADDER, "supervisor")


def declare(command: DeclareConflict, case: Case) -> Sequence[Event]:
    """Quiet where a ruling waits already, or was that they are in conflict. Raises: PersonInConflict: the substitute is in conflict, too."""
    if command.substitute in case.named | {command.person}:
        raise PersonInConflict
    if command.person in case.conflicts.waiting or command.person in case.conflicts.upheld:
        return []
    return _own(command, case) if command.by == command.person else claim(command, case)


def rule(command: RuleConflict, case: Case) -> Sequence[Event]:
    """Raises: NotInConflict, PersonInConflict, RulesOwnClaim."""
    asked = case.conflicts.waiting.get(command.person)
    if asked is None:
        raise NotInConflict
    if command.by == command.person:
        raise PersonInConflict
    if command.by == asked.by:
        raise RulesOwnClaim
    ruled = recorded(ConflictRuled, command)
    begins = command.conflicted and command.person not in case.conflicts.suspended
    return [ruled, *_given_up(command, case, asked.substitute)] if begins else [ruled]


def still_left(case: Case) -> frozenset[str]:
    """Whose work waits for somebody: the case has no owner, or an activity of theirs is still under way that others may go on with."""
    left = case.conflicts.left or {}
    return frozenset(person for person in left if case.owner is None or _activities_of(person, case))


# what somebody says ------------------------------------------------------------------------------------------------


def _own(command: DeclareConflict, case: Case) -> list[Event]:
    return [recorded(ConflictDeclared, command), _ruling_asked(command, case), *_given_up(command, case, command.substitute)]


def claim(command: DeclareConflict, case: Case) -> list[Event]:
    """What somebody says of another person, or the roster of anybody."""
    suspends = _suspends(command, case)
    claimed = recorded(ConflictClaimed, command, suspends=suspends)
    already_out = command.person in case.named
    substitute = command.substitute if command.substitute != command.by else None  # nobody takes a case by claiming a conflict
    given_up = _given_up(command, case, substitute) if suspends and not already_out else []
    return [claimed, _ruling_asked(command, case), *_alarm(command), *given_up]


def _suspends(command: DeclareConflict, case: Case) -> bool:
    """By a strand, or by the roster where others stay who may work and who may rule."""
    if command.person in case.named:
        return True
    return command.person in command.family and all(_others(command, case, *roles) for roles in (WORKERS, RULERS))


def _others(command: DeclareConflict, case: Case, *roles: str) -> bool:
    return bool(set(command.staff.present(*roles)) - case.named - {command.person})


def _ruling_asked(command: DeclareConflict, case: Case) -> ConflictRulingAsked:
    """The nearest leader who is neither named, nor the person, nor the one who says so."""
    excluded = case.named | {command.person, command.by}
    ruler = next((each for each in command.staff.present(*RULERS) if each not in excluded), None)
    return ConflictRulingAsked(act=command.act, by=command.by, at=command.at, person=command.person, ruler=ruler)


def _alarm(command: DeclareConflict) -> list[Event]:
    if command.claims + 1 < MANY:
        return []
    told = tuple(each for each in command.staff.present("coordinator", "district-duty", "district-officer") if each != command.by)
    return [ManyClaims(act=command.act, by=command.by, at=command.at, told=told)]


# whose work it was -------------------------------------------------------------------------------------------------


def _given_up(command: DeclareConflict | RuleConflict, case: Case, substitute: str | None) -> list[Event]:
    """The substitute has the case and the activities from this moment. Without one, somebody is told to give them away.

    Counselling and conferences stay with whom they are: others go on with them only by a hand-over by name.
    """
    person = command.person
    owned, activities = case.owner == person or (case.owner is None and command.by == person), _activities_of(person, case)
    if not owned and not activities:
        return []
    if substitute is None or substitute in case.named:
        return [_left_behind(command, case)]
    taken = {"act": command.act, "by": command.by, "at": command.at, "to": substitute}
    handed = [CaseHandedOver(reason="conflict", **taken)] if owned else []
    return [*handed, *(ActivityHandedOver(activity=each, **taken) for each in activities)]


def _left_behind(command: DeclareConflict | RuleConflict, case: Case) -> WorkLeftBehind:
    excluded = case.named | {command.person}
    instead = successor(command.person, command.staff, excluded=excluded, deputies=case.handling.deputies_at(command.at))
    return WorkLeftBehind(act=command.act, by=command.by, at=command.at, left_by=command.person, instead=instead, by_when=command.rule_by)


def _activities_of(person: str, case: Case) -> list[str]:
    """Those that are under way, and that whoever reads the case reads as well."""
    return [each.activity for each in case.activities.values() if each.owner == person and not each.ended and each.audience.holders]
