"""The rows that a batch of events changes, before they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.cases.domain.steps.tells import Counts
from shared.message import Recorded

Row = dict[str, Any]
"""Of one table: values by column."""

Told = dict[str, Any]
"""What an event tells, as it is stored."""

COLUMNS = (
    "case_id", "school", "student", "state", "urgency", "assignee", "acknowledged_by", "acknowledge_by", "named", "desk", "opened_at",
    "changed_at", "version", "closed", "merged", "waiting", "worked", "stage", "given", "taken", "naming", "absent", "student_at", "asked_of",
)  # fmt: skip
WORK_COLUMNS = ("case_id", "key", "what", "school", "owner", "student", "urgency", "expected_at", "due", "step", "desk", "named", "asked")


@dataclass
class Batch:
    """What a batch of events changes.

    counts: what the reports keep, by event type. asked: codes of what people are asked for by name. work: rows by (case, key), None for one that is
    gone. refreshed: cases whose school, level, student, desk or named people changed, so that what is expected of them moves along. past_school:
    cases that came to the district's desk. leaves: who is away from a school, by school and person. ownerless: cases that came to another school,
    so that what is expected waits for nobody by name.
    """

    cases: dict[str, Row]
    counts: Mapping[str, Counts] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    work: dict[tuple[str, str], Row | None] = field(default_factory=dict)
    facts: list[Row] = field(default_factory=list)
    strands: list[Row] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    refreshed: set[str] = field(default_factory=set)
    past_school: set[str] = field(default_factory=set)
    leaves: dict[tuple[str, str], Row] = field(default_factory=dict)
    ownerless: set[str] = field(default_factory=set)


def opened(case_id: str, event: Recorded, told: Told) -> Row:
    """The row of a case that has just begun."""
    return {
        "case_id": case_id, "school": told["school"], "student": told["student"], "state": "opened", "urgency": "low", "assignee": None,
        "acknowledged_by": None, "acknowledge_by": None, "named": [], "desk": "school", "opened_at": event.recorded_at,
        "changed_at": event.recorded_at, "version": event.version, "closed": False, "merged": False, "waiting": False, "worked": False,
        "stage": "opened", "given": None, "taken": None, "naming": [], "absent": [], "student_at": None, "asked_of": None,
    }  # fmt: skip
