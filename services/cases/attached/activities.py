"""Files of an activity: whoever reads its words reads its files, and whoever takes a step of it adds one (ADR 69)."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.attached.unsealing import GONE
from services.cases.domain.case.files import FileAdded, of
from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import Activity
from services.cases.reading.case import CaseReader
from services.cases.rights import ReadingReason, require_right
from shared.access import Principal
from shared.errors import NotAllowed, NotFound
from shared.eventstore.states import Loaded

_ROWS = ("work", "answer")
"""Of the permission file: who goes on with an activity, and who is asked in it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An activity that the reader may read. adds: they may add a file."""

    loaded: Loaded[Case]
    activity: Activity
    adds: bool

    @property
    def case(self) -> Case:
        return self.loaded.state

    @property
    def files(self) -> list[FileAdded]:
        return list(of(self.case.files, self.activity.activity, None))


@dataclass(frozen=True, slots=True)
class ActivityFiles:
    """Finds activities for a reader; that they read is recorded first."""

    reader: CaseReader

    async def seen(self, principal: Principal, case_id: str, activity_id: str, reason: ReadingReason | None) -> Seen:
        """Raises: NotFound, ReadingReasonNeeded."""
        loaded = await self.reader.activity(principal, case_id, activity_id, reason, f"files-of-{activity_id}")
        return Seen(loaded, loaded.state.activities[activity_id], self._adds(principal, loaded.state, activity_id))

    def _adds(self, principal: Principal, case: Case, activity_id: str) -> bool:
        return any(self._gives(principal, case, activity_id, row) for row in _ROWS)

    def _gives(self, principal: Principal, case: Case, activity_id: str, row: str) -> bool:
        kernel = self.reader.kernel
        try:
            require_right(principal, case, kernel.access.permissions.command(row), activity_id, kernel.clock.now())
        except NotAllowed:
            return False
        return True


def found(files: list[FileAdded], attachment: str) -> FileAdded:
    """Raises: NotFound."""
    for each in files:
        if each.attachment == attachment:
            return each
    raise NotFound(GONE)
