"""A folded case as JSON, with every field still sealed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.cases.domain.case.additions import Answer, StrandContinued
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import StrandAdded
from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.deadline import Deadline
from services.cases.reading.hours import due_in_hours, in_hours
from shared.eventstore.states import Loaded


def case_as_json(loaded: Loaded[Case]) -> dict[str, Any]:
    """The whole case, with every field still sealed."""
    case = loaded.state
    return {
        "id": case.case,
        "version": loaded.version,
        **_standing(case),
        **_said(case),
        "handling": _handling(case),
        "conflicts": _conflicts(case),
        "protection": asdict(case.protection),
        **_moves(case),
        "families": _families(case),
        "disclosures": [asdict(entry) for entry in case.ledger.entries],
        "to_tell": {correction: sorted(waiting) for correction, (_, waiting) in (case.ledger.to_tell or {}).items()},
        "deadlines": [_deadline(each, case) for each in sorted(case.deadlines.values(), key=lambda each: each.expected)],
        "guardians": _guardians(case),
    }


def _standing(case: Case) -> dict[str, Any]:
    """Where the case stands, and with whom."""
    return {
        "student": case.student,
        "school": case.school,
        "state": case.state,
        "urgency": case.urgency,
        "desk": case.desk,
        "acknowledged_by": case.acknowledged_by,
        "assignee": case.owner,
        "without_an_owner": case.owner is None,
        "absent": {person: {"why": each.why, "goes_to": each.goes_to} for person, each in case.absent.items()},
        "check_safety": case.check_safety,
        "outcome_class": case.outcome,
    }


def _said(case: Case) -> dict[str, Any]:
    """What reporters and staff said, and what came of it."""
    added = [_addition(each, case) | {"concern": each.concern.concern} for each in case.additions.told if _is_of_merged(each, case)]
    return {
        "strands": [_strand(strand, case) for strand in case.strands],
        "brought_in": case.brought_in.model_dump(mode="json", exclude={"type", "version", "act"}) if case.brought_in else None,
        "additions_of_merged": added,
        "notes": [note.model_dump(mode="json", exclude={"type", "version"}) for note in case.notes],
        "alerts": [alert.model_dump(mode="json", exclude={"type", "version"}) for alert in case.alerts],
        "referrals": [asdict(referral) | {"alternatives": list(referral.alternatives)} for referral in case.referrals.by_id.values()],
        "member_notes": [{"group": note.group, "session": note.session, "by": note.by, "at": note.at.isoformat()} for note in case.member_notes],
    }


def _handling(case: Case) -> dict[str, Any]:
    handling = case.handling
    return {
        "stage": handling.stage,
        "goals": [goal.model_dump(mode="json") | {"reached": (handling.judged or {}).get(goal.goal)} for goal in handling.goals],
        "waiting_until": handling.waiting_until.isoformat() if handling.waiting_until else None,
        "deputies": [{"person": person, "until": until.isoformat()} for person, until in handling.deputies],
    }


def _conflicts(case: Case) -> dict[str, Any]:
    return {
        "suspended": sorted(case.conflicts.suspended),
        "cleared": sorted(case.conflicts.cleared),
        "allegations": {person: case.conflicts.outcome(person) for person in case.conflicts.judged or {}},
    }


def _moves(case: Case) -> dict[str, Any]:
    """Other cases and schools that it has to do with."""
    return {
        "linked": sorted(case.moves.linked),
        "student_at": case.elsewhere,
        "transfer": _transfer(case),
        "merged_into": case.moves.merged_into,
        "merged": sorted(case.moves.taken),
        "legal_hold": case.moves.held_by is not None,
    }


def _deadline(each: Deadline, case: Case) -> dict[str, Any]:
    due = due_in_hours(each, case)
    return {"key": each.key, "what": each.what, "due": due, "owner": each.owner, "without_an_owner": each.owner is None, "step": each.step}


def _guardians(case: Case) -> dict[str, Any]:
    home = case.home
    return {"safe": sorted(home.safe), "unsafe": sorted(home.unsafe), "all_unsafe": home.all_unsafe, "notices": home.notices or {}}


def _transfer(case: Case) -> dict[str, Any] | None:
    """A transfer that waits for its receipt."""
    asked = case.moves.asked
    return {"to": asked.to, "by": asked.by, "receipt_by": asked.receipt_by.isoformat()} if asked else None


def _families(case: Case) -> dict[str, Any]:
    """What guardians answered, whom somebody is to phone, and the ledger of their consents."""
    families = case.families
    return {
        "notices": [{"notice": notice, "outcome": outcome} for notice, outcome in (case.home.notices or {}).items()],
        "answers": [
            each.model_dump(mode="json", exclude={"type", "version"}) | {"waits": reply in families.waiting}
            for reply, each in families.replies.items()
        ],
        "calls": [call.model_dump(mode="json", exclude={"type", "version"}) for call in families.calls.values()],
        "consents": [asdict(each) | {"at": each.at.isoformat()} for each in families.consents],
    }


def activity_as_json(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.activity,
        "strategy": activity.strategy,
        "state": activity.state,
        "version": activity.version,
        "owner": activity.owner,
        "steps": [event.model_dump(mode="json", exclude={"version", "act"}) for event in activity.events],
    }


def _strand(strand: StrandAdded, case: Case) -> dict[str, Any]:
    """The first words, and below them what was added to them."""
    told = strand.concern.model_dump(mode="json", exclude={"type", "version"})
    additions = [_addition(each, case) for each in case.additions.of(strand.concern.concern)]
    answers = [_answer(each) for each in case.additions.answers if each.said.concern == strand.concern.concern]
    return told | {"recorded_at": in_hours(strand.at, case), "additions": additions, "answers": answers}


def _addition(each: StrandContinued, case: Case) -> dict[str, Any]:
    told, waits = each.concern.model_dump(mode="json"), each.concern.addition in case.additions.unread
    return {name: told[name] for name in ("addition", "text", "answers")} | {"recorded_at": in_hours(each.at, case), "unread": waits}


def _answer(each: Answer) -> dict[str, Any]:
    """after: how many additions came before it."""
    return each.said.model_dump(mode="json", include={"answer", "text", "by", "at"}) | {"after": each.after}


def _is_of_merged(each: StrandContinued, case: Case) -> bool:
    """Its strand stands in a case that rests in this one."""
    return all(strand.concern.concern != each.concern.concern for strand in case.strands)
