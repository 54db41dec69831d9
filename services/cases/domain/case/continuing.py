"""A reporter said more: triaged again, told to whoever has the case, or after the end to the coordinator (domain.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.cases.domain.case.additions import ConfirmReading, ContinueConcern, NoteReading, StrandContinued
from services.cases.domain.case.keeping_away import keep_all_away
from services.cases.domain.case.merging import CaseRests
from services.cases.domain.case.opening import whose
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import CaseReopened, SafetyCheckAsked, UrgencyDecided
from services.cases.domain.case.taking import clocks_started
from services.cases.domain.steps.deadline import in_hand_by
from services.cases.domain.steps.policy import ORDER, most_urgent
from services.cases.domain.steps.triage import Triaged, TriageInputs, triage
from shared.events import CaseTriaged, ConcernRead, CoordinatorToBeTold, StaffToBeTold, Urgency
from shared.message import Event


@dataclass(frozen=True, slots=True)
class _Danger:
    """What the answers of an addition make of the level. inputs: exactly what was looked at. urgent: staff are alerted to it."""

    inputs: TriageInputs
    found: Triaged
    urgent: bool


def take_up(command: ContinueConcern, case: Case) -> Sequence[Event]:
    """What a reporter added to a concern. It may raise the level and never lowers it.

    Raises: CaseRests: the case was merged into another, where it belongs.
    """
    if case.moves.merged_into:
        raise CaseRests
    if case.additions.knows(command.continued.addition):
        return []
    danger = _danger(command, case)
    if case.closed and danger and danger.urgent:
        since, again = keep_all_away(command.decision, command.relatives, command.at, command.policy.calendar, replace(case, closed=False))
        return [CaseReopened(reason=None, by="policy"), *since, *_taken(command, again, danger)]
    return _taken(command, case, danger)


def _taken(command: ContinueConcern, case: Case, danger: _Danger | None) -> list[Event]:
    level = danger.found.urgency if danger and danger.urgent else case.urgency
    strand = _strand(command, case, level, urgent=danger is not None and danger.urgent)
    after = case.continued(strand)
    alert = [_alert(command, after, level), *clocks_started(command.policy, level, command.at, after, case.urgency)] if strand.alerted else []
    return [strand, *_triaged(command, case, danger), *alert, *_told(command, after)]


def _strand(command: ContinueConcern, case: Case, level: Urgency, *, urgent: bool) -> StrandContinued:
    """Staff are alerted to urgent words, and to all words of a case that nobody has who may hear of them."""
    plain = StrandContinued(concern=command.continued, at=command.at, read_by=_read_by(command, case, level), alerted=False)
    nobodys = not case.closed and _in_hand(case.continued(plain)) is None
    return plain.model_copy(update={"alerted": urgent or nobodys})


# triage ------------------------------------------------------------------------------------------------------------


def _danger(command: ContinueConcern, case: Case) -> _Danger | None:
    """The most urgent level that the dangers told of now have by themselves, or together with what was known; None where no danger was told of.

    What was known before counts only where the new answers change the level, so that plain words undo no level that a person lowered.
    """
    told = command.continued
    yes = {fact: True for fact, answer in told.answers.items() if answer}
    if not yes:
        return None
    alone = TriageInputs(kind=told.kind, categories=(), facts=yes, repeats=0)
    known = TriageInputs(kind=told.kind, categories=told.categories, facts=told.facts, repeats=_repeats(told.concern, case))
    without = known.model_copy(update={"facts": {**told.facts, **dict.fromkeys(yes, False)}})
    level, before = triage(command.policy, known), triage(command.policy, without)
    by_itself = triage(command.policy, alone)
    if ORDER.index(level.urgency) > ORDER.index(before.urgency) and ORDER.index(level.urgency) >= ORDER.index(by_itself.urgency):
        return _Danger(known, level, _is_urgent(level.urgency, case))
    return _Danger(alone, by_itself, _is_urgent(by_itself.urgency, case))


def _repeats(concern: str, case: Case) -> int:
    """As they were counted when the concern came in."""
    receipts = [each.inputs for each in case.decisions if each.concern == concern and each.inputs]
    return receipts[0].repeats if receipts else 0


def _is_urgent(level: Urgency, case: Case) -> bool:
    """It raises the level, or tells of an emergency, which is as urgent in a case that is one already."""
    return level == "emergency" or ORDER.index(level) > ORDER.index(case.urgency)


def _triaged(command: ContinueConcern, case: Case, danger: _Danger | None) -> list[Event]:
    """The receipt, where dangers were answered."""
    if danger is None:
        return []
    concern = command.continued.concern
    receipt = UrgencyDecided(
        decision=command.decision,
        concern=concern,
        policy=command.policy.id,
        policy_version=command.policy.version,
        inputs=danger.inputs,
        rules=danger.found.rules,
        urgency=most_urgent(danger.found.urgency, case.urgency),
        by=None,
        reason=None,
    )
    return [receipt, *([SafetyCheckAsked(concern=concern)] if danger.found.check_safety else [])]


# telling -----------------------------------------------------------------------------------------------------------


def _in_hand(case: Case) -> str | None:
    """Who has the case and may hear of it. A case of the district's desk goes past the school, whoever had it there."""
    return case.owner if case.desk == "school" else None


def _has_it(concern: str, after: Case) -> list[str]:
    there = after.there.person if after.there and concern in after.heard_elsewhere and after.desk == "school" else None
    return [person for person in dict.fromkeys((_in_hand(after), there, *_instead(after))) if person and person not in after.named]


def _instead(case: Case) -> list[str | None]:
    """Who was told that the case has no owner: the deputy of a leave, or who comes after them. Staff are alerted as well."""
    if case.owner or case.desk != "school":
        return []
    return [each.goes_to for each in case.absent.values() if each.had_case]


def _read_by(command: ContinueConcern, case: Case, level: Urgency) -> datetime:
    """The time in which a person takes a concern of the level in hand; after the end, one school day."""
    if case.closed:
        return command.policy.calendar.after(command.at, 1)
    return in_hand_by(command.policy, level, command.at).acknowledge


def _alert(command: ContinueConcern, after: Case, level: Urgency) -> CaseTriaged:
    """Where the student is now, staff hear of it."""
    taken = in_hand_by(command.policy, level, command.at)
    return CaseTriaged(
        **{**whose(after), "school": after.alerted_at},
        concern=command.continued.concern,
        urgency=level,
        desk=after.desk,
        excluded=tuple(sorted(after.named)),
        acknowledge_by=taken.acknowledge,
        decide_by=taken.decide,
    )


def _told(command: ContinueConcern, after: Case) -> list[Event]:
    """Whoever has the case, or stands in for them, or has the concern in hand where the student is now; after the end the coordinator, who decides
    whether it goes on.
    """
    if after.closed:
        return [CoordinatorToBeTold(**whose(after), message="new-words", desk=after.desk, excluded=tuple(sorted(after.named)))]
    return [StaffToBeTold(**whose(after), person=person, message="new-words") for person in _has_it(command.continued.concern, after)]


# reading -----------------------------------------------------------------------------------------------------------


def note_reading(command: NoteReading | ConfirmReading, case: Case) -> Sequence[Event]:
    """A person opened the words: nothing where all of them were read before. Whoever is named in the case is no reader."""
    only = command.only if isinstance(command, NoteReading) else None
    concerns = tuple(each for each in case.unread_concerns if only is None or each in only)
    told = [each.concern for each in case.additions.told if each.concern.addition in case.additions.unread]
    additions = tuple(each.addition for each in told if only is None or each.concern in only)
    if command.by in case.named or not (concerns or additions):
        return []
    return [ConcernRead(**whose(case), by=command.by, concerns=concerns, additions=additions)]
