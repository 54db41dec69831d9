"""HTTP of the directory beyond names: what an agency is described as, and the search for one that could receive a student."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.notifications.directory import exporting
from services.notifications.directory.describing import LONGEST, LONGEST_LINE, MOST, MOST_ROOM
from services.notifications.directory.needs import needs
from services.notifications.directory.saying import sentences
from services.notifications.directory.searching import Hit, Reason, Wish, receivers
from services.notifications.directory.tables import LONGEST_ID
from services.notifications.domain.agency import AGENCY, DescribeAgency
from services.notifications.domain.agency_correction import correction_of
from services.notifications.domain.listing import Offer
from services.notifications.views import listed
from shared.access import SignedIn
from shared.asking import asked
from shared.decider import execute
from shared.errors import Fault, Invalid
from shared.eventstore.projection import Projection
from shared.message import Occasion
from shared.phones import with_plain_digits
from shared.service import Kernel

Said = Annotated[str, StringConstraints(max_length=LONGEST)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LINE)]
Lines = Annotated[tuple[Line, ...], Field(max_length=MOST)]
PhoneLines = Annotated[tuple[Annotated[Line, AfterValidator(with_plain_digits)], ...], Field(max_length=MOST)]
MOST_A_PAGE = 200
Age = Annotated[float, Field(ge=0, le=150)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OfferBody(_Body):
    """One service. What is not known is left out; see `services/notifications/domain/listing.py`."""

    service: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID)]
    name: Line
    description: Said = ""
    eligibility: Said = ""
    active: bool = True
    minimum_age: Age | None = None
    maximum_age: Age | None = None
    areas: Lines = ()
    languages: Lines = ()
    hours: Lines = ()
    around_the_clock: bool = False
    unaccompanied: bool | None = None
    places: Lines = ()
    phones: PhoneLines = ()
    room: Annotated[int, Field(ge=0, le=MOST_ROOM)] | None = None
    checked_on: date | None = None


class DescriptionBody(_Body):
    """id: of a registered agency. description: of the agency itself."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID)]
    description: Said = ""
    offers: Annotated[tuple[OfferBody, ...], Field(max_length=MOST)] = ()


class WishBody(_Body):
    """What is looked for. Nothing about the student but the age; it is a body so that no address and no log holds it."""

    need: Annotated[str, StringConstraints(max_length=100)] = ""
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    age: Annotated[int, Field(ge=0, le=150)] | None = None
    area: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    unaccompanied: bool = False
    around_the_clock: bool = False


def router(kernel: Kernel, outbox: Projection) -> APIRouter:
    """Both routes, under `/notifications/api/agencies`."""
    routes = APIRouter(prefix="/notifications/api/agencies", tags=["notifications"])

    @routes.post("/descriptions", summary="What a directory says about an agency: its services, for whom, where and when")
    async def describe(body: DescriptionBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        command = await asked(request, principal)
        told = DescribeAgency(agency=body.id, description=body.description, offers=tuple(Offer(**each.model_dump()) for each in body.offers))
        occasion = Occasion(principal.id, None, kernel.clock.now(), command.cause, command.cause)
        done = await execute(kernel.store, AGENCY, f"agency-{body.id}", told, occasion, asked=command)
        await outbox.caught_up(done.position)
        return {"id": body.id, "changed": done.changed}

    @routes.get("/hsds", summary="The directory as HSDS 3.0: organisations in full, in pages")
    async def export(
        _: SignedIn, number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1, per_page: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 50
    ) -> dict[str, Any]:
        return exporting.page(await listed(outbox), number, per_page)

    @routes.post("/search", summary="Agencies that could receive a student, the best first, each with the reasons")
    async def search(body: WishBody, _: SignedIn) -> dict[str, Any]:
        if body.need and body.need not in needs():
            raise Invalid(Fault("/need", "unknown-need"))
        now = kernel.clock.now().astimezone(ZoneInfo(kernel.settings.time_zone))
        found = receivers(Wish(**body.model_dump()), await listed(outbox), now)
        return {
            "items": [_shown(each) for each in found],
            "needs": [{"code": code, "title": _pair(*each.title)} for code, each in needs().items()],
            "next": None,
        }

    return routes


def _shown(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.listed.agency,
        "name": hit.listed.name,
        "description": hit.listed.description,
        "suits": hit.suits,
        "offer": hit.offer.model_dump(mode="json"),
        "own_words": _own_words(hit),
        "reasons": [_reason(each) for each in hit.reasons],
    }


def _own_words(hit: Hit) -> dict[str, Any] | None:
    """Which words of the offer are the agency's own, and since when; None where the directory says all of it."""
    own = correction_of(hit.offer.service, hit.listed.corrections)
    return {"since": own.at.isoformat(), "hours": own.has_hours, "phones": bool(own.phones)} if own else None


def _reason(reason: Reason) -> dict[str, Any]:
    said = sentences(reason)
    return {"code": reason.code, "fit": reason.fit, "sentence": _pair(said.indonesian, said.english)}


def _pair(indonesian: str, english: str) -> dict[str, str]:
    return {"id": indonesian, "en": english}
