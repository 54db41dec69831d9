"""Where intake asks for a person's data, and has the copy printed."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.cases.subjects.gathering import Subjects
from services.cases.subjects.printing import printed
from shared.access import SignedIn
from shared.service.promised import file_of
from shared.subjects import Asked, Held, ToPrint


def router(subjects: Subjects) -> APIRouter:
    """`/cases/api/subjects`."""
    routes = APIRouter(prefix="/cases/api/subjects", tags=["subjects"])

    @routes.post("/held", summary="What cases has of a person, as that person may have it")
    async def held(asked: Asked, _: SignedIn) -> Held:
        return await subjects.held(asked)

    @routes.post("/print", summary="A person's copy as PDF", response_class=Response, responses=file_of("application/pdf"))
    async def copy(asked: ToPrint, _: SignedIn) -> Response:
        return Response(await printed(asked), media_type="application/pdf")

    return routes
