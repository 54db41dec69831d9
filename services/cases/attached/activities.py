"""Files of an activity or a referral: whoever reads its words reads its files, and whoever takes a step of it adds one (ADR 69, 87)."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.attached.filing import Place, beside_referral, beside_words
from services.cases.attached.seen import Seen, asked_why
from services.cases.attached.showing import place_of_files
from services.cases.domain.case.state import Case
from services.cases.domain.referring.consent import REFERRAL
from services.cases.domain.steps.files import of
from services.cases.reading.case import CaseReader
from services.cases.reading.words import Words
from services.cases.rights import ReadingReason, require_right
from shared.access import Principal
from shared.errors import NotAllowed

_ROWS = ("work", "answer")
"""Of the permission file: who goes on with an activity, and who is asked in it."""

_CASE_PAGE = "/cases/cases/{case_id}"


@dataclass(frozen=True, slots=True)
class ActivityFiles:
    """words: what strategies are called."""

    reader: CaseReader
    words: Words

    async def seen(self, principal: Principal, case_id: str, activity_id: str, reason: ReadingReason | None) -> Seen:
        """Raises: NotFound, ReadingReasonNeeded."""
        loaded = await self.reader.activity(principal, case_id, activity_id, reason, f"files-of-{activity_id}")
        place, called = _stands(loaded.state, activity_id)
        adds = any(self._gives(principal, loaded.state, activity_id, row) for row in _ROWS)
        page, back_to = place_of_files(case_id, "kegiatan", activity_id), self._back(principal, case_id, reason)
        return Seen(loaded.version, of(loaded.state.files, activity_id, None), place, self.words.titles[called], page, adds, back_to)

    def _gives(self, principal: Principal, case: Case, activity_id: str, row: str) -> bool:
        kernel = self.reader.kernel
        try:
            require_right(principal, case, kernel.access.permissions.command(row), activity_id, kernel.clock.now())
        except NotAllowed:
            return False
        return True

    def _back(self, principal: Principal, case_id: str, reason: ReadingReason | None) -> str:
        """The case, for whoever may open its page; an asked teacher goes back to what waits for them."""
        if principal.roles.isdisjoint(self.reader.kernel.access.permissions.roles("GET", _CASE_PAGE)):
            return "/cases/menunggu"
        return f"/cases/cases/{case_id}{asked_why(reason)}"


def _stands(case: Case, subject: str) -> tuple[Place, str]:
    """Where the files of an activity or a referral stand, and what strategy it is."""
    activity = case.activities.get(subject)
    return (beside_words(case, activity), activity.strategy) if activity else (beside_referral(case, subject), REFERRAL.name)
