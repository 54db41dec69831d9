"""What is expected of whom in a case, row by row: the work list follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.cases.domain.case.transferring import RECEIPT
from services.cases.reading.batch import Batch, Row, Told


def _deadlines_set(batch: Batch, row: Row, told: Told) -> None:
    for each in told["deadlines"]:
        batch.work[row["case_id"], each["key"]] = {
            "case_id": row["case_id"], "key": each["key"], "what": each["what"], "school": _of_school(row, each["what"]), "owner": each["owner"],
            "student": row["student"], "urgency": row["urgency"], "expected_at": each["due"], "due": each["due"], "step": 0,
            "desk": row["desk"], "named": row["named"], "asked": each["what"] in batch.asked,
        }  # fmt: skip


def _of_school(row: Row, what: str) -> str:
    """Of which school something is expected: a receipt of the one that was asked, all else of the one that has the case."""
    asked: str | None = row["asked_of"]
    return asked if what == RECEIPT and asked else str(row["school"])


def _deadlines_met(batch: Batch, row: Row, told: Told) -> None:
    for key in told["keys"]:
        batch.work[row["case_id"], key] = None


def _deadlines_given(batch: Batch, row: Row, told: Told) -> None:
    for key in told["keys"]:
        known = batch.work.get((row["case_id"], key))
        if known:
            known["owner"] = told["owner"]


def _deadline_passed(batch: Batch, row: Row, told: Told) -> None:
    known = batch.work.get((row["case_id"], told["key"]))
    if known:
        known.update(due=told["next_due"], step=told["step"] + 1)


EXPECTING: Mapping[str, Callable[[Batch, Row, Told], None]] = {
    "deadlines-set": _deadlines_set,
    "deadlines-met": _deadlines_met,
    "deadlines-given": _deadlines_given,
    "deadline-passed": _deadline_passed,
}
"""By event type."""
