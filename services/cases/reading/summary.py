"""The summary of a case: level, state, who, when, service given (domain.md, Who is who). What stands in it is said by the reviewed file alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.cases.domain.casework import Casework
from services.cases.domain.steps.activity import Activity
from shared.message import Event
from shared.rights.matrix import Level, matrix

WITHHELD = "not for this role"
MARK: Mapping[str, str] = {"withheld": WITHHELD}
_STRAND = ("concern", "recorded_at")
_ADDITION = ("addition", "recorded_at", "unread")
_ANSWER = ("answer", "at", "after")
_REFERRAL = (
    "referral", "agency", "state", "business_status", "reason", "unanswered", "drafted_by", "approver", "approve_by", "respond_by", "chase_by",
)  # fmt: skip
"""Whereto and how far: whoever approves a referral finds it here."""

_DECISION = ("decision", "policy", "policy_version", "urgency", "chosen", "by")


def services_given(casework: Casework) -> frozenset[str]:
    """Types of the events by which a service is given."""
    return frozenset(kind for kind, counts in casework.counts.items() if counts.service)


def summary(told: Mapping[str, Any], allowed: Level) -> dict[str, Any]:
    """The summary, or metadata. told: the whole case as JSON, its texts sealed."""
    fields = matrix().summary.fields + (matrix().metadata.fields if allowed == "metadata" else ())
    return {name: told[name] for name in fields if name in told} | {
        "strands": [_strand(each) for each in told["strands"]],
        "referrals": [_some(each, _REFERRAL) for each in told["referrals"]],
    }


def _strand(told: Mapping[str, Any]) -> dict[str, Any]:
    """That a concern is there, what was added to it and answered; of the words nothing."""
    additions = [_some(each, _ADDITION) | {"text": dict(MARK)} for each in told["additions"]]
    answers = [_some(each, _ANSWER) | {"text": dict(MARK)} for each in told["answers"]]
    return _some(told, _STRAND) | {"text": dict(MARK), "additions": additions, "answers": answers}


def _some(told: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: told[name] for name in names if name in told}


def service_of(activity: Activity) -> dict[str, Any]:
    """An activity to whoever does not read it: that the service is given, and by whom."""
    return {
        "id": activity.activity, "strategy": activity.strategy, "version": activity.version, "owner": activity.owner,
        "state": "ended" if activity.ended else "under-way", "steps": [_words_of(each) for each in activity.events], **MARK,
    }  # fmt: skip


def is_sealed(told: object) -> bool:
    """A sealed field, as JSON."""
    return isinstance(told, dict) and told.keys() == {"kid", "context", "box"}


def _words_of(step: Event) -> dict[str, Any]:
    """That something was said in a step, and nothing of what kind of step it was."""
    told = step.model_dump(mode="json")
    return {name: dict(MARK) for name in told if is_sealed(told.get(name))}


def entry(told: Mapping[str, Any], allowed: Level, given: frozenset[str]) -> dict[str, Any]:
    """An entry of a history to whoever may not open it. given: types of events by which a service is given.

    A summary tells of an event that is none of its own only that there is one. Whoever sees content or proofs sees every type.
    """
    kept = matrix().summary
    if allowed == "summary" and told["type"] not in kept.events | given:
        return {**told, "type": "withheld", "actor": None, "data": dict(MARK), **MARK}
    open_data = {name: value for name, value in told["data"].items() if name in kept.data and not isinstance(value, dict | list)}
    return {**told, "data": {**open_data, **MARK}}


def decision(told: Mapping[str, Any]) -> dict[str, Any]:
    """A decision receipt without its inputs and the rules that they fired: these name categories and dangers."""
    return {**_some(told, _DECISION), "inputs": dict(MARK), "rules": dict(MARK)}
