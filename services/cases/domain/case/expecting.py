"""What is expected of a case, of whom and by when, over all its parts. Of an open case something always is: where no part expects anything, the next
step does (domain.md, Urgency). So no case lies still without anybody being late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.cases.domain import official_reporting
from services.cases.domain.case import additions, conflict, families, handling, own_words, protection, transferring
from services.cases.domain.case.additions import ContinueConcern, NoteReading
from services.cases.domain.case.families import FoldAnswer
from services.cases.domain.case.found_late import a_day_after, with_a_day
from services.cases.domain.case.handing_over import TakeOverCase
from services.cases.domain.case.keeping_away import NoteFamily
from services.cases.domain.case.merging import UnmergeCase
from services.cases.domain.case.opening import CLOCKS
from services.cases.domain.case.owing import LookAhead
from services.cases.domain.case.own_words import HearObjection, HearSatisfaction
from services.cases.domain.case.paper import BringIn
from services.cases.domain.case.planning import AgreeSafetyPlan, PlanCase, ReachGoal, ResumeCase
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Reopen, SetUrgency, TakeConcern
from services.cases.domain.case.suspending import still_left
from services.cases.domain.case.transferring import ReceiveTransfer
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.referring import disclosure, referral
from services.cases.domain.referring.consent import CONSENT
from services.cases.domain.referring.referral import FoldTask
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.domain.referring.referral.drafting import DraftReferral
from services.cases.domain.referring.referral.sending import SendReferral
from services.cases.domain.steps.activity import ActivityCommand, Expected
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.endings import ActivityHandedOver
from services.cases.domain.steps.gone import LoseOwner, RegainOwner
from services.cases.domain.steps.table import Strategies
from services.cases.domain.strategies.group import NoteMember
from shared.events import Urgency
from shared.message import Fact
from shared.school_day import Calendar

NEXT_STEP = "next-step"
FOLLOW_UP: Mapping[Urgency, timedelta] = {"emergency": timedelta(days=1), "high": timedelta(days=3)}
FOLLOW_UP_SCHOOL_DAYS: Mapping[Urgency, int] = {"medium": 5, "low": 10}
"""Until when the next step is expected where neither a clock of the policy nor a part of the case says so. Danger knows no holidays; what is not
dangerous waits for the days on which somebody is at school (domain page, "People come and go").
"""

ACTIVITY_STEP = "activity-step"
GOES_ON: Mapping[Urgency, timedelta] = {
    "emergency": timedelta(days=1),
    "high": timedelta(days=3),
    "medium": timedelta(days=7),
    "low": timedelta(days=14),
}
"""Until when an activity takes its next step of which its strategy names no day: a child who did not come, a meeting that was only proposed."""

_STEPS: tuple[type[Fact], ...] = (
    ActivityCommand, NoteMember, PlanCase, ReachGoal, AgreeSafetyPlan, ResumeCase, TakeOverCase, SetUrgency, Reopen, TakeConcern, ReceiveTransfer,
    UnmergeCase, DecideReferral, DraftReferral, SendReferral, FoldTask, *CONSENT.commands,
)  # fmt: skip
"""What brings a case on. A note or a link does not: nobody leaves the ladder by editing."""


def expected(strategies: Strategies, case: Case, command: Fact, runs: Mapping[str, str | None]) -> list[Expected]:
    """Everything that must happen next, after a command. Of an open case it is always something, and of nobody where nobody has it: so it stands on
    the list of those who may take it. A closed case still owes corrections, and new words and answers are read; in one that rests, what is under
    way goes on. Behind something of a far day no activity lies still.

    runs: the clocks that `running` finds.
    """
    wanted = [_by_who_is_there(each, case) for each in _not_overdue_at_once(of_its_parts(strategies, case), case, command)]
    if case.closed or (runs and not case.moves.merged_into):
        return wanted
    stands = wanted if case.owner else [each for each in wanted if each.owner is None]
    if case.moves.merged_into or (stands and not _keeps_its_day(case, command)):
        return [*wanted, *(_by_who_is_there(each, case) for each in _not_overdue_at_once(_lying_still(case, wanted), case, command))]
    return [*wanted, *_next_step(case, command)]


def _lying_still(case: Case, wanted: Sequence[Expected]) -> Iterator[Expected]:
    """The next step of each activity under way of which nothing else is expected, but where the whole case waits for a day."""
    named = {each.key.partition("/")[0] for each in wanted}
    for each in case.activities.values():
        if not (each.ended or each.rests or each.activity in named or case.handling.waiting_until):
            taken = [event for event in each.events if not isinstance(event, ActivityHandedOver)]
            due = taken[-1].at + GOES_ON[case.urgency]
            yield Expected(f"{each.activity}/step-{len(taken)}", ACTIVITY_STEP, due, each.owner)


def _not_overdue_at_once(wanted: Iterable[Expected], case: Case, command: Fact) -> Iterator[Expected]:
    """Medical care, a report by law, and the next step of an activity: each is due by what may have happened long before this command."""
    now = _said_at(command)
    for each in wanted:
        if each.what not in (protection.CARE, official_reporting.DUE, ACTIVITY_STEP):
            yield each
            continue
        every_day = each.what != ACTIVITY_STEP or case.urgency in FOLLOW_UP
        left = with_a_day(each, case.deadlines.get(each.key), now, None if every_day else _calendar(command))
        if left:
            yield left


def _by_who_is_there(wanted: Expected, case: Case) -> Expected:
    owner = case.present(wanted.owner)
    return wanted if owner == wanted.owner else replace(wanted, owner=owner)


def of_its_parts(strategies: Strategies, case: Case) -> list[Expected]:
    """Everything that the parts of a case expect, whoever is there to do it."""
    if case.closed:
        return case.kept(_owed)
    under_way = [
        *strategies.expected(case.activities),
        *conflict.expected(case.conflicts, still_left(case)),
        *case.kept(_referred),
        *case.kept(_owed),
    ]
    if case.moves.merged_into:
        return under_way
    by_law = official_reporting.due(case.activities, case.report_since, case.owner)
    return [*by_law, *protection.expected(case.protection, case.hurt_since, case.owner), *case.kept(_handled), *under_way]


def _owed(case: Case) -> list[Expected]:
    """Also of a closed case."""
    return [
        *disclosure.expected(case.ledger, case.owner),
        *additions.expected(case.additions, case.owner),
        *families.expected(case.families, case.owner),
        *own_words.expected(case.objections, case.owner),
    ]


def _referred(case: Case) -> list[Expected]:
    return referral.expected(case.referrals, case.owner, case.absent.keys())


def _handled(case: Case) -> list[Expected]:
    return [*handling.expected(case.handling, case.owner), *transferring.expected(case.moves, case.school, case.owner)]


def running(case: Case) -> dict[str, str | None]:
    """Clocks of the policy that were started and not met, each with whose it is: whoever has the case."""
    return {} if case.closed or case.moves.merged_into else {key: case.owner for key in case.deadlines if key in CLOCKS and CLOCKS[key](case)}


def _keeps_its_day(case: Case, command: Fact) -> bool:
    """What was to come next on paper comes next here, whatever else is expected, until somebody takes a step."""
    brought_in, known = case.brought_in, case.deadlines.get(NEXT_STEP)
    if isinstance(command, BringIn):
        return True
    return bool(brought_in and known and known.expected == brought_in.next_by and not isinstance(command, _STEPS))


def _next_step(case: Case, command: Fact) -> list[Expected]:
    """An assessment, a plan, or after these whatever comes next. It is due anew only after a step."""
    what = {"opened": "assess", "assessed": "plan", "planned": NEXT_STEP}[case.handling.stage]
    known, at = case.deadlines.get(what), _moment(command)
    if isinstance(command, BringIn):
        return [Expected(what, what, command.next_by, case.owner)]
    if known and not isinstance(command, _STEPS):
        return [Expected(what, what, known.expected, case.owner)]
    return [Expected(what, what, _follow_up(case.urgency, at, command), case.owner)] if at else []


def _follow_up(level: Urgency, at: datetime, command: Fact) -> datetime:
    """After a step that happened days ago, too, there is a day for the next."""
    calendar = None if level in FOLLOW_UP else _calendar(command)
    due = calendar.after(at, FOLLOW_UP_SCHOOL_DAYS[level]) if calendar else at + FOLLOW_UP[level]
    return max(due, a_day_after(_said_at(command) or at, calendar))


def _calendar(command: Fact) -> Calendar:
    """Of the school. What a neighbour tells comes without one: then weekends alone are no school days."""
    match command:
        case Command():
            return command.calendar
        case TakeConcern() | ContinueConcern() | NoteWhereabouts() | NoteFamily():
            return command.policy.calendar
        case HearSatisfaction(form=form):
            return form.calendar
        case _:
            return Calendar()


def _said_at(command: Fact) -> datetime | None:
    """When it was said, where that is known to be later."""
    said = command.form if isinstance(command, HearSatisfaction) else command
    return said.given_at if isinstance(said, Command) and said.given_at else _moment(command)


def _moment(command: Fact) -> datetime | None:
    """When it happened; None for what a neighbour tells without saying when."""
    match command:
        case (
            Command()
            | TakeConcern()
            | ContinueConcern()
            | NoteReading()
            | NoteWhereabouts()
            | NoteFamily()
            | LoseOwner()
            | RegainOwner()
            | LookAhead()
            | FoldAnswer()
            | HearObjection()
        ):
            return command.at
        case HearSatisfaction(form=form):
            return form.at
        case FoldTask():
            return command.moved_at
        case _:
            return None
