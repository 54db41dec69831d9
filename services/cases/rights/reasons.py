"""Why somebody reads: a coordinator reads a colleague's case with a reason, which the record keeps (domain.md, Who is who)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from services.cases.domain.case.state import Case
from services.cases.rights.case import standing_of
from shared.access import Principal
from shared.errors import Refused

ReadingReason = Literal["supervision", "stand-in", "hand-over", "safety", "complaint", "report"]
"""Why a coordinator reads a colleague's case: supervision, standing in, a hand-over, the student's safety, a complaint, a report."""


class ReadingReasonNeeded(Refused):
    """A coordinator reads a colleague's case with a reason, which the record keeps (domain.md, Who is who)."""

    code = "reading-reason-needed"
    status = 428
    title = "Say why"
    indonesian = "Kasus ini ditangani rekan Anda. Pilih alasan membacanya; alasan itu dicatat."
    english = "A colleague has this case. Choose why you read it; the reason is recorded."

    def __str__(self) -> str:
        return f"{self.english} Add `reason` to the address: {', '.join(get_args(ReadingReason))}."


def require_reason(principal: Principal, case: Case, now: datetime, reason: ReadingReason | None) -> None:
    """Raises: ReadingReasonNeeded: what the principal sees they see by a relation that asks why, and it is somebody else's."""
    if reason is None and standing_of(principal, case, now).needs_reason:
        raise ReadingReasonNeeded
