"""What a case is at one moment: everything that deciding and rendering need; personal text stays sealed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from services.cases.domain.case import conflict, guardians, handling, moving, protection
from services.cases.domain.case.conflict import Conflicts
from services.cases.domain.case.guardians import Home
from services.cases.domain.case.handling import Handling
from services.cases.domain.case.moving import Moves
from services.cases.domain.case.protection import Protection
from services.cases.domain.case.strands import (
    AlertRecorded,
    NoteAdded,
    StrandAdded,
    UrgencyDecided,
)
from services.cases.domain.referring import disclosure, referral
from services.cases.domain.referring.disclosure import Ledger
from services.cases.domain.referring.referral import (
    Referrals,
)
from services.cases.domain.steps import deadline
from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activities
from services.cases.domain.strategies.group import MemberNoted
from shared.events import (
    Category,
    OutcomeClass,
    Urgency,
)

Stage = Literal["opened", "assessed", "planned"]
State = Literal["opened", "assessed", "planned", "in-progress", "waiting", "merged", "closed"]


# state -------------------------------------------------------------------------------------------------------------


def state_of(*, closed: bool, merged: bool, waiting: bool, worked: bool, stage: Stage) -> State:
    """Opened → assessed → planned → in progress ⇄ waiting → closed (domain.md, Case). What lies beneath comes back when the upper one ends."""
    if closed:
        return "closed"
    if merged:
        return "merged"
    if waiting:
        return "waiting"
    return "in-progress" if worked else stage


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that deciding and rendering need; personal text stays sealed. acknowledged: concerns that a person's act has taken in hand; one
    that joins later wants an act of its own. in_hand: who took it in hand since it was last given to somebody. climb: minutes between the rungs of
    its deadlines.
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
    moves: Moves = moving.NONE
    referrals: Referrals = referral.NONE
    home: Home = guardians.UNKNOWN
    ledger: Ledger = disclosure.NONE
    deadlines: deadline.Deadlines = field(default_factory=dict)
    member_notes: tuple[MemberNoted, ...] = ()

    @property
    def state(self) -> State:
        return state_of(
            closed=self.closed,
            merged=self.moves.merged_into is not None,
            waiting=self.handling.waiting_until is not None,
            worked=bool(self.activities or self.referrals.by_id or self.member_notes),
            stage=self.handling.stage,
        )

    @property
    def about(self) -> About:
        accused_guardians = {each.person for strand in self.strands for each in strand.concern.people if each.person and each.relation == "guardian"}
        return About(
            case=self.case or "",
            student=self.student,
            school=self.school,
            handling=self.acknowledged_by is not None and not self.closed,
            version=self.version,
            urgency=self.urgency,
            categories=self.categories,
            named=self.named,
            accused=frozenset({self.student} if self.student and any(strand.concern.role == "accused" for strand in self.strands) else ()),
            sexual_violence=self.sexual_violence,
            safe_home=self.home.safe,
            implicated=self.home.unsafe | frozenset(accused_guardians),
            unsafe_home=self.home.all_unsafe,
            self_report=self.self_report,
        )

    @property
    def named(self) -> frozenset[str]:
        """Everybody named in any strand, and who is suspended for conflict: never alerted, never a reader. A ruling or a finding clears, until
        another concern names them.
        """
        said = {person.person for strand in self.strands for person in strand.concern.people if person.person}
        return frozenset(said - self.conflicts.freed) | self.conflicts.suspended

    def with_strand(self, strand: StrandAdded) -> Case:
        """One strand more: whom it names is named again, and where it says that nobody at home is safe, nobody is."""
        told = strand.concern
        home = replace(self.home, all_unsafe=True, safe=frozenset()) if told.guardians_unsafe else self.home
        named = {each.person for each in told.people if each.person} | ({self.student} if self.student and told.role == "accused" else set())
        return replace(self, strands=(*self.strands, strand), home=home, conflicts=self.conflicts.named_again(named))

    @property
    def categories(self) -> tuple[Category, ...]:
        """Of all its concerns, each once."""
        return tuple(dict.fromkeys(category for strand in self.strands for category in strand.concern.categories))

    @property
    def concerns(self) -> tuple[str, ...]:
        return tuple(strand.concern.concern for strand in self.strands)

    @property
    def self_report(self) -> bool:
        """The student asked for help themselves, in every strand."""
        return bool(self.strands) and all(strand.concern.reporter_kind == "student" for strand in self.strands)

    @property
    def sexual_violence(self) -> bool:
        """By category or by a danger told of; its rules are refusals of the strategies."""
        return any("sexual-violence" in strand.concern.categories or strand.concern.facts.get("sexual_violence") for strand in self.strands)

    @property
    def desk(self) -> Literal["school", "district"]:
        return "district" if any(strand.concern.desk == "district" for strand in self.strands) else "school"

    @property
    def owner(self) -> str | None:
        """Who works it: the assignee, else who took it in hand; nobody who is suspended."""
        return next((each for each in (self.assignee, self.acknowledged_by) if each and each not in self.conflicts.suspended), None)
