"""`/notifications/fhir/R4`: reading and searching for agencies, and the update of a Task, which is the agency's answer like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request

from services.notifications.domain.task.state import Task
from services.notifications.fhir.capability import answered
from services.notifications.fhir.directory import organizations, services
from services.notifications.fhir.ids import Pseudonyms, fhir_id
from services.notifications.fhir.tasks import Resources, Told, told
from services.notifications.fhir.updates import said, task_sent
from services.notifications.partners.answering import Answering
from services.notifications.views import Reader, agencies, listed, tasks
from shared.access import Principal, SignedIn
from shared.asking import asked, named_version
from shared.errors import NotFound, PreconditionFailed, VersionNotNamed
from shared.eventstore.projection import Projection
from shared.eventstore.states import Loaded
from shared.fhir_searching import Search, bundle, fits
from shared.message import Occasion
from shared.operation_outcome import FhirResponse
from shared.service import Kernel

PREFIX = "/notifications/fhir/R4"


@dataclass(frozen=True, slots=True)
class Facade:
    """Answers a client of FHIR."""

    kernel: Kernel
    outbox: Projection
    answering: Answering
    resources: Resources

    @property
    def base(self) -> str:
        """Where the server answers."""
        return f"{self.kernel.settings.public_origin}{PREFIX}"

    async def own(self, principal: Principal, task_id: str) -> Told:
        """Raises: NotFound: no referral to this agency."""
        found = await told(self.kernel.store, task_id)
        if found is None or found.requested.agency != principal.id:
            raise NotFound("no referral to you has this id")
        return found

    async def task(self, principal: Principal, task_id: str, request: Request) -> FhirResponse:
        """The agency's first look is on record, and shows in no version."""
        found = await self.own(principal, task_id)
        await self.answering.look(task_id, await self._occasion(principal, found, request))
        return await self._shown(await self.own(principal, task_id))

    async def request(self, principal: Principal, task_id: str, request: Request) -> FhirResponse:
        """With the package where it is open; opening it is on record."""
        found, package = await self.own(principal, task_id), None
        if found.task.package_open:
            await self.answering.open_again(task_id, await self._occasion(principal, found, request))
            text = await self.answering.package(found.task)
            package = text if isinstance(text, str) else None
        return _answer(await self.resources.request(found, package, whole=True), found)

    async def update(self, principal: Principal, task_id: str, request: Request) -> FhirResponse:
        """Raises: VersionNotNamed, PreconditionFailed, Malformed, Invalid; the refusals of the task."""
        found = await self.own(principal, task_id)
        sent = task_sent(await request.body(), task_id)
        wanted, command = _wanted(request), await asked(request, principal)

        def same_version(loaded: Loaded[Task]) -> None:
            if wanted != loaded.state.moved + 1:
                raise PreconditionFailed(loaded.stream, wanted, loaded.state.moved + 1)

        answer = said(sent, found)
        if answer is None:
            same_version(Loaded("", 0, found.task, 0))
            return await self._shown(found)
        occasion = Occasion(principal.id, found.requested.school, self.kernel.clock.now(), command.cause, command.cause)
        await self.answering.give(task_id, found.task, answer, occasion, asked=command, check=same_version)
        return await self._shown(await self.own(principal, task_id))

    async def tasks(self, principal: Principal, search: Search, kind: str) -> dict[str, Any]:
        """A page of the agency's own, newest first."""
        ids, statuses, owners, moments = search.codes("_id"), search.codes("status"), search.codes("owner"), search.moments("_lastUpdated")
        rows = await tasks(self.outbox, Reader(principal.id, None, principal.id))
        wanted = [each["id"] for each in rows if (ids is None or each["id"] in ids) and (owners is None or fhir_id(principal.id) in owners)]
        found = [each for task_id in wanted if (each := await told(self.kernel.store, task_id)) is not None]
        fitting = [each for each in found if (statuses is None or each.status in statuses) and fits(each.moved_at, moments)]
        page = fitting[search.after : search.after + search.size]
        return bundle(self.base, kind, search, [await self._resource(kind, each) for each in page], len(fitting))

    async def _resource(self, kind: str, each: Told) -> dict[str, Any]:
        return await self.resources.task(each) if kind == "Task" else await self.resources.request(each, None, whole=False)

    async def directory(self, kind: str) -> Sequence[dict[str, Any]]:
        """Every resource of it."""
        if kind == "HealthcareService":
            return services(await listed(self.outbox))
        return organizations(await agencies(self.outbox), self.kernel.settings.public_origin)

    async def entries(self, kind: str, search: Search) -> dict[str, Any]:
        """A page of the directory."""
        ids, name, of = search.codes("_id"), search.text("name"), search.codes("organization")
        fitting = [
            each
            for each in await self.directory(kind)
            if (ids is None or each["id"] in ids)
            and (name is None or each["name"].casefold().startswith(name))
            and (of is None or each.get("providedBy", {}).get("reference", "").rpartition("/")[2] in of)
        ]
        return bundle(self.base, kind, search, fitting[search.after : search.after + search.size], len(fitting))

    async def _shown(self, found: Told) -> FhirResponse:
        said = [each for each in await self.answering.school_said(found.task) if isinstance(each, str)]
        return _answer(await self.resources.task(found, said), found)

    async def _occasion(self, principal: Principal, found: Told, request: Request) -> Occasion:
        command = await asked(request, principal)
        return Occasion(principal.id, found.requested.school, self.kernel.clock.now(), command.cause, command.cause)


def _wanted(request: Request) -> int:
    """Raises: VersionNotNamed."""
    wanted = named_version(request)
    if wanted is None:
        raise VersionNotNamed
    return wanted


def _answer(resource: dict[str, Any], found: Told) -> FhirResponse:
    moved = found.moved_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return FhirResponse(resource, headers={"etag": f'W/"{found.version}"', "last-modified": moved})


def router(kernel: Kernel, outbox: Projection) -> APIRouter:
    """All of it."""
    resources = Resources(Pseudonyms(kernel.vault), kernel.settings.public_origin)
    facade = Facade(kernel, outbox, Answering(kernel), resources)
    routes = APIRouter(prefix=PREFIX, tags=["fhir"], default_response_class=FhirResponse)
    _add_tasks(routes, facade)
    _add_directory(routes, facade)
    return routes


def _add_tasks(routes: APIRouter, facade: Facade) -> None:
    @routes.get("/metadata", summary="CapabilityStatement")
    async def metadata(_: SignedIn) -> FhirResponse:
        return FhirResponse(answered(facade.base))

    @routes.get("/Task", summary="The agency's own referrals: _id, status, owner, _lastUpdated, _count")
    async def search_tasks(request: Request, principal: SignedIn) -> FhirResponse:
        return FhirResponse(await facade.tasks(principal, Search.of(request), "Task"))

    @routes.get("/Task/{task_id}", summary="One referral; the first look is recorded")
    async def task(task_id: str, request: Request, principal: SignedIn) -> FhirResponse:
        return await facade.task(principal, task_id, request)

    @routes.put("/Task/{task_id}", summary="The agency's answer, as the status of the Task; `If-Match` is required")
    async def update(task_id: str, request: Request, principal: SignedIn) -> FhirResponse:
        return await facade.update(principal, task_id, request)

    @routes.get("/ServiceRequest", summary="What is asked, without the package: _id, _count")
    async def search_requests(request: Request, principal: SignedIn) -> FhirResponse:
        return FhirResponse(await facade.tasks(principal, Search.of(request), "ServiceRequest"))

    @routes.get("/ServiceRequest/{task_id}", summary="With the package in `note`, once it is open; opening it is recorded")
    async def service_request(task_id: str, request: Request, principal: SignedIn) -> FhirResponse:
        return await facade.request(principal, task_id, request)


def _add_directory(routes: APIRouter, facade: Facade) -> None:
    async def one(kind: str, resource_id: str) -> FhirResponse:
        found = next((each for each in await facade.directory(kind) if each["id"] == resource_id), None)
        if found is None:
            raise NotFound(f"no {kind} has this id")
        return FhirResponse(found)

    @routes.get("/Organization", summary="The district and its partner agencies: _id, name")
    async def search_organizations(request: Request, _: SignedIn) -> FhirResponse:
        return FhirResponse(await facade.entries("Organization", Search.of(request)))

    @routes.get("/Organization/{resource_id}")
    async def organization(resource_id: str, _: SignedIn) -> FhirResponse:
        return await one("Organization", resource_id)

    @routes.get("/HealthcareService", summary="What agencies offer: _id, name, organization")
    async def search_services(request: Request, _: SignedIn) -> FhirResponse:
        return FhirResponse(await facade.entries("HealthcareService", Search.of(request)))

    @routes.get("/HealthcareService/{resource_id}")
    async def service(resource_id: str, _: SignedIn) -> FhirResponse:
        return await one("HealthcareService", resource_id)
