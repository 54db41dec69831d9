"""What a case is at one moment: everything that deciding and rendering need; personal text stays sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, KeysView, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any, Literal, TypeVar

from services.cases.domain import official_reporting
from services.cases.domain.case import additions, conflict, families, guardians, handling, moves, own_words, protection
from services.cases.domain.case.additions import Additions, StrandContinued
from services.cases.domain.case.conflict import Conflicts, LeftToDistrict
from services.cases.domain.case.families import Families
from services.cases.domain.case.guardians import Home
from services.cases.domain.case.handling import Handling
from services.cases.domain.case.identity import Reveals
from services.cases.domain.case.kept_away import kept_away
from services.cases.domain.case.moves import Carried, Carrying, Moves, There
from services.cases.domain.case.own_words import Objections
from services.cases.domain.case.paper import CaseBroughtIn, on_paper
from services.cases.domain.case.protection import Protection
from services.cases.domain.case.stage import State, state_of
from services.cases.domain.case.strands import (
    AlertRecorded,
    NoteAdded,
    StrandAdded,
    UrgencyDecided,
)
from services.cases.domain.case.worked_out import WorkedOut, worked_out
from services.cases.domain.referring import disclosure
from services.cases.domain.referring.disclosure import Ledger
from services.cases.domain.referring.referral.state import NONE, Referrals
from services.cases.domain.steps import deadline, files
from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activities
from services.cases.domain.steps.files import Files
from services.cases.domain.steps.policy import most_urgent
from services.cases.domain.steps.triage import MATTER_OF
from services.cases.domain.strategies.group import MemberNoted
from shared.events import (
    Category,
    ConcernContinued,
    ConcernRaised,
    NamedPerson,
    OutcomeClass,
    Urgency,
)
from shared.message import Event

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who cannot go on with what they owe here. goes_to: who was told that it has no owner. had_case: the case was theirs."""

    why: str
    goes_to: str | None
    had_case: bool


@dataclass(frozen=True)  # without slots: what is asked for again and again is kept
class Case:
    """Everything that deciding and rendering need; personal text stays sealed. acknowledged: concerns that a person's act has taken in hand; one
    that joins later wants an act of its own. in_hand: who took it in hand since it was last given to somebody. alerted: the staff were alerted,
    and no act has ended that.
    brought_in: how it came in where it already ran on paper.
    there: who took it in hand last at the school where the student was, while the case was at another one. climb: minutes between the rungs of its
    deadlines.
    """

    case: str | None = None
    version: int = 0
    student: str | None = None
    school: str = ""
    closed: bool = False
    urgency: Urgency = "low"
    acknowledged_by: str | None = None
    acknowledged: frozenset[str] = frozenset()
    assignee: str | None = None
    in_hand: str | None = None
    alerted: bool = False
    there: There | None = None
    strands: tuple[StrandAdded, ...] = ()
    decisions: tuple[UrgencyDecided, ...] = ()
    notes: tuple[NoteAdded, ...] = ()
    alerts: tuple[AlertRecorded, ...] = ()
    check_safety: bool = False
    reopened_by: str | None = None
    outcome: OutcomeClass | None = None
    acts: frozenset[str] = frozenset()
    climb: tuple[int, ...] = ()
    activities: Activities = field(default_factory=dict)
    handling: Handling = handling.NONE
    conflicts: Conflicts = conflict.NONE
    protection: Protection = protection.NONE
    moves: Moves = moves.NONE
    referrals: Referrals = NONE
    home: Home = guardians.UNKNOWN
    families: Families = families.NONE
    objections: Objections = own_words.NONE
    ledger: Ledger = disclosure.NONE
    deadlines: deadline.Deadlines = field(default_factory=dict)
    member_notes: tuple[MemberNoted, ...] = ()
    additions: Additions = additions.NONE
    absent: Mapping[str, Absent] = field(default_factory=dict)
    reveals: Reveals = field(default_factory=dict)
    brought_in: CaseBroughtIn | None = None
    files: Files = files.NONE

    @property
    def state(self) -> State:
        return state_of(
            closed=self.closed,
            merged=self.moves.merged_into is not None,
            waiting=self.handling.waiting_until is not None,
            worked=bool(self.activities or self.referrals.by_id or self.member_notes or self.brought_in),
            stage=self.handling.stage,
        )

    @worked_out
    def about(self) -> About:
        accused_guardians = {each.person for told in self.told for each in told.people if each.person and each.relation == "guardian"}
        return About(
            case=self.case or "",
            student=self.student,
            school=self.school,
            handling=self.acknowledged_by is not None and not self.closed,
            version=self.version,
            urgency=self.urgency,
            categories=self.matters,
            named=self.named,
            accused=frozenset({self.student} if self.student and any(told.role == "accused" for told in self.told) else ()),
            sexual_violence=self.sexual_violence,
            safe_home=self.home.safe,
            implicated=self.home.unsafe | frozenset(accused_guardians),
            kept_from_home=self.kept_from_home,
            unsafe_home=self.home.all_unsafe,
            self_report=self.self_report,
            refused=families.refused(self.families),
        )

    @worked_out
    def named(self) -> frozenset[str]:
        """Everybody named in any strand, and who is suspended for conflict: never alerted, never a reader. A ruling or a finding clears, until
        another concern names them.
        """
        return kept_away({person.person for told in self.told for person in told.people if person.person}, self.conflicts, self.moves)

    @worked_out
    def kept_from_home(self) -> frozenset[str]:
        """Everybody who is kept away, but for whom nothing speaks against than being family."""
        said = {person.person for told in self.told for person in told.people if person.person}
        return self.named - (self.conflicts.family - (said - self.conflicts.freed))

    @worked_out
    def suspended(self) -> frozenset[str]:
        """For a conflict, here or in a case that was merged into this one."""
        taken = self.moves.taken.values()
        return self.conflicts.suspended.union(*(each.suspended for each in taken)) if taken else self.conflicts.suspended

    @worked_out
    def told(self) -> tuple[ConcernRaised | Carried | ConcernContinued, ...]:
        """What every concern says in codes: of its own strands, of those that came with a merged case, and of those that are only continued here."""
        known: tuple[ConcernRaised | Carried, ...] = (*(strand.concern for strand in self.strands), *self.moves.carried)
        concerns = {each.concern for each in known}
        return (*known, *(each.concern for each in self.additions.told if each.concern.concern not in concerns))

    def with_strand(self, strand: StrandAdded) -> Case:
        """One strand more: whom it names is named again, and where it says that nobody at home is safe, nobody is."""
        told = strand.concern
        named_again = self._named_again(told.people, accused=told.role == "accused", guardians_unsafe=told.guardians_unsafe)
        return named_again.changed(strands=(*self.strands, strand))

    def left_to(self, told: Sequence[LeftToDistrict]) -> Case:
        """The same where somebody of the district is not kept away."""
        return self.changed(conflicts=reduce(conflict.evolve, told, self.conflicts)) if told else self

    def continued(self, strand: StrandContinued) -> Case:
        """The same for what was added to a concern: what was decided without these words about whom it names is decided anew."""
        told = strand.concern
        acknowledged = self.acknowledged - {told.concern} if strand.alerted else self.acknowledged
        named_again = self._named_again(told.people, accused=told.role == "accused", guardians_unsafe=told.guardians_unsafe)
        return named_again.changed(additions=additions.with_told(self.additions, strand, closed=self.closed), acknowledged=acknowledged)

    def _named_again(self, people: Iterable[NamedPerson], *, accused: bool, guardians_unsafe: bool) -> Case:
        home = replace(self.home, all_unsafe=True, safe=frozenset()) if guardians_unsafe else self.home
        named = {each.person for each in people if each.person} | ({self.student} if self.student and accused else set())
        return self.changed(home=home, conflicts=self.conflicts.named_again(named))

    @worked_out
    def categories(self) -> tuple[Category, ...]:
        """Of all its concerns, each once."""
        return tuple(dict.fromkeys(category for told in self.told for category in told.categories))

    @worked_out
    def matters(self) -> tuple[Category, ...]:
        """The same, and what the dangers are about that were told of, whatever category their reporter chose."""
        dangers = (MATTER_OF[fact] for told in self._told_lately for fact, answer in told.facts.items() if answer and fact in MATTER_OF)
        return tuple(dict.fromkeys((*self.categories, *dangers)))

    @property
    def _told_lately(self) -> tuple[ConcernRaised | Carried | ConcernContinued, ...]:
        """What every concern says, and everything that was added."""
        return (*self.told, *(each.concern for each in self.additions.told))

    @worked_out
    def concerns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(told.concern for told in self.told))

    @property
    def unread_concerns(self) -> tuple[str, ...]:
        """Concerns whose words nobody has opened and which nobody has taken in hand."""
        return tuple(concern for concern in self.concerns if concern not in self.additions.read | self.acknowledged)

    @property
    def self_report(self) -> bool:
        """The student asked for help themselves, in every strand."""
        return bool(self.told) and all(told.reporter_kind == "student" for told in self.told)

    @property
    def sexual_violence(self) -> bool:
        """By category or by a danger told of, be it later; its rules are refusals of the strategies."""
        return self.sexual_violence_since is not None

    @worked_out
    def sexual_violence_since(self) -> datetime | None:
        """When it was first told of, by category or by a danger; None where it never was."""
        return min((at for at, _ in self._sexual_violence), default=None)

    @property
    def report_since(self) -> datetime | None:
        """Since when the law requires an official report: when sexual violence was told of that no leader's waiver covers."""
        if self.brought_in and self.brought_in.reported:
            return None
        return min((at for at, told in self._sexual_violence if _telling(told) not in self.protection.waived), default=None)

    @property
    def tellings(self) -> tuple[str, ...]:
        """Every concern and addition that told of sexual violence, in codes."""
        return tuple(dict.fromkeys(_telling(told) for _, told in self._sexual_violence))

    @property
    def owes_report(self) -> bool:
        """That report was not filed yet."""
        return bool(official_reporting.due(self.activities, self.report_since, None))

    @worked_out
    def hurt_since(self) -> datetime | None:
        """The same where the student is the affected one; not of what ran on paper before."""
        return min((at for at, told in self._sexual_violence if told.role == "affected" and not on_paper(told.concern)), default=None)

    @worked_out
    def _sexual_violence(self) -> tuple[tuple[datetime, ConcernRaised | Carried | ConcernContinued], ...]:
        """Every time that it was told of, with what was told."""
        told: list[tuple[datetime, ConcernRaised | Carried | ConcernContinued]] = [
            *((each.at, each.concern) for each in self.strands),
            *((each.at, each) for each in self.moves.carried),
            *((each.at, each.concern) for each in self.additions.told),
        ]
        return tuple((at, each) for at, each in told if "sexual-violence" in each.categories or each.facts.get("sexual_violence"))

    @worked_out
    def desk(self) -> Literal["school", "district"]:
        return "district" if self.moves.past_school or any(told.desk == "district" for told in self.told) else "school"

    @property
    def holder(self) -> str | None:
        """To whom it was given, else who took it in hand. Nobody, before that and where it came to another school."""
        return self.assignee or self.in_hand

    @worked_out
    def owner(self) -> str | None:
        """Who has it: the holder, unless they cannot go on or are kept away. Then nobody has it until somebody takes it."""
        return None if self.holder in self.absent or self.holder in self.named else self.holder

    def present(self, person: str | None) -> str | None:
        """Who goes on with what this person has to do: they themselves. Where they cannot, whoever has the case now if it was theirs, else nobody."""
        absent = self.absent.get(person) if person else None
        if absent is None:
            return person
        return self.owner if absent.had_case else None

    @property
    def in_nobody_s_hand(self) -> tuple[str, ...]:
        """Concerns that no person's act has taken in hand yet, in order."""
        return tuple(each for each in self.concerns if each not in self.acknowledged)

    @property
    def waits_for_somebody(self) -> bool:
        """Something is in nobody's hand, or the staff are alerted again to what somebody has: either ends when a person takes it in hand."""
        return bool(self.in_nobody_s_hand) or self.alerted

    @property
    def elsewhere(self) -> str | None:
        """The school where the student is now, if that is not the case's."""
        student = self.moves.student
        return student.school if student and student.school != self.school else None

    @property
    def alerted_at(self) -> str:
        """The school whose staff hear of what is new."""
        return self.elsewhere or self.school

    @property
    def heard_elsewhere(self) -> frozenset[str]:
        """Concerns that the school where the student is now was alerted to: those since the move, and those that were in nobody's hand then."""
        student = self.moves.student
        if student is None or self.elsewhere is None:
            return frozenset()
        added = {each.concern.concern for each in self.additions.told if each.alerted and each.at >= student.at}
        return student.heard | added | {strand.concern.concern for strand in self.strands if strand.at >= student.at}

    def with_carried(self, merged: str, takes: Carrying) -> Case:
        """What came with a merged case: whom it names is named again, its level holds here where it is the higher one."""
        people = {each.person for told in takes.concerns for each in told.people}
        unsafe = any(told.guardians_unsafe for told in takes.concerns)
        reviews = [each for each in (self.handling.safety_review, takes.safety_review) if each]
        return self.changed(
            moves=moves.taken(self.moves, merged, takes),
            urgency=most_urgent(self.urgency, takes.urgency),
            acknowledged=self.acknowledged | {told.concern for told in takes.concerns if told.acknowledged},
            conflicts=self.conflicts.named_again(people),
            home=replace(self.home, all_unsafe=True, safe=frozenset()) if unsafe else self.home,
            handling=replace(self.handling, safety_review=min(reviews, default=None)),
        )

    def changed(self, **changes: Any) -> Case:
        """The same case with other values in these fields, as `dataclasses.replace` makes it, in a fifth of the time: every event passes here."""
        kept = vars(self).copy()
        for name in _outdated(changes.keys()):
            kept.pop(name, None)
        kept.update(changes)
        after = object.__new__(Case)
        object.__setattr__(after, "__dict__", kept)
        return after

    @worked_out
    def _kept(self) -> dict[Callable[[Case], Any], Any]:
        return {}

    def kept(self, work_out: Callable[[Case], V]) -> V:
        """What others work out of it, once for all cases that differ only in what is aside: the function must read nothing else."""
        kept = self._kept
        if work_out not in kept:
            kept[work_out] = work_out(self)
        found: V = kept[work_out]
        return found

    def like(self, other: Case) -> bool:
        """Surely they differ in nothing but what is aside: one came of the other. False where that is not known."""
        return self._kept is other._kept

    def foresee(self, event: Event, after: Case) -> None:
        """Whoever decides knows the case after an event before the event is folded."""
        vars(self)[_FORESEEN] = (event, after)

    def foreseen(self, event: Event) -> Case | None:
        """The case after this very event, if it was foreseen; once, so that no case holds on to those that come after it."""
        known, after = vars(self).pop(_FORESEEN, (None, None))
        return after if known is event else None


def _telling(told: ConcernRaised | Carried | ConcernContinued) -> str:
    return told.addition if isinstance(told, ConcernContinued) else told.concern


ASIDE = frozenset({"version", "acts", "activities", "notes", "member_notes", "alerts", "deadlines", "climb"})
"""Fields of which nothing is worked out but `about`, which knows the version. Most events change only these."""

TELLING = frozenset({"strands", "moves", "additions", "conflicts"})
"""Fields of which everything is worked out that is in `OF_WHAT_IS_TOLD`. Few events change these."""

OF_WHAT_IS_TOLD = frozenset({
    "told", "categories", "matters", "concerns", "sexual_violence_since", "hurt_since", "_sexual_violence", "desk", "named", "kept_from_home",
    "suspended",
})  # fmt: skip

_FORESEEN = "_foreseen"
_OF_THIS_VERSION = ("about", _FORESEEN)
_DERIVED = (_FORESEEN, *(name for name, each in vars(Case).items() if isinstance(each, WorkedOut)))
"""What a case works out of its fields and keeps. Another case works it out anew."""

_BUT_WHAT_IS_TOLD = tuple(name for name in _DERIVED if name not in OF_WHAT_IS_TOLD)


def _outdated(changed: KeysView[str]) -> Sequence[str]:
    """What must be worked out anew where these fields are others."""
    if changed <= ASIDE:
        return _OF_THIS_VERSION
    return _BUT_WHAT_IS_TOLD if TELLING.isdisjoint(changed) else _DERIVED
