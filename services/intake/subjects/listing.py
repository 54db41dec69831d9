"""What people asked of their own data, as the district's page shows it: who asked what, when it is due, and who answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.subject_request import SUBJECT, SubjectAnswered, SubjectAsked, subject_stream
from services.intake.erasure.routes import is_theirs
from services.intake.erasure.view import Erasures
from services.intake.subjects.finding import SubjectFinder
from shared.access import Principal
from shared.decider import load
from shared.sealed import Erased
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Row:
    """One request. name: whose data it is about, by: who wrote it down, answered_by: who answered; each by name, empty where nobody is known.

    words: what was asked in words; empty where nothing was, None where they ended.
    """

    asked: SubjectAsked
    answer: SubjectAnswered | None
    name: str
    by: str
    answered_by: str
    words: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class Requests:
    """Reads them for an officer. finder: says names."""

    kernel: Kernel
    erasures: Erasures
    finder: SubjectFinder

    async def of(self, principal: Principal) -> Sequence[Row]:
        """What waits first, by when it is due. Raises: StillBuilding, BehindWrite, Unavailable."""
        theirs = [each for each in await self.erasures.claims() if await is_theirs(self.erasures, principal, each.person)]
        return [await self._row(each.person, each.request, self.kernel.clock.now()) for each in theirs]

    async def _row(self, person: str, request: str, now: datetime) -> Row:
        state = (await load(self.kernel.store, SUBJECT, subject_stream(person))).state
        asked, answer = state.asked[request], state.answered.get(request)
        opened = await self.kernel.vault.open(asked.words) if asked.words else ""
        words = None if isinstance(opened, Erased) else opened
        answered_by = await self.finder.name(answer.by) if answer else ""
        return Row(
            asked, answer, await self.finder.name(person), await self.finder.name(asked.by), answered_by, words, answer is None and asked.due < now
        )
