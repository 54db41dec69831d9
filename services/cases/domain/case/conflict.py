"""Conflicts and allegations. Accused, or family of accused or victim: suspended at once, a substitute assigned, ruled on by somebody unconflicted
within one school day, with a receipt. Outcomes of an allegation; deliberately false needs two people (domain.md, Conflicts).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity, Expected, PersonInConflict
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import OneSchoolDayLater
from services.cases.domain.steps.named import GOES_ON, NamedBefore, Names
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.tells import Notice, Tells, counted
from shared.errors import Refused
from shared.sealed import CaseText

Outcome = Literal["substantiated", "not-proven", "unfounded", "deliberately-false"]

CLEARING = frozenset({"not-proven", "unfounded", "deliberately-false"})
"""Outcomes that take the label off the accused (domain.md, Conflicts)."""


class DeclareConflict(Command, called="declare-conflict", permission="in-hand"):
    """person: who may not be near this case. rule_by: one school day later. substitute: who goes on meanwhile."""

    person: Annotated[str, Names("staff", fit=False)]
    ground: Literal["accused", "family-of-accused", "family-of-victim", "witness", "other"]
    substitute: Annotated[str | None, GOES_ON]
    rule_by: OneSchoolDayLater


class ConflictDeclared(ActEvent):
    type: Literal["conflict-declared"] = "conflict-declared"
    version: Literal[1] = 1
    person: str
    ground: Literal["accused", "family-of-accused", "family-of-victim", "witness", "other"]
    substitute: str | None
    rule_by: datetime


class RuleConflict(Command, called="rule-conflict", permission="ruling"):
    """By a coordinator or officer who is not in conflict. conflicted: it is one; else the person may work again."""

    person: Annotated[str, NamedBefore("somebody about whom a ruling waits")]
    conflicted: bool
    reason: CaseText


class ConflictRuled(ActEvent):
    type: Literal["conflict-ruled"] = "conflict-ruled"
    version: Literal[1] = 1
    person: str
    conflicted: bool
    reason: CaseText


class JudgeAllegation(Command, called="judge-allegation", permission="ruling"):
    """accused: person or student. A finding that it was deliberately false counts only when a second person confirms it."""

    accused: Annotated[str, NamedBefore("somebody accused in this case")]
    outcome: Outcome
    reason: CaseText


class AllegationJudged(ActEvent):
    type: Literal["allegation-judged"] = "allegation-judged"
    version: Literal[1] = 1
    accused: str
    outcome: Outcome
    reason: CaseText


class ConfirmAllegation(Command, called="confirm-allegation", permission="ruling"):
    """By another person than who judged."""

    accused: Annotated[str, NamedBefore("somebody about whom a finding waits")]


class AllegationConfirmed(ActEvent):
    type: Literal["allegation-confirmed"] = "allegation-confirmed"
    version: Literal[1] = 1
    accused: str


@dataclass(frozen=True, slots=True)
class Conflicts:
    """declared: person to the declaration that still waits for its ruling. upheld: ruled to be in conflict. cleared: ruled not to be.
    judged: accused to (outcome, by, counts).
    """

    declared: Mapping[str, ConflictDeclared] | None = None
    upheld: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    judged: Mapping[str, tuple[Outcome, str, bool]] | None = None

    @property
    def suspended(self) -> frozenset[str]:
        return frozenset(self.declared or ()) | self.upheld

    @property
    def freed(self) -> frozenset[str]:
        """Who may be near the case again: by a ruling, or because the allegation was found not to hold."""
        return self.cleared | {accused for accused in self.judged or {} if self.outcome(accused) in CLEARING}

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


class SamePerson(Refused):
    code = "same-person"
    indonesian = "Langkah ini memerlukan orang kedua."
    english = "This step needs a second person."


class NotAccused(Refused):
    code = "not-accused"
    indonesian = "Orang ini tidak dilaporkan sebagai terlapor."
    english = "This person is not reported as accused."


class NothingToConfirm(Refused):
    code = "nothing-to-confirm"
    indonesian = "Tidak ada penilaian yang menunggu konfirmasi."
    english = "No finding waits for confirmation."


def _is_suspended(command: DeclareConflict, conflicts: Conflicts) -> bool:
    return command.person in conflicts.suspended


def _declare(command: DeclareConflict, conflicts: Conflicts, about: About) -> None:
    if _is_suspended(command, conflicts) or command.substitute is None:
        return
    if command.substitute in about.named or command.substitute == command.person:
        raise PersonInConflict


def _rule(command: RuleConflict, conflicts: Conflicts, _: About) -> None:
    if command.person not in (conflicts.declared or {}):
        raise NotInConflict
    if command.by == command.person:
        raise PersonInConflict


def _judge(command: JudgeAllegation, _: Conflicts, about: About) -> None:
    if command.accused not in about.named | about.accused | about.implicated:
        raise NotAccused


def _confirm(command: ConfirmAllegation, conflicts: Conflicts, _: About) -> None:
    found = (conflicts.judged or {}).get(command.accused)
    if found is None or found[2]:
        raise NothingToConfirm
    if found[1] == command.by:
        raise SamePerson


def _substitute(event: ConflictDeclared, _: Activity | None) -> Iterable[str]:
    return (event.substitute,) if event.substitute is not None else ()


def _declared(conflicts: Conflicts, _: Around) -> list[Known]:
    return [Known({"person": each}) for each in conflicts.declared or ()]


def _accused(_: Conflicts, around: Around) -> list[Known]:
    about = around.about
    return [Known({"accused": each}) for each in sorted(about.named | about.accused | about.implicated)]


def _found(conflicts: Conflicts, _: Around) -> list[Known]:
    return [Known({"accused": each}) for each in conflicts.judged or ()]


CONFLICT: Acts[Conflicts] = Acts(
    act(DeclareConflict, ConflictDeclared, _declare, done=_is_suspended, tells=Tells(Notice("assigned", _substitute))),
    act(RuleConflict, ConflictRuled, _rule, offer=offered("conflict-ruling", _declared)),
    act(JudgeAllegation, AllegationJudged, _judge, tells=counted("outcome"), offer=offered(known=_accused)),
    act(ConfirmAllegation, AllegationConfirmed, _confirm, offer=offered(known=_found)),
    awaits=("conflict-ruling",),
)


def evolve(conflicts: Conflicts, event: ActEvent) -> Conflicts:
    match event:
        case ConflictDeclared():
            return replace(conflicts, declared={**(conflicts.declared or {}), event.person: event}, cleared=conflicts.cleared - {event.person})
        case ConflictRuled():
            declared = {person: each for person, each in (conflicts.declared or {}).items() if person != event.person}
            if event.conflicted:
                return replace(conflicts, declared=declared, upheld=conflicts.upheld | {event.person})
            return replace(conflicts, declared=declared, cleared=conflicts.cleared | {event.person})
        case AllegationJudged():
            counts = event.outcome != "deliberately-false"
            return replace(conflicts, judged={**(conflicts.judged or {}), event.accused: (event.outcome, event.by, counts)})
        case AllegationConfirmed(accused=accused) if accused in (conflicts.judged or {}):
            outcome, by, _ = (conflicts.judged or {})[accused]
            return replace(conflicts, judged={**(conflicts.judged or {}), accused: (outcome, by, True)})
        case _:
            return conflicts


def expected(conflicts: Conflicts) -> list[Expected]:
    """Every declared conflict is ruled on within one school day."""
    return [Expected(f"conflict/{person}", "conflict-ruling", each.rule_by, None) for person, each in (conflicts.declared or {}).items()]
