"""The table of transitions, and how long a task may be silent.

The table is transitions.csv. Rows 02 to 30 are the harmonised state transitions of HL7 BSeR; row 01 there creates a task, and rows 31 to 34 are for
import only, so they are left out. Rows T… are our own: received on the first fetch, hold, resume, fail, entered in error by two people. A transition
that the table lacks is refused.
"""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args

Actor = Literal["I", "R"]
"""I: the school that initiated the referral. R: the agency that received it."""

DeclineReason = Literal[
    "no-capacity", "out-of-area", "age", "wrong-service", "insufficient-information", "conflict-of-interest", "already-served", "other"
]
DECLINE_REASONS: tuple[DeclineReason, ...] = get_args(DeclineReason)


def _table() -> dict[tuple[str, str, str], tuple[str, str]]:
    with (Path(__file__).parent / "transitions.csv").open(encoding="utf-8") as file:
        return {(row["from"], row["actor"], row["trigger"]): (row["to"], row["business_status"]) for row in csv.DictReader(file)}


TABLE = _table()
TRIGGERS = frozenset(trigger for _, _, trigger in TABLE)
TERMINAL = frozenset({"rejected", "completed", "cancelled", "failed", "entered-in-error"})
OF_THE_SCHOOL = frozenset(trigger for _, actor, trigger in TABLE if actor == "I")
"""Triggers that are no answer of the agency's."""

BY_TWO = frozenset({"enter-in-error"})
"""Triggers that one person alone never brings about."""

NEEDS_TIME = frozenset({"schedule", "reschedule"})
NEEDS_WORDS = frozenset({"ask", "outcome", "fail"})
"""What a person who gives one of these answers says with it. A program of another district says that a child came, and no more."""

LONGEST_SILENCE = timedelta(minutes=10)
SILENCE = {"stat": LONGEST_SILENCE, "urgent": timedelta(hours=1), "routine": timedelta(hours=8)}
"""After this time a person hears that a notice has not reached its agency; attempts go on for days behind it (sources.md, Unanswered notices)."""
