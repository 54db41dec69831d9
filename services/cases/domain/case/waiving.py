"""Deciding over the whole case that no official report is filed: never by whoever has it, and never without the district hearing of it (ADR 89)."""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.domain.case.opening import whose
from services.cases.domain.case.protection import NoReportRequired, OfficialReportWaived, WaivedByAnother, WaiveOfficialReport
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import recorded
from shared.events import CoordinatorToBeTold, StaffToBeTold
from shared.message import Event


def waive(command: WaiveOfficialReport, case: Case) -> Sequence[Event]:
    """It covers what the case knows now. Raises: NoReportRequired, WaivedByAnother."""
    if not case.sexual_violence:
        raise NoReportRequired
    if command.by == case.holder:
        raise WaivedByAnother
    return [recorded(OfficialReportWaived, command, covers=case.tellings), *_told(command.by, case)]


def _told(acting: str, case: Case) -> list[Event]:
    """Whoever has the case, and the district's duty, whichever desk the case is on; somebody else of the district where the duty itself said so."""
    excluded = tuple(sorted(case.named | {acting}))
    district = CoordinatorToBeTold(**whose(case), message="report-waived", desk="district", excluded=excluded)
    owner = [StaffToBeTold(**whose(case), person=case.owner, message="report-waived")] if case.owner else []
    return [*owner, district]
