"""How one event changes the row of its case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.cases.domain.steps.policy import most_urgent
from services.cases.reading.batch import Batch, Row, Told


def _strand(batch: Batch, row: Row, told: Told) -> None:
    concern = told["concern"]
    _at_its_desk(batch, row, concern)
    batch.strands.append({"concern": concern["concern"], "case_id": row["case_id"], "role": concern["role"]})


def _continued(batch: Batch, row: Row, told: Told) -> None:
    """It may have come from a case that rests in this one, so its desk is this one's from now on."""
    _at_its_desk(batch, row, told["concern"])


def _at_its_desk(batch: Batch, row: Row, concern: Told) -> None:
    if concern["desk"] == "district":
        _past_school(batch, row)


def _past_school(batch: Batch, row: Row) -> None:
    if row["desk"] == "school":
        row["desk"] = "district"
        batch.refreshed.add(row["case_id"])
        batch.past_school.add(row["case_id"])


def _triaged(_: Batch, row: Row, told: Told) -> None:
    due = datetime.fromisoformat(told["acknowledge_by"])
    row["acknowledge_by"] = min(row["acknowledge_by"] or due, due)


def _set(**values: Callable[[Told], Any]) -> Callable[[Batch, Row, Told], None]:
    def change(_: Batch, row: Row, told: Told) -> None:
        row.update({name: value(told) for name, value in values.items()})

    return change


def _acknowledged(_: Batch, row: Row, told: Told) -> None:
    """As the case itself has it (folding.py): a case without an owner becomes theirs. At the school where the student is now, while the case is at
    another one, it becomes nobody else's.
    """
    if told["school"] != row["school"]:
        row["acknowledged_by"] = row["acknowledged_by"] or told["by"]
        return
    given = row["given"] if row["assignee"] else None
    row.update(acknowledged_by=told["by"], taken=told["by"], given=given)
    _there(row, told["by"])


def _given(_: Batch, row: Row, told: Told) -> None:
    row.update(given=told["to"], taken=None)
    _there(row, told["to"])


def _there(row: Row, person: str) -> None:
    row["absent"] = [each for each in row["absent"] if each != person]


def _assessed(_: Batch, row: Row, __: Told) -> None:
    row["stage"] = "assessed" if row["stage"] == "opened" else row["stage"]


def _left_behind(_: Batch, row: Row, told: Told) -> None:
    """Whoever is suspended for a conflict cannot go on."""
    _gone(row, told["left_by"])
    row.update({name: None for name in ("given", "taken") if row[name] == told["left_by"]})


def _gone(row: Row, person: str) -> None:
    row["absent"] = sorted({*row["absent"], person})


def _student_moved(_: Batch, row: Row, told: Told) -> None:
    row["student_at"] = told["school"] if told["school"] != row["school"] else None


def _transferred(batch: Batch, row: Row, told: Told) -> None:
    """What is expected waits for nobody of the old school."""
    there = row["student_at"] if row["student_at"] != told["school"] else None
    row.update(school=told["school"], given=None, taken=None, acknowledged_by=None, asked_of=None, student_at=there)
    batch.ownerless.add(row["case_id"])
    for (case, _), work in batch.work.items():
        if work and case == row["case_id"]:
            work["owner"] = None


def _taken(batch: Batch, row: Row, told: Told) -> None:
    """The merged case's level holds where it is the higher one. The first version said nothing of it."""
    takes = told.get("takes") or _NOTHING_TAKEN
    row["urgency"] = most_urgent(row["urgency"], takes["urgency"])
    if takes["desk"] == "district":
        _past_school(batch, row)


_NOTHING_TAKEN: Told = {"urgency": "low", "desk": "school"}


CHANGES: Mapping[str, Callable[[Batch, Row, Told], None]] = {
    "case-brought-in": _set(worked=lambda _: True, stage=lambda _: "planned", opened_at=lambda told: told["at"]),
    "strand-added": _strand,
    "strand-continued": _continued,
    "case-triaged": _triaged,
    "urgency-decided": _set(urgency=lambda told: told["urgency"]),
    "case-acknowledged": _acknowledged,
    "case-assigned": _given,
    "case-handed-over": _given,
    "owner-gone": lambda _, row, told: _gone(row, told["person"]),
    "owner-back": lambda _, row, told: _there(row, told["person"]),
    "student-matched": _set(student=lambda told: told["student"]),
    "student-unmatched": _set(student=lambda _: None, student_at=lambda _: None),
    "student-moved": _student_moved,
    "case-assessed": _assessed,
    "case-planned": _set(stage=lambda _: "planned"),
    "case-waiting": _set(waiting=lambda _: True),
    "case-resumed": _set(waiting=lambda _: False),
    "case-merged": _set(merged=lambda _: True),
    "case-unmerged": _set(merged=lambda _: False),
    "merged-taken": _taken,
    "case-transfer-asked": _set(asked_of=lambda told: told["to"]),
    "transfer-declined": _set(asked_of=lambda _: None),
    "transfer-withdrawn": _set(asked_of=lambda _: None),
    "case-transferred": _transferred,
    "case-closed": _set(closed=lambda _: True),
    "case-reopened": _set(closed=lambda _: False),
    "referral-drafted": _set(worked=lambda _: True),
    "member-noted": _set(worked=lambda _: True),
    "work-left-behind": _left_behind,
    "glass-broken": lambda *_: None,
}
"""By event type. `expecting.py` has what changes what is expected."""
