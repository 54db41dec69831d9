"""Reads the own cases of a student who is signed in. That they were read is recorded, as every reading is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT
from services.cases.domain.strategies.counselling import SatisfactionRecorded
from services.cases.domain.streams import case_stream, student_stream
from services.cases.mine.seen import Seen, seen_by_student
from services.cases.reading.read_log import record_read
from services.cases.reading.sealed_trees import opened_trees
from shared.decider import Decider, load
from shared.message import Event, Fact
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class OwnCase:
    """case: its id. rated: services of which the student has said how they were."""

    case: str
    school: str
    version: int
    seen: Seen
    rated: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnCases:
    """decider: of cases."""

    kernel: Kernel
    decider: Decider[Fact, Case, Event]

    async def seen(self, student: str) -> list[OwnCase]:
        """The student's cases, the newest last. Raises: Unavailable."""
        known = (await load(self.kernel.store, STUDENT, student_stream(student))).state.cases
        return [await self._one(case, student) for case in known]

    async def opened(self, student: str, cases: Sequence[OwnCase]) -> list[dict[str, Any]]:
        """What of them the student knows, with every text opened. Raises: Unavailable."""
        shown = [each for each in cases if each.seen.anything]
        for each in shown:
            await record_read(self.kernel.database, student, each.case, "own-page", each.version)
        return await opened_trees(self.kernel, [asdict(each.seen) for each in shown], [True] * len(shown))

    async def _one(self, case_id: str, student: str) -> OwnCase:
        loaded = await load(self.kernel.store, self.decider, case_stream(case_id))
        history = self.decider.codec.decode_many(await self.kernel.store.read_stream(case_stream(case_id)))
        rated = frozenset(each.activity for each in loaded.state.activities.values() if each.last(SatisfactionRecorded))
        return OwnCase(case_id, loaded.state.school, loaded.version, seen_by_student(loaded.state, student, history), rated)
