"""Letters that a guardian opens on their own page: the summonses to the meeting of which the counsellor told them, and no other paper (ADR 93).

Notifications asks, after the second factor. What is opened is recorded as read by the guardian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from services.cases.domain.casework import Casework
from services.cases.domain.steps.home import is_unsafe
from services.cases.domain.strategies.parents import PARENTS, ParentInvited, ParentMeetingPlanned
from services.cases.domain.streams import case_stream
from services.cases.letters.issuing import Document, Issuing
from services.cases.reading.read_log import SUMMONS_READ, record_read
from shared.access import SignedIn, require_service
from shared.decider import load
from shared.errors import NotFound
from shared.guardian_letters import AskedForGuardian, FileAskedForGuardian, GuardianLetter, GuardianLetters
from shared.service.promised import file_of

(SUMMONS,) = (each.name for each in PARENTS.documents if each.at is ParentInvited)


@dataclass(frozen=True, slots=True)
class ForGuardians:
    """Finds what is a guardian's."""

    casework: Casework
    issuing: Issuing

    async def of(self, asked: AskedForGuardian) -> Sequence[Document]:
        """In force, in order; nothing for a guardian who is not safe to reach or whom the meeting is not with."""
        store, stream = self.issuing.road.kernel.store, case_stream(asked.case)
        case = (await load(store, self.casework.case, stream)).state
        meeting = case.activities.get(asked.about)
        planned = meeting.last(ParentMeetingPlanned) if meeting else None
        if meeting is None or planned is None or planned.guardian != asked.guardian or is_unsafe(asked.guardian, case.about):
            return ()
        acts = {each.act for each in meeting.all(ParentInvited)}
        found = [each for each in await self.issuing.about(stream) if each.issued.issue.name == SUMMONS and not each.issued.replaced_by]
        return [each for each in found if await self._act_of(stream, each.issued.issue.made_from) in acts]

    async def _act_of(self, stream: str, version: int) -> str:
        (event,) = await self.issuing.road.kernel.store.read_stream(stream, after=version - 1, until_version=version)
        return str(ParentInvited.model_validate_json(event.body).act) if event.type == ParentInvited.model_fields["type"].default else ""

    async def file(self, asked: FileAskedForGuardian) -> bytes:
        """The kept bytes. Raises: NotFound: it is no letter of theirs; DocumentErased."""
        document = next((each for each in await self.of(asked) if each.place.document == asked.document), None)
        if document is None:
            raise NotFound("no letter of this guardian has this id")
        kernel = self.issuing.road.kernel
        await record_read(kernel.database, asked.guardian, asked.case, SUMMONS_READ, document.issued.issue.made_from)
        return await self.issuing.pdf(document)


def router(letters: ForGuardians) -> APIRouter:
    """`POST /cases/api/guardian-letters/{find,pdf}`, for notifications only."""
    routes = APIRouter(prefix="/cases/api/guardian-letters", tags=["documents"])

    @routes.post("/find", summary="The summonses that a guardian may open for a meeting of which they were told")
    async def find(asked: AskedForGuardian, principal: SignedIn) -> GuardianLetters:
        require_service(principal, "notifications")
        return GuardianLetters(letters=tuple(_told(each) for each in await letters.of(asked)))

    @routes.post("/pdf", summary="The kept file of one of them", response_class=Response, responses=file_of("application/pdf"))
    async def pdf(asked: FileAskedForGuardian, principal: SignedIn) -> Response:
        require_service(principal, "notifications")
        return Response(await letters.file(asked), media_type="application/pdf")

    return routes


def _told(document: Document) -> GuardianLetter:
    issue = document.issued.issue
    return GuardianLetter(document=document.place.document, number=issue.number, day=issue.day)
