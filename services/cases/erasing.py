"""Cases' part when a person's data is to end: legal holds and open cases forbid it; drafts, files of documents and sealed fields go (ADR 50)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from services.cases.attached.kept import AttachedFiles
from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT, AgreeToErase, EndErasure
from services.cases.domain.casework import Casework
from services.cases.domain.streams import case_stream, student_stream
from services.cases.reading.consulted import consultations_of, ending_with
from services.cases.searching.index import NameIndex
from shared.attachments.keeping import PostgresStore
from shared.database import Connection
from shared.decider import commit, load, write
from shared.erasing import Answer, Asked, Ended, Obstacle, Purged
from shared.eventstore.projection import Projection
from shared.eventstore.states import Loaded
from shared.eventstore.store import Item
from shared.message import Occasion, derived_id
from shared.service import Kernel

_NAMING = "SELECT case_id FROM case_list_v1 WHERE generation = %s AND %s = ANY (named)"
_DRAFTS = "DELETE FROM draft WHERE case_id = ANY (%s)"
_FILES = (
    "DELETE FROM document_file f USING issued_document d WHERE d.document = f.document AND d.whose = ANY (%s)"
    " AND f.kid::uuid NOT IN (SELECT kid FROM keyring.open_wrapped(ARRAY(SELECT DISTINCT kid::uuid FROM document_file WHERE document = d.document))"
    " WHERE wrapped IS NOT NULL)"
)
_CLASS = "UPDATE whereabouts_v1 SET homeroom = NULL WHERE student = %s"
_FIELDS = 'UPDATE person_v1 SET name = name || \'{"box": ""}\', born = NULL WHERE person = %s'


@dataclass(frozen=True, slots=True)
class CaseErasures:
    """`Answering` of cases."""

    kernel: Kernel
    view: Projection
    casework: Casework

    async def claim(self, asked: Asked) -> Answer:
        """A hold that is set at the same moment wins or loses whole: both write to the student's stream."""
        told: list[Answer] = []

        async def plan() -> Item | None:
            student = await load(self.kernel.store, STUDENT, student_stream(asked.person))
            answer = await self._answer(asked, student.state.cases)
            told[:] = [answer]
            agreed = STUDENT.decide(AgreeToErase(erasure=asked.erasure), student.state)
            if asked.dry or answer.obstacles or not agreed:
                return None
            return Item((write(STUDENT, student, agreed, self._occasion(asked.erasure, f"agreed-{student.version}")),))

        await commit(self.kernel.store, plan)
        return told[0]

    async def release(self, asked: Asked) -> Answer:
        await self._over(asked.person, asked.erasure)
        return Answer()

    async def purge(self, ended: Ended) -> Purged:
        self.kernel.vault.forget()
        counts = {"drafts": await self._drafts(ended), "files-of-documents": await self._files(ended)}
        concerns = [each.removeprefix("concern-") for each in ended.owners if each.startswith("concern-")]
        erased = ended.person if "concern" in ended.purposes else ""
        counts["attachments"] = await AttachedFiles(self.kernel.database).forget(erased, concerns) if erased or concerns else 0
        counts["attachments"] += await self._kept_here(ended)
        if "identity" in ended.purposes:
            counts["people"] = await self._fields(ended)
            await NameIndex(self.kernel.database, self.kernel.keys).forget(ended.person)
        await self._over(ended.person, ended.erasure)
        return Purged(counts=counts)

    async def _answer(self, asked: Asked, claimed: Sequence[str]) -> Answer:
        cases = await self._with_merged(claimed)
        named = [each for each in await self._naming(asked.person) if each not in cases]
        others = [await self._case(each) for each in named]
        obstacles = [found for case_id, case in cases.items() for found in _obstacles(case_id, case.state)]
        obstacles += [Obstacle(what="legal-hold", about=each) for each, case in zip(named, others, strict=True) if case.state.moves.held_by]
        consulted, goes_on = await self._consultations(asked.person, tuple(cases))
        groups = {note.group for case in cases.values() for note in case.state.member_notes}
        return Answer(
            obstacles=tuple(obstacles),
            cases=tuple(cases),
            concerns=tuple(dict.fromkeys(concern for case in cases.values() for concern in case.state.concerns)),
            owners=(*map(case_stream, cases), *consulted),
            mentions=len(named) + len(groups) + goes_on,
            weighty=any(_is_weighty(each.state) for each in cases.values()),
        )

    async def _consultations(self, person: str, cases: Sequence[str]) -> tuple[list[str], int]:
        """Streams of those that end with the person, and how many others they asked for: words in them stay."""
        found = await consultations_of(self.kernel.database, person, cases)
        ending = [each for each in found if await ending_with(self.kernel.store, self.casework, each, cases)]
        return ending, len(found) - len(ending)

    async def _with_merged(self, claimed: Sequence[str]) -> dict[str, Loaded[Case]]:
        """The student's cases, and those that rest in them: before they were identified their words lay under keys of their own."""
        found: dict[str, Loaded[Case]] = {}
        pending = list(claimed)
        while pending:
            case_id = pending.pop(0)
            if case_id not in found:
                found[case_id] = await self._case(case_id)
                pending += found[case_id].state.moves.taken
        return found

    async def _case(self, case_id: str) -> Loaded[Case]:
        return await load(self.kernel.store, self.casework.case, case_stream(case_id))

    async def _naming(self, person: str) -> list[str]:
        async with self.view.reading(acting="owners", about=[person]) as (connection, generation):
            rows = await (await connection.execute(_NAMING, (generation, person))).fetchall()
        return [case_id for (case_id,) in rows]

    async def _over(self, person: str, erasure: str) -> None:
        async def plan() -> Item | None:
            student = await load(self.kernel.store, STUDENT, student_stream(person))
            events = STUDENT.decide(EndErasure(erasure=erasure), student.state)
            return Item((write(STUDENT, student, events, self._occasion(erasure, f"over-{student.version}")),)) if events else None

        await commit(self.kernel.store, plan)

    def _occasion(self, erasure: str, what: str) -> Occasion:
        return Occasion("service:intake", None, self.kernel.clock.now(), UUID(erasure), derived_id(UUID(erasure), what))

    async def _drafts(self, ended: Ended) -> int:
        async with self.kernel.database.acting_as("drafts").connection() as connection:
            return await _count(connection, _DRAFTS, list(ended.cases))

    async def _files(self, ended: Ended) -> int:
        async with self.kernel.database.acting_as("letters").connection() as connection:
            return await _count(connection, _FILES, list(ended.owners))

    async def _kept_here(self, ended: Ended) -> int:
        """Files of activities, referrals, letters and consultations whose key is gone."""
        return await PostgresStore(self.kernel.database).forget_ended([*map(case_stream, ended.cases), *ended.owners])

    async def _fields(self, ended: Ended) -> int:
        async with self.kernel.database.acting_as("directory").connection() as connection:
            await connection.execute(_CLASS, (ended.person,))
            return await _count(connection, _FIELDS, ended.person)


def _obstacles(case_id: str, case: Case) -> Sequence[Obstacle]:
    """Nothing ends while a case goes on, counselling notes no more than the rest: whoever goes on with it needs them, and could write none again."""
    held = [Obstacle(what="legal-hold", about=case_id)] if case.moves.held_by else []
    goes_on = case.state not in ("closed", "merged")
    return [*held, *([Obstacle(what="open-case", about=case_id)] if goes_on else [])]


def _is_weighty(case: Case) -> bool:
    reported = any(each.strategy == "official-report" for each in case.activities.values())
    return reported or any(each.role == "accused" and each.relation in ("staff", "guardian") for told in case.told for each in told.people)


async def _count(connection: Connection, query: LiteralString, value: object) -> int:
    return (await connection.execute(query, (value,))).rowcount
