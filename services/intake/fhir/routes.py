"""`/intake/fhir/R4`: an agency sends a child to a school, as a transaction or as one resource, and reads how it stands by Task (ADR 95)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request

from services.intake.fhir.capability import taken
from services.intake.fhir.reading import Named, read
from services.intake.fhir.sending import BASE, Sending
from services.intake.fhir.showing import Shown, organization, task, transaction
from services.intake.fhir.showing import request as request_shown
from services.intake.fhir.unpacking import Unpacked, from_bundle, from_one, parsed
from services.intake.views import Directory
from shared.access import Principal, SignedIn
from shared.errors import Fault, Invalid, NotFound
from shared.fhir_searching import Search, bundle, fits
from shared.operation_outcome import FhirResponse

_KNOWN: dict[int | str, dict[str, Any]] = {200: {"description": "It is known already, under the same identifier"}}


@dataclass(frozen=True, slots=True)
class Reception:
    """Answers a client of FHIR that sends children."""

    sending: Sending
    directory: Directory

    @property
    def origin(self) -> str:
        """Where the district answers."""
        return self.sending.kernel.settings.public_origin

    @property
    def base(self) -> str:
        """Where the server answers."""
        return f"{self.origin}{BASE}"

    async def transaction(self, request: Request, principal: Principal) -> FhirResponse:
        """Raises: Malformed, Invalid, IdempotencyMismatch."""
        told = parsed(await request.body())
        unpacked = from_bundle(told)
        shown, created = await self._take(request, principal, unpacked)
        kinds = [each.kind for each in unpacked if "/contained/" not in each.place]
        return FhirResponse(transaction(kinds, shown, created=created))

    async def one(self, request: Request, principal: Principal, kind: str) -> FhirResponse:
        """A resource that holds the others. Raises: Malformed, Invalid, IdempotencyMismatch."""
        wanted = request.headers.get("if-none-exist", "")
        shown, created = await self._take(request, principal, from_one(parsed(await request.body()), kind, wanted))
        answer = self.shown(shown, kind)
        answer.status_code = 201 if created else 200
        answer.headers["location"] = f"{self.base}/{kind}/{shown.concern}/_history/{shown.version}"
        return answer

    async def _take(self, request: Request, principal: Principal, unpacked: list[Unpacked]) -> tuple[Shown, bool]:
        return await self.sending.take(principal, read(unpacked), request)

    def shown(self, shown: Shown, kind: str) -> FhirResponse:
        """With its version."""
        resource = task(shown, self.origin) if kind == "Task" else request_shown(shown, self.origin)
        return FhirResponse(resource, headers={"etag": f'W/"{shown.version}"'})

    async def search(self, principal: Principal, search: Search) -> FhirResponse:
        """A page of those whom the agency sent, newest first. Raises: Invalid."""
        ids, statuses, moments = search.codes("_id"), search.codes("status"), search.moments("_lastUpdated")
        named = [_named(each) for each in search.asked.get("identifier", ())]
        found = [each for each in [await self.sending.find(principal, one) for one in named] if each is not None]
        everything = found if named else await self.sending.everything(principal)
        fitting = [
            each
            for each in everything
            if (ids is None or each.concern in ids) and (statuses is None or each.status in statuses) and fits(each.moved_at, moments)
        ]
        page = [task(each, self.origin) for each in fitting[search.after : search.after + search.size]]
        return FhirResponse(bundle(self.base, "Task", search, page, len(fitting)))

    async def schools(self, search: Search) -> FhirResponse:
        """A page of the schools."""
        ids, numbers, name = search.codes("_id"), search.codes("identifier"), search.text("name")
        fitting = [
            organization(each)
            for each in await self.directory.schools()
            if (ids is None or each["school"] in ids)
            and (numbers is None or each["npsn"] in numbers)
            and (name is None or (each["name"] or "").casefold().startswith(name))
        ]
        return FhirResponse(bundle(self.base, "Organization", search, fitting[search.after : search.after + search.size], len(fitting)))

    async def school(self, school: str) -> FhirResponse:
        """Raises: NotFound."""
        found = next((each for each in await self.directory.schools() if each["school"] == school), None)
        if found is None:
            raise NotFound("no school has this id")
        return FhirResponse(organization(found))


def _named(told: str) -> Named:
    """Raises: Invalid."""
    named = Named.read(f"identifier={told}")
    if named is None:
        raise Invalid(Fault("/identifier", "not-an-identifier"))
    return named


def router(reception: Reception) -> APIRouter:
    """All of it."""
    routes = APIRouter(prefix=BASE, tags=["fhir"], default_response_class=FhirResponse)
    _add_sending(routes, reception)
    _add_reading(routes, reception)
    return routes


def _add_sending(routes: APIRouter, reception: Reception) -> None:
    @routes.post("", summary="A Bundle of the type transaction: ServiceRequest, Patient, and Task where there is one; one child in each")
    async def transaction(request: Request, principal: SignedIn) -> FhirResponse:
        return await reception.transaction(request, principal)

    @routes.post(
        "/ServiceRequest",
        status_code=201,
        responses=_KNOWN,
        summary="One that contains its Patient; `identifier` or `If-None-Exist` makes a repeat harmless",
    )
    async def service_request(request: Request, principal: SignedIn) -> FhirResponse:
        return await reception.one(request, principal, "ServiceRequest")

    @routes.post("/Task", status_code=201, responses=_KNOWN, summary="One that contains its ServiceRequest and Patient")
    async def task(request: Request, principal: SignedIn) -> FhirResponse:
        return await reception.one(request, principal, "Task")


def _add_reading(routes: APIRouter, reception: Reception) -> None:
    async def own(kind: str, concern: str, principal: Principal) -> FhirResponse:
        return reception.shown(await reception.sending.own(principal, concern), kind)

    @routes.get("/metadata", summary="CapabilityStatement")
    async def metadata(_: SignedIn) -> FhirResponse:
        return FhirResponse(taken(reception.base))

    @routes.get("/Task", summary="Whom the agency sent: _id, identifier, status, _lastUpdated, _count")
    async def search(request: Request, principal: SignedIn) -> FhirResponse:
        return await reception.search(principal, Search.of(request))

    @routes.get("/Task/{concern}", summary="How it stands, what the school wrote in `note`, and its outcome")
    async def task(concern: str, principal: SignedIn) -> FhirResponse:
        return await own("Task", concern, principal)

    @routes.get("/ServiceRequest/{concern}", summary="What was asked, without its words")
    async def service_request(concern: str, principal: SignedIn) -> FhirResponse:
        return await own("ServiceRequest", concern, principal)

    @routes.get("/Organization", summary="The schools: _id, identifier (NPSN), name")
    async def schools(request: Request, _: SignedIn) -> FhirResponse:
        return await reception.schools(Search.of(request))

    @routes.get("/Organization/{school}")
    async def school(school: str, _: SignedIn) -> FhirResponse:
        return await reception.school(school)
