"""What follows where a case comes to others: a new school must have somebody who takes it in hand, and so must a case that goes on after a merge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.cases.domain.case.conflict import LeftToDistrict
from services.cases.domain.case.guardians import GuardianFoundUnsafe
from services.cases.domain.case.kept_away import left_to_district
from services.cases.domain.case.merging import ComeApart, MergedTaken, MergeInto, TakeMerged, UnmergeCase
from services.cases.domain.case.moves import Carried, CarriedPerson, Carrying
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.opening import CLOCKS, earlier_runs, whose
from services.cases.domain.case.state import Case
from services.cases.domain.case.transferring import ReceiveTransfer
from services.cases.domain.case.whereabouts import alerted
from services.cases.domain.steps import deadline
from services.cases.domain.steps.command import recorded
from services.cases.domain.steps.deadline import DeadlinesSet, Due
from services.cases.domain.steps.policy import ORDER
from shared.events import AlertsPassedOn, CaseAcknowledged, ConcernContinued, ConcernRaised, StaffToBeTold
from shared.message import Event

# at another school -------------------------------------------------------------------------------------------------


def receive(command: ReceiveTransfer, case: Case) -> Sequence[Event]:
    """From now on the case is the other school's: its staff are alerted, and the clock of taking it in hand begins again.

    Not where somebody of that school has it in hand already. Raises: a refusal by name.
    """
    received = MOVING.decide(command, case.moves, case.about)
    relieved = AlertsPassedOn(
        case=case.case or "", student=case.student, school=case.school, to_case=case.case or "", to_school=command.school, by=command.by
    )  # fmt: skip
    has_it = case.there.person if case.there and case.there.school == command.school and not case.in_nobody_s_hand else None
    if has_it:
        taken = CaseAcknowledged(case=case.case or "", student=case.student, school=command.school, by=has_it, concerns=case.concerns)
        return [*received, relieved, taken]
    clocks = deadline.clocks(command.policy, case.urgency, command.at, None)
    fresh = DeadlinesSet(deadlines=tuple(each for each in clocks if each.key == "acknowledge"))
    return [*received, relieved, alerted(case, command.school, case.concerns[-1], command.at, command.policy), fresh]


# merged ------------------------------------------------------------------------------------------------------------


def merge(command: MergeInto, case: Case) -> Sequence[Event]:
    """This case rests, or where the other one does, takes what comes with it. Raises: a refusal by name."""
    rests = MOVING.decide(command, case.moves, case.about)
    if command.takes is not None:
        said = {"policy": command.policy, "staff": command.staff, "act": command.act, "by": command.by, "at": command.at}
        return take(TakeMerged(merged=command.into, takes=command.takes, unsafe=command.unsafe, **said), case)
    return [*rests, AlertsPassedOn(
        case=case.case or "", student=case.student, school=case.school, to_case=command.into, to_school=case.school, by=command.by
    )]  # fmt: skip


def take(command: TakeMerged, case: Case) -> Sequence[Event]:
    """What goes with a merged case goes on here: its clocks where they are the earlier ones, an alert of what nobody has taken in hand yet, and
    whom at home it is not safe to turn to.

    Each of the two may have named a part of the district only: whom they name together is looked at anew.
    Raises: a refusal by name.
    """
    MOVING.decide(command, case.moves, case.about)
    taken = recorded(MergedTaken, command)
    unsafe = [GuardianFoundUnsafe(guardian=each) for each in command.unsafe if each not in case.home.unsafe]
    clocks = tuple(each for each in command.takes.clocks if not earlier_runs(case, each))
    urgent = ORDER.index(command.takes.urgency) > ORDER.index(case.urgency)
    waiting = [each.concern for each in command.takes.concerns if not each.acknowledged]
    joined = case.with_carried(command.merged, command.takes)
    left = _left_to_district(command, joined)
    events: list[Event] = [taken, *left, *unsafe, *_owner_told(joined, command.by), *([DeadlinesSet(deadlines=clocks)] if clocks else [])]
    if urgent or waiting:
        joined = joined.left_to(left)
        events.append(alerted(joined, joined.alerted_at, (waiting or joined.concerns)[-1], command.at, command.policy))
    return events


def _left_to_district(command: TakeMerged, joined: Case) -> list[LeftToDistrict]:
    people = left_to_district(joined.named, command.staff)
    return [LeftToDistrict(act=command.act, by=command.by, at=command.at, people=people)] if people else []


def carrying(case: Case) -> Carrying:
    """What goes with this case where it is merged into another, also of those that rest in it."""
    clocks = tuple(
        Due(key=each.key, what=each.what, due=each.expected, owner=each.owner, climb=each.climb)
        for each in case.deadlines.values()
        if each.key in CLOCKS
    )
    return Carrying(
        concerns=(*_carried(case), *_carried_on(case)),
        urgency=case.urgency,
        desk=case.desk,
        clocks=clocks,
        suspended=tuple(sorted(case.suspended)),
        linked=tuple(sorted(case.moves.linked)),
        safety_review=case.handling.safety_review,
    )


def _owner_told(case: Case, acting: str) -> list[StaffToBeTold]:
    """Whoever has the case that goes on hears that another one rests in it, unless they said so themselves."""
    told = case.owner and case.owner not in (acting, *case.named)
    return [StaffToBeTold(**whose(case), person=case.owner, message="same-student")] if told and case.owner else []


def unsafe_at_home(case: Case) -> tuple[str, ...]:
    """Guardians whom this case holds to be unsafe, for the one into which it is merged."""
    return tuple(sorted(case.home.unsafe))


def _carried(case: Case) -> Iterator[Carried]:
    """Of its strands, and of concerns that were only continued here."""
    own = {strand.concern.concern for strand in case.strands}
    continued = {each.concern.concern: each for each in case.additions.told if each.concern.concern not in own}
    yield from (_codes(case, strand.concern, strand.at) for strand in case.strands)
    yield from (_codes(case, each.concern, each.at) for each in continued.values())


def _carried_on(case: Case) -> Iterator[Carried]:
    """What rests here already, as it is now: whoever took this case in hand since took that, too."""
    for each in case.moves.carried:
        yield each.model_copy(update={"acknowledged": each.concern in case.acknowledged})


def _codes(case: Case, told: ConcernRaised | ConcernContinued, at: datetime) -> Carried:
    later = case.additions.of(told.concern)
    return Carried(
        case=case.case or "",
        concern=told.concern,
        at=at,
        role=told.role,
        kind=told.kind,
        categories=told.categories,
        facts=later[-1].concern.facts if later else told.facts,
        people=tuple(CarriedPerson(person=each.person, relation=each.relation, role=each.role) for each in told.people if each.person),
        guardians_unsafe=told.guardians_unsafe,
        desk=told.desk,
        reporter_kind=told.reporter_kind,
        acknowledged=told.concern in case.acknowledged,
    )


def unmerge(command: UnmergeCase | ComeApart, case: Case) -> Sequence[Event]:
    """This case goes on by itself again: its clocks begin anew, and its staff are alerted to what nobody had taken in hand here.

    Raises: a refusal by name.
    """
    unmerged = MOVING.decide(command, case.moves, case.about)
    clocks = deadline.clocks(command.policy, case.urgency, command.at, case.owner)
    running = tuple(each for each in clocks if CLOCKS[each.key](case))
    events: list[Event] = [*unmerged, *([DeadlinesSet(deadlines=running)] if running else [])]
    if case.in_nobody_s_hand:
        events.append(alerted(case, case.alerted_at, case.in_nobody_s_hand[-1], command.at, command.policy))
    return events
