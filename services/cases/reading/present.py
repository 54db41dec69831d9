"""What the school where the student is now sees of a case that is at another one: enough for working what it was alerted to, and no more.

The strands that it was alerted to, what the reader has written, and of the case in codes: how urgent it is, who has it, whether it is to come.
"""

from __future__ import annotations

from typing import Any

from services.cases.domain.case.state import Case
from shared.access import Principal

_CODES = ("id", "version", "state", "student", "school", "student_at", "transfer", "urgency", "desk", "acknowledged_by", "assignee", "check_safety")


def present(told: dict[str, Any], case: Case, principal: Principal) -> dict[str, Any]:
    """The part of a case's JSON that this reader may have. told: the whole, its texts still sealed."""
    heard = case.heard_elsewhere
    return {name: told[name] for name in _CODES} | {
        "strands": [each for each in told["strands"] if each["concern"] in heard],
        "notes": [each for each in told["notes"] if each["by"] == principal.id],
        "referrals": [each for each in told["referrals"] if each["drafted_by"] == principal.id],
        "deadlines": [each for each in told["deadlines"] if each["owner"] == principal.id],
    }
