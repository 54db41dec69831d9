"""The district's own people: appointed, dismissed, suspended and reinstated by the district's word (domain.md, People come and go)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from services.intake.domain.roster import ROSTER, Appoint, Command, Dismiss, Reinstate, Suspend
from services.intake.views import Directory
from shared.access import Principal, SignedIn
from shared.addresses import Flaw, mail_address
from shared.asked import Asked
from shared.asking import asked
from shared.decider import execute
from shared.errors import Fault, Invalid
from shared.events import PartnerRole, PersonAppointed, Post, SchoolKind, StaffRole
from shared.eventstore.projection import Projection
from shared.message import Occasion, derived_id
from shared.phones import phone_number
from shared.sealed import Sealed
from shared.sealing import ToSeal
from shared.service import Kernel

_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('appointing-' || current_schema(), 0))"

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PostBody(_Body):
    """role: and where it holds. school: id or NPSN. kind: of schools, of an officer. agency: id, of an agency's officer."""

    role: StaffRole | PartnerRole
    agency: Identifier | None = None
    school: Identifier | None = None
    kind: SchoolKind | None = None


class AppointBody(PostBody):
    """person: by id. name: of somebody who stands in no roster; without an id, whoever was appointed under this name, else somebody new."""

    person: Identifier | None = None
    name: Short | None = None
    email: Short | None = None
    phone: Short | None = None


class DismissBody(PostBody):
    person: Identifier


class PersonBody(_Body):
    person: Identifier


class Done(BaseModel):
    """changed: whether anything did."""

    person: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Appointing:
    """Decides and stores what the district says of its people. view: the directory, which is waited for. turn: of this process; see `_in_turn`."""

    kernel: Kernel
    view: Projection
    directory: Directory
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def appoint(self, body: AppointBody, principal: Principal, command: Asked) -> Done:
        """Raises: Invalid: an unknown school, no address, or a name that two people have. PostDoesNotFit, NameNeeded."""
        if body.person:
            return await self._appoint(body.person, body, principal, command)
        async with self._in_turn():
            person = await self.known_as(body.name) or str(derived_id(command.cause, "person"))
            return await self._appoint(person, body, principal, command)

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Appoints by name one after the other: two at once would both find nobody of that name, and make two people.

        In this process they wait without a connection, because whoever is at work needs one more.
        """
        async with self.turn, self.kernel.database.connection() as connection:
            await connection.execute(_TURN)
            yield

    async def _appoint(self, person: str, body: AppointBody, principal: Principal, command: Asked) -> Done:
        post = await self._post(body)
        known = await self.kernel.posts.of(person)
        name, email, phone = await self._sealed(person, body) if known.kind is None else (None, None, None)
        told = PersonAppointed(person=person, post=post, name=name, email=email, phone=phone)
        return await self._give(person, Appoint(told=told), principal, command)

    async def dismiss(self, body: DismissBody, principal: Principal, command: Asked) -> Done:
        """Raises: Invalid: an unknown school. NotAppointed."""
        return await self._give(body.person, Dismiss(person=body.person, post=await self._post(body)), principal, command)

    async def _give(self, person: str, wanted: Command, principal: Principal, command: Asked) -> Done:
        """Answers when this service knows it, so that the next request is judged by it. Raises: BehindWrite: it is stored, and not known yet."""
        occasion = Occasion(principal.id, None, self.kernel.clock.now(), command.cause, command.cause)
        done = await execute(self.kernel.store, ROSTER, f"person-{person}", wanted, occasion, asked=command)
        async with self.view.reading():
            self.kernel.posts.forget()
        return Done(person=person, changed=done.changed)

    async def _post(self, body: PostBody) -> Post:
        if (body.role == "agency-officer") != (body.agency is not None) or (body.agency and (body.school or body.kind)):
            raise Invalid(Fault("/agency", "agency-and-role"), message="agency: an agency-officer has one, and nobody else")
        if body.agency:
            return Post(body.role, body.agency)
        school = await self.directory.school(body.school) if body.school else None
        if body.school and school is None:
            raise Invalid(Fault("/school", "unknown-school"))
        return Post(body.role, school, body.kind)

    async def known_as(self, name: str | None) -> str | None:
        """Whoever was appointed under this name; None for nobody. Raises: Invalid: no name, or one that two people have."""
        if name is None:
            raise Invalid(Fault("/person", "missing"), message="person: say whom, by id or by name")
        people = await self.directory.appointed()
        names = await self.kernel.vault.open_many([box for _, box in people])
        found = [person for (person, _), known in zip(people, names, strict=True) if str(known).casefold() == name.casefold()]
        if len(found) > 1:
            raise Invalid(Fault("/name", "several-people"), message="name: several people have it; say the id: the appointment answered it")
        return found[0] if found else None

    async def _sealed(self, person: str, body: AppointBody) -> tuple[Sealed | None, Sealed | None, Sealed | None]:
        address = mail_address(body.email) if body.email else ""
        if isinstance(address, Flaw):
            raise Invalid(Fault("/email", address.code), message=f"/email: {address.reason}")
        number = phone_number(body.phone) if body.phone else ""
        if isinstance(number, Flaw):
            raise Invalid(Fault("/phone", number.code), message=f"/phone: {number.reason}")
        context = f"person-{person}"
        wanted = [
            ToSeal(person, "identity", body.name or "", f"{context}/name"),
            ToSeal(person, "contact", str(address), f"{context}/email"),
            ToSeal(person, "contact", str(number), f"{context}/phone"),
        ]
        boxes = await self.kernel.vault.seal_many(wanted)
        name, email, phone = (box if each.text else None for box, each in zip(boxes, wanted, strict=True))
        return name, email, phone

    async def suspend(self, person: str, principal: Principal, command: Asked) -> Done:
        """Raises: NobodyOfThisId."""
        return await self._give(person, Suspend(person=person), principal, command)

    async def reinstate(self, person: str, principal: Principal, command: Asked) -> Done:
        """Raises: NobodyOfThisId."""
        return await self._give(person, Reinstate(person=person), principal, command)


def router(appointing: Appointing) -> APIRouter:
    """The routes of appointments and suspensions."""
    routes = APIRouter(prefix="/intake/api", tags=["the district's people"])

    @routes.post("/appointments", summary="The district gives somebody a post")
    async def appoint(body: AppointBody, request: Request, principal: SignedIn) -> Done:
        return await appointing.appoint(body, principal, await asked(request, principal))

    @routes.post("/appointments/end", summary="An appointment ends")
    async def dismiss(body: DismissBody, request: Request, principal: SignedIn) -> Done:
        return await appointing.dismiss(body, principal, await asked(request, principal))

    @routes.post("/suspensions", summary="Somebody may do nothing any more, from the next request on")
    async def suspend(body: PersonBody, request: Request, principal: SignedIn) -> Done:
        return await appointing.suspend(body.person, principal, await asked(request, principal))

    @routes.post("/suspensions/end", summary="A suspension ends")
    async def reinstate(body: PersonBody, request: Request, principal: SignedIn) -> Done:
        return await appointing.reinstate(body.person, principal, await asked(request, principal))

    return routes
