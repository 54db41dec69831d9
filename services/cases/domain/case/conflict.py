"""Conflicts of interest: what is declared, claimed and ruled, and what a case knows of it (domain.md, Conflicts; domain page, "People come and go").

An own conflict suspends at once. Somebody else's is a claim: a leader who is not in conflict is told at once and rules. What follows for the work of
whoever is suspended is decided in `suspending.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

from services.cases.domain.case.allegation import (
    CLEARING,
    AllegationConfirmed,
    AllegationJudged,
    ConfirmAllegation,
    JudgeAllegation,
    NotAccused,
    NothingToConfirm,
    Outcome,
    SamePerson,
)
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity, Expected
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled, OneSchoolDayLater
from services.cases.domain.steps.named import GOES_ON, NamedBefore, Names
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.second import Second
from services.cases.domain.steps.tells import Notice, Tells, counted
from services.cases.domain.successor import NOBODY, Staff
from shared.errors import Refused
from shared.sealed import CaseText
from shared.two_people import Proposal

V = TypeVar("V")

Ground = Literal["accused", "family-of-accused", "family-of-victim", "witness", "other"]

BY_THE_ROSTER = "service:cases"
"""Who claims it where the roster does, and no person."""

StaffNow = Annotated[Staff, Filled("staff")]
"""The people of the school and the district now, with who is away."""


# commands ----------------------------------------------------------------------------------------------------------


class DeclareConflict(Command, called="declare-conflict", permission="in-hand"):
    """person: who may not be near this case; oneself, or a colleague of whom it is claimed. substitute: who goes on with their work at once.

    rule_by: one school day later. family: people whom the roster has as family of a student in these incidents. claims: how many conflicts of
    others the giver has claimed at this school lately.
    """

    person: Annotated[str, Names("staff", fit=False)]
    ground: Ground
    substitute: Annotated[str | None, GOES_ON] = None
    rule_by: OneSchoolDayLater
    staff: StaffNow = NOBODY
    family: Annotated[frozenset[str], Filled("family")] = frozenset()
    claims: Annotated[int, Filled("claims")] = 0


class RuleConflict(Command, called="rule-conflict", permission="ruling"):
    """By a leader who is not in conflict. conflicted: it is one; else the person may work again."""

    person: Annotated[str, NamedBefore("somebody about whom a ruling waits")]
    conflicted: bool
    reason: CaseText
    rule_by: OneSchoolDayLater
    staff: StaffNow = NOBODY


# events ------------------------------------------------------------------------------------------------------------


class ConflictDeclared(ActEvent):
    """Somebody's own conflict, which suspends at once; before claims were told apart, also that of somebody else."""

    type: Literal["conflict-declared"] = "conflict-declared"
    version: Literal[1] = 1
    person: str
    ground: Ground
    substitute: str | None
    rule_by: datetime


class ConflictClaimed(ActEvent):
    """What somebody says of another person. suspends: a rule says so before anybody has ruled: accused or family, by the roster or a strand."""

    type: Literal["conflict-claimed"] = "conflict-claimed"
    version: Literal[1] = 1
    person: str
    ground: Ground
    substitute: str | None
    rule_by: datetime
    suspends: bool


class ConflictRulingAsked(ActEvent):
    """ruler: who is told at once and rules; None where nobody is there who could, so that it climbs the ladder."""

    type: Literal["conflict-ruling-asked"] = "conflict-ruling-asked"
    version: Literal[1] = 1
    person: str
    ruler: str | None


class ManyClaims(ActEvent):
    """One person claims the conflicts of many colleagues. told: coordinators and the district."""

    type: Literal["many-claims"] = "many-claims"
    version: Literal[1] = 1
    told: tuple[str, ...]


class LeftToDistrict(ActEvent):
    """Its concerns name every duty officer. people: who of the district is not kept away by that, so that somebody always hears of it."""

    type: Literal["left-to-district"] = "left-to-district"
    version: Literal[1] = 1
    people: tuple[str, ...]


class ConflictRuled(ActEvent):
    type: Literal["conflict-ruled"] = "conflict-ruled"
    version: Literal[1] = 1
    person: str
    conflicted: bool
    reason: CaseText


class WorkLeftBehind(ActEvent):
    """Nobody was named to go on with what somebody had. instead: who is told and gives it to somebody. by_when: until then."""

    type: Literal["work-left-behind"] = "work-left-behind"
    version: Literal[1] = 1
    left_by: str
    instead: str | None
    by_when: datetime


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conflicts:
    """declared: person to the own declaration that waits for its ruling. claimed: the same for what others claim. rulers: who rules on each.
    upheld: ruled to be in conflict. cleared: ruled not to be. judged: accused to (outcome, by, counts). left: whose work waits for somebody.
    district: to whom of the district the case is left, whatever concerns say of them.
    family: of whom that alone was said.
    """

    declared: Mapping[str, ConflictDeclared] | None = None
    upheld: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    judged: Mapping[str, tuple[Outcome, str, bool]] | None = None
    claimed: Mapping[str, ConflictClaimed] | None = None
    rulers: Mapping[str, str | None] | None = None
    left: Mapping[str, WorkLeftBehind] | None = None
    district: frozenset[str] = frozenset()
    family: frozenset[str] = frozenset()

    @property
    def waiting(self) -> Mapping[str, ConflictDeclared | ConflictClaimed]:
        """Everybody about whom a ruling waits."""
        return {**(self.declared or {}), **(self.claimed or {})}

    @cached_property
    def suspended(self) -> frozenset[str]:
        by_rule = (person for person, claim in (self.claimed or {}).items() if claim.suspends)
        return frozenset(self.declared or ()) | self.upheld | frozenset(by_rule)

    @cached_property
    def freed(self) -> frozenset[str]:
        """Who may be near the case: by a ruling, because the allegation was found not to hold, or as nobody else of the district is left."""
        return self.cleared | self.district | {accused for accused in self.judged or {} if self.outcome(accused) in CLEARING}

    def outcome(self, accused: str) -> Outcome | None:
        """What counts about an allegation."""
        found = (self.judged or {}).get(accused)
        return found[0] if found and found[2] else None

    def named_again(self, people: Collection[str]) -> Conflicts:
        """A new concern about these people: what cleared them was said of the older ones, so they are ruled on and judged anew."""
        if not (self.cleared or self.judged):
            return self
        judged = {accused: found for accused, found in (self.judged or {}).items() if accused not in people or found[0] not in CLEARING}
        return replace(self, cleared=self.cleared - frozenset(people), judged=judged)


NONE = Conflicts()


class NotInConflict(Refused):
    code = "not-in-conflict"
    indonesian = "Tidak ada konflik kepentingan yang menunggu putusan untuk orang ini."
    english = "No conflict of this person waits for a ruling."


class RulesOwnClaim(Refused):
    code = "rules-own-claim"
    indonesian = "Siapa yang menyampaikan dugaan konflik kepentingan tidak memutusnya sendiri."
    english = "Whoever claims a conflict does not rule on it."


# the table ---------------------------------------------------------------------------------------------------------


def _judge(command: JudgeAllegation, _: Conflicts, about: About) -> None:
    if command.accused not in about.named | about.accused | about.implicated:
        raise NotAccused


def _confirm(command: ConfirmAllegation, conflicts: Conflicts, _: About) -> None:
    found = (conflicts.judged or {}).get(command.accused)
    if found is None or found[2]:
        raise NothingToConfirm


def _finding(command: ConfirmAllegation, conflicts: Conflicts) -> Proposal | None:
    found = (conflicts.judged or {}).get(command.accused)
    return Proposal(command.accused, found[1]) if found else None


def _ruler(event: ConflictRulingAsked, _: Activity | None) -> Iterable[str]:
    return (event.ruler,) if event.ruler is not None else ()


def _alarmed(event: ManyClaims, _: Activity | None) -> Iterable[str]:
    return event.told


def _instead(event: WorkLeftBehind, _: Activity | None) -> Iterable[str]:
    return (event.instead,) if event.instead is not None else ()


def _waiting(conflicts: Conflicts, _: Around) -> list[Known]:
    return [Known({"person": each}) for each in conflicts.waiting]


def _accused(_: Conflicts, around: Around) -> list[Known]:
    about = around.about
    return [Known({"accused": each}) for each in sorted(about.named | about.accused | about.implicated)]


def _found(conflicts: Conflicts, _: Around) -> list[Known]:
    return [Known({"accused": each}) for each in conflicts.judged or ()]


FOLLOWING: Mapping[type[ActEvent], Tells[Any]] = {
    ConflictClaimed: counted("ground"),
    LeftToDistrict: counted(),
    ConflictRulingAsked: Tells(Notice("conflict-ruling", _ruler)),
    ManyClaims: Tells(Notice("many-claims", _alarmed)),
    WorkLeftBehind: Tells(Notice("without-owner", _instead)),
}
"""Events that declaring and ruling add, with what they tell."""

CONFLICT: Acts[Conflicts] = Acts(
    act(DeclareConflict, ConflictDeclared),
    act(RuleConflict, ConflictRuled, offer=offered("conflict-ruling", _waiting)),
    act(JudgeAllegation, AllegationJudged, _judge, tells=counted("outcome"), offer=offered(known=_accused)),
    act(ConfirmAllegation, AllegationConfirmed, _confirm, offer=offered(known=_found), confirms=Second(_finding, SamePerson)),
    awaits=("conflict-ruling", "without-owner"),
    following=FOLLOWING,
)


# folding -----------------------------------------------------------------------------------------------------------


def evolve(conflicts: Conflicts, event: ActEvent) -> Conflicts:
    match event:
        case ConflictDeclared():
            conflicts = replace(conflicts, family=_family(conflicts, event))
            return replace(conflicts, declared=_with(conflicts.declared, event.person, event), cleared=conflicts.cleared - {event.person})
        case ConflictClaimed():
            conflicts = replace(conflicts, family=_family(conflicts, event))
            cleared = conflicts.cleared - {event.person} if event.suspends else conflicts.cleared
            return replace(conflicts, claimed=_with(conflicts.claimed, event.person, event), cleared=cleared)
        case ConflictRulingAsked():
            return replace(conflicts, rulers=_with(conflicts.rulers, event.person, event.ruler))
        case WorkLeftBehind():
            return replace(conflicts, left=_with(conflicts.left, event.left_by, event))
        case ConflictRuled():
            return _ruled(conflicts, event)
        case LeftToDistrict():
            return replace(conflicts, district=conflicts.district | frozenset(event.people))
        case _:
            return _judged(conflicts, event)


def _family(conflicts: Conflicts, event: ConflictDeclared | ConflictClaimed) -> frozenset[str]:
    """A parent on the staff may not work the case, and is turned to as any parent; not where anything else was said of them, too."""
    is_family = event.ground in ("family-of-accused", "family-of-victim") or event.by == BY_THE_ROSTER
    if is_family and event.person not in conflicts.suspended | conflicts.waiting.keys():
        return conflicts.family | {event.person}
    return conflicts.family if is_family else conflicts.family - {event.person}


def _with(known: Mapping[str, V] | None, person: str, value: V) -> Mapping[str, V]:
    return {**(known or {}), person: value}


def _without(known: Mapping[str, V] | None, person: str) -> Mapping[str, V]:
    return {each: value for each, value in (known or {}).items() if each != person}


def _ruled(conflicts: Conflicts, event: ConflictRuled) -> Conflicts:
    declared, claimed = _without(conflicts.declared, event.person), _without(conflicts.claimed, event.person)
    ruled = replace(conflicts, declared=declared, claimed=claimed)
    if event.conflicted:
        return replace(ruled, upheld=conflicts.upheld | {event.person}, cleared=conflicts.cleared - {event.person})
    return replace(ruled, cleared=conflicts.cleared | {event.person})


def _judged(conflicts: Conflicts, event: ActEvent) -> Conflicts:
    match event:
        case AllegationJudged():
            counts = event.outcome != "deliberately-false"
            return replace(conflicts, judged=_with(conflicts.judged, event.accused, (event.outcome, event.by, counts)))
        case AllegationConfirmed(accused=accused) if accused in (conflicts.judged or {}):
            outcome, by, _ = (conflicts.judged or {})[accused]
            return replace(conflicts, judged=_with(conflicts.judged, accused, (outcome, by, True)))
        case _:
            return conflicts


def expected(conflicts: Conflicts, still_left: Collection[str]) -> list[Expected]:
    """Every conflict is ruled on within one school day, and what somebody left gets an owner. still_left: those whose work has none yet."""
    rulers, left = conflicts.rulers or {}, conflicts.left or {}
    return [
        *(Expected(f"conflict/{person}", "conflict-ruling", each.rule_by, rulers.get(person)) for person, each in conflicts.waiting.items()),
        *(Expected(f"left/{each.act}", "without-owner", each.by_when, each.instead) for person, each in left.items() if person in still_left),
    ]
