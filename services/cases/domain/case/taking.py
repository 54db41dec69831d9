"""What a concern does to a case: it opens it or joins it, with triage and its receipt, an alert and clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.cases.domain.case.conflict import LeftToDistrict
from services.cases.domain.case.keeping_away import Told, keep_all_away, keep_away
from services.cases.domain.case.kept_away import left_to_district
from services.cases.domain.case.opening import CLOCKS, earlier_runs, homeroom_comes_first, whose
from services.cases.domain.case.paper import on_paper
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import CaseReopened, SafetyCheckAsked, StrandAdded, TakeConcern, UrgencyDecided
from services.cases.domain.case.whereabouts import is_news, left_for, owner_told
from services.cases.domain.steps import deadline
from services.cases.domain.steps.deadline import DeadlinesSet
from services.cases.domain.steps.policy import ORDER, Policy, most_urgent
from services.cases.domain.steps.triage import Triaged, TriageInputs, triage
from shared.events import CaseOpened, CaseTriaged, ConcernJoinedCase, ConcernRaised, Urgency
from shared.message import Event


def take(command: TakeConcern, case: Case) -> Sequence[Event]:
    """One strand more, triaged with a receipt. The same strand again is quiet."""
    told = command.concern
    if any(strand.concern.concern == told.concern and strand.concern.role == told.role for strand in case.strands):
        return []
    where = _where(command, case)
    about = whose(case) if case.case else {"case": command.case, "student": told.student, "school": where}
    inputs = TriageInputs(kind=told.kind, categories=told.categories, facts=told.facts, repeats=_repeats(command, case))
    triaged, strand = triage(command.policy, inputs), StrandAdded(concern=told, at=command.at)
    joined = case.with_strand(strand)
    left = _left_to_district(command, joined)
    claimed, named = _kept_away(command, joined.left_to(left))
    return [
        *_begun(command, case, where, about),
        strand,
        *left,
        ConcernJoinedCase(concern=told.concern, read=False, **about),
        _receipt(command, case, inputs, triaged),
        *([SafetyCheckAsked(concern=told.concern)] if triaged.check_safety else []),
        *claimed,
        _alert(command, named, triaged.urgency, {**about, "school": where}),
        *(owner_told(where, case) if case.case and where != case.school else []),
        *clocks_started(command.policy, triaged.urgency, command.at, named, case.urgency),
    ]


def _kept_away(command: TakeConcern, case: Case) -> tuple[list[Event], Case]:
    """Family on the staff, before anybody is alerted. A case that opens again hears of those who became family since, in all its concerns."""
    told = command.concern
    about = Told(command.decision, told.student, told.role, told.others, again=told.guardians_unsafe)
    calendar = command.policy.calendar
    claimed, known = keep_away(about, command.relatives, command.at, calendar.after(command.at, 1), case)
    since, known = keep_all_away(command.decision, command.relatives, command.at, calendar, known) if case.closed else ([], known)
    return [*claimed, *since], known


def _begun(command: TakeConcern, case: Case, where: str, about: Mapping[str, Any]) -> list[Event]:
    """What must be so before the strand joins: the case is there and open, and is known to have its student elsewhere."""
    begun: list[Event] = [] if case.case else [CaseOpened(concern=command.concern.concern, **about)]
    if case.closed:
        begun.append(CaseReopened(reason=None, by="policy"))
    if case.case and is_news(where, case):
        begun.append(left_for(where, command.at, command.policy))
    return begun


def _left_to_district(command: TakeConcern, named: Case) -> list[LeftToDistrict]:
    """named: the case with everybody whom the new strand names."""
    people = left_to_district(named.named, command.relatives.staff)
    return [LeftToDistrict(act=command.decision, by="service:cases", at=command.at, people=people)] if people else []


def _receipt(command: TakeConcern, case: Case, inputs: TriageInputs, triaged: Triaged) -> UrgencyDecided:
    return UrgencyDecided(
        decision=command.decision,
        concern=command.concern.concern,
        policy=command.policy.id,
        policy_version=command.policy.version,
        inputs=inputs,
        rules=triaged.rules,
        urgency=most_urgent(triaged.urgency, case.urgency),
        by=None,
        reason=None,
    )


def _alert(command: TakeConcern, named: Case, urgency: Urgency, about: Mapping[str, Any]) -> CaseTriaged:
    """named: the case with everybody whom the new strand names."""
    taken = deadline.in_hand_by(command.policy, urgency, command.at)
    return CaseTriaged(
        concern=command.concern.concern,
        urgency=urgency,
        desk=named.desk,
        excluded=tuple(sorted(named.named)),
        acknowledge_by=taken.acknowledge,
        decide_by=taken.decide,
        **about,
    )


def _where(command: TakeConcern, case: Case) -> str:
    """The school whose staff hear of it: where the student is now. A school that gave the case away may only have an older roster."""
    told = command.concern
    if told.student is None and case.case:
        return case.alerted_at
    seen = command.student_at or told.school
    return case.alerted_at if seen in case.moves.given_by else seen


def clocks_started(policy: Policy, level: Urgency, at: datetime, case: Case, before: Urgency) -> list[Event]:
    """A clock that runs already keeps the earlier time; one that was met does not start again, but for a higher level.

    case: with what came in. before: the level of the case until then.
    """
    raised = ORDER.index(level) > ORDER.index(before)
    started = [
        each
        for each in deadline.clocks(policy, level, at, case.owner)
        if (case.case is None or raised or CLOCKS[each.key](case))
        and (each.key != "homeroom-first" or homeroom_comes_first(case))
        and not earlier_runs(case, each)
    ]
    return [DeadlinesSet(deadlines=tuple(started))] if started else []


def _repeats(command: TakeConcern, case: Case) -> int:
    """Other concerns of a shared category within the policy's days: of another incident, or by another reporter."""
    since = command.at - timedelta(days=command.policy.repeat_days)
    wanted = set(command.concern.categories)
    others = (strand for strand in case.strands if not _told_twice(strand.concern, command.concern))
    told = [*((_since(strand), strand.concern.categories) for strand in others), *((each.at, each.categories) for each in case.moves.carried)]
    return sum(1 for at, categories in told if at >= since and wanted.intersection(categories))


def _since(strand: StrandAdded) -> datetime:
    """When it was told; of what ran on paper before, since when."""
    began = strand.concern.happened_at if on_paper(strand.concern.concern) else None
    return began or strand.at


def _told_twice(before: ConcernRaised, now: ConcernRaised) -> bool:
    """The same person tells of what happened at the same moment. Where either is not known, it counts as something else."""
    return before.reporter is not None and before.happened_at is not None and (before.reporter, before.happened_at) == (now.reporter, now.happened_at)
