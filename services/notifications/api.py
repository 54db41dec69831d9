"""HTTP of notifications: deliveries to look at, tasks for agencies, the directory of agencies, and the do-not-contact register."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.notifications.case_people import KeptPeople, cases_of, may_see, reads, sees
from services.notifications.contacting import Turns, mark_unsafe
from services.notifications.domain.agency import AGENCY, RegisterAgency
from services.notifications.domain.alert import ALERT, Acknowledge, Alert
from services.notifications.domain.register import MarkUnsafe
from services.notifications.domain.task import TASK, TRIGGERS, Actor, DeclineReason, Move, NoSuchTask, OpenPackage, Task, TaskRequested
from services.notifications.endpoints import LONGEST, endpoint
from services.notifications.registering import AgencySecrets, Registering
from services.notifications.views import Reader, Roster, agencies, deliveries, tasks
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.addresses import Flaw
from shared.asked import Asked
from shared.asking import asked
from shared.decider import execute, load
from shared.errors import Fault, Invalid, NotAllowed, NotFound
from shared.eventstore.projection import Projection
from shared.eventstore.states import Loaded
from shared.message import Occasion, derived_id
from shared.rights.matrix import Level
from shared.sealed import Erased, Sealed
from shared.service import Kernel
from shared.typed import AS_TYPED

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AS_TYPED]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AgencyBody(_Body):
    """secret, old_secret: `whsec_…`; both sign while keys rotate."""

    id: Identifier
    name: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    kind: Annotated[str, StringConstraints(max_length=100)] = ""
    services: list[Annotated[str, StringConstraints(max_length=300)]] = Field(default=[], max_length=200)
    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)] | None = None
    secret: Annotated[str, StringConstraints(pattern=r"^whsec_[A-Za-z0-9+/=]{24,100}$")] | None = None
    old_secret: Annotated[str, StringConstraints(pattern=r"^whsec_[A-Za-z0-9+/=]{24,100}$")] | None = None


class TransitionBody(_Body):
    """trigger: as in the table of HL7 BSeR; reason: of a decline; note: in words; at: of an appointment.

    *enter-in-error* needs two people: the first proposes it, and it is done when another person sends it, too.
    """

    trigger: Identifier
    reason: DeclineReason | None = None
    note: Text | None = None
    at: AwareDatetime | None = None
    channel: Literal["api", "portal", "letter", "phone"] = "api"


class MarkBody(_Body):
    """A guardian that must not be contacted about this student."""

    student: Identifier
    guardian: Identifier
    school: Identifier


class Nothing(_Body):
    pass


def router(kernel: Kernel, roster: Roster, outbox: Projection, turns: Turns) -> APIRouter:
    """All JSON routes of notifications."""
    routes = APIRouter(prefix="/notifications/api", tags=["notifications"])
    _deliveries(routes, kernel, outbox)
    _tasks(routes, kernel, outbox)
    _agencies(routes, kernel, outbox)
    _register(routes, kernel, roster, turns)
    return routes


def _occasion(kernel: Kernel, principal: Principal, command: Asked, school: str | None) -> Occasion:
    return Occasion(principal.id, school, kernel.clock.now(), command.cause, command.cause)


def _reader(principal: Principal) -> Reader:
    """Staff see the schools where they hold a role for it, and nothing of a concern that names them; empty is nobody's."""
    schools = principal.schools()
    return Reader(principal.id, None if principal.kind != "person" or schools == EVERYWHERE else tuple(sorted(schools)))


def _deliveries(routes: APIRouter, kernel: Kernel, outbox: Projection) -> None:
    @routes.get("/deliveries", summary="Each message and attempt: queued, sending, sent, delivered, acknowledged, failed, cancelled")
    async def list_deliveries(principal: SignedIn, case: str | None = None) -> dict[str, Any]:
        found = await deliveries(outbox, _reader(principal), case)
        levels = await _levels(kernel, principal, found)
        theirs = [each for each in found if not each["case"] or may_see(each["kind"], levels[each["case"]])]
        return {"items": [_without("school", each) for each in theirs], "next": None}

    @routes.post("/alerts/{alert_id}/acknowledge", summary="I have seen it and take it in hand")
    async def acknowledge(alert_id: str, _: Nothing, request: Request, principal: SignedIn) -> dict[str, str]:
        command = await asked(request, principal)

        def on_its_ladder(loaded: Loaded[Alert]) -> None:
            raised = loaded.state.raised
            if raised is None or principal.id not in loaded.state.people or not principal.at(raised.school):
                raise NotFound("no alert of yours has this id")

        stream, occasion = f"alert-{alert_id}", _occasion(kernel, principal, command, None)
        done = await execute(kernel.store, ALERT, stream, Acknowledge(by=principal.id), occasion, asked=command, check=on_its_ladder)
        return {"alert": alert_id, "acknowledged_by": done.state.acknowledged_by or ""}


def _tasks(routes: APIRouter, kernel: Kernel, outbox: Projection) -> None:
    @routes.get("/tasks", summary="Tasks: an agency sees its own")
    async def list_tasks(principal: SignedIn) -> dict[str, Any]:
        if principal.kind == "agency":
            found = await tasks(outbox, _reader(principal), principal.id)
        else:
            everything = await tasks(outbox, _reader(principal), None)
            levels = await _levels(kernel, principal, everything)
            found = [each for each in everything if reads(levels[each["case"]])]
        return {"items": [_without("case", _without("school", each)) for each in found], "next": None}

    @routes.get("/tasks/{task_id}", summary="One task; an agency's first look is recorded as received")
    async def task(task_id: str, principal: SignedIn, request: Request) -> dict[str, Any]:
        found = await _own(kernel, principal, task_id)
        if principal.kind == "agency":
            command = await asked(request, principal)
            move = Move(transition=f"fetch-{task_id}", actor="R", trigger="fetch", by=principal.id)
            occasion = _occasion(kernel, principal, command, found.requested.school if found.requested else None)
            found = (await execute(kernel.store, TASK, f"task-{task_id}", move, occasion)).state
        return _shown(task_id, found)

    @routes.get("/tasks/{task_id}/package", summary="What is disclosed to the agency; opening it is recorded")
    async def package(task_id: str, principal: SignedIn, request: Request) -> dict[str, Any]:
        found = await _own(kernel, principal, task_id)
        command = await asked(request, principal)
        occasion = _occasion(kernel, principal, command, found.requested.school if found.requested else None)
        opened = await execute(kernel.store, TASK, f"task-{task_id}", OpenPackage(by=principal.id), occasion)
        if opened.state.requested is None:
            raise NoSuchTask
        text = await kernel.vault.open(opened.state.requested.package)
        return {"task": task_id, "package": {"erased": True} if isinstance(text, Erased) else text}

    @routes.post("/tasks/{task_id}/transitions", summary="The agency's answer; what the table lacks is refused")
    async def transition(task_id: str, body: TransitionBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        if body.trigger not in TRIGGERS:
            raise Invalid(Fault("/trigger", "unknown-trigger"))
        found = await _own(kernel, principal, task_id)
        command = await asked(request, principal)
        note = await _sealed_note(kernel, found, task_id, body.note, command)
        actor = _actor(principal, body)
        fields = body.model_dump(exclude={"note"})
        move = Move(transition=str(derived_id(command.cause, "transition")), actor=actor, by=principal.id, note=note, **fields)
        occasion = _occasion(kernel, principal, command, found.requested.school if found.requested else None)
        return _shown(task_id, (await execute(kernel.store, TASK, f"task-{task_id}", move, occasion, asked=command)).state)


def _actor(principal: Principal, body: TransitionBody) -> Actor:
    """Staff may note what an agency said by phone or letter; then the channel says so."""
    if principal.kind == "agency":
        return "R"
    if body.trigger in ("request-cancel", "enter-in-error"):
        return "I"
    if body.channel not in ("phone", "letter"):
        raise NotAllowed("staff note an agency's answer only from a phone call or a letter: say which in `channel`")
    return "R"


async def _own(kernel: Kernel, principal: Principal, task_id: str) -> Task:
    found = (await load(kernel.store, TASK, f"task-{task_id}")).state
    if found.requested is None or not await _is_theirs(kernel, principal, found.requested):
        raise NotFound("no task of yours has this id")
    return found


async def _is_theirs(kernel: Kernel, principal: Principal, requested: TaskRequested) -> bool:
    """An agency's own; of staff whoever reads the case now: nobody who is named in it or suspended, also not as the second of two."""
    if principal.kind == "agency":
        return requested.agency == principal.id
    people = await KeptPeople(kernel.database).of({requested.case: requested.school})
    return reads(sees(principal, people[requested.case], kernel.clock.now()))


async def _levels(kernel: Kernel, principal: Principal, rows: list[dict[str, Any]]) -> dict[str, Level]:
    """What the principal may know of each case that the rows are about."""
    people = await KeptPeople(kernel.database).of(cases_of(rows))
    return {case: sees(principal, each, kernel.clock.now()) for case, each in people.items()}


def _without(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in row.items() if field != name}


async def _sealed_note(kernel: Kernel, found: Task, task_id: str, note: str | None, command: Asked) -> Sealed | None:
    if note is None or found.requested is None:
        return None
    owner = found.requested.student or f"case-{found.requested.case}"
    return await kernel.vault.seal(owner, "answer", note, f"task-{task_id}/note-{command.cause}")


def _shown(task_id: str, found: Task) -> dict[str, Any]:
    requested = found.requested
    assert requested is not None
    return {
        "id": task_id,
        "state": found.state,
        "business_status": found.business_status,
        "priority": requested.priority,
        "respond_by": requested.respond_by,
        "waits_for_second": found.proposal is not None,
        "package_open": found.accepted or requested.package_opens == "at-once",
    }


def _agencies(routes: APIRouter, kernel: Kernel, outbox: Projection) -> None:
    @routes.get("/agencies", summary="The directory of partner agencies")
    async def list_agencies(_: SignedIn) -> dict[str, Any]:
        return {"items": await agencies(outbox), "next": None}

    @routes.post("/agencies", status_code=201, summary="Register an agency, or change it")
    async def register(body: AgencyBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        command = await asked(request, principal)
        url = _entered(body.url, loopback=kernel.settings.demo_sign_in)
        registering, given = Registering(kernel.store, kernel.vault), AgencySecrets(body.secret, body.old_secret)
        secrets = await registering.sealed(body.id, given)
        told = {
            "agency": body.id,
            "name": body.name,
            "kind": body.kind,
            "services": tuple(body.services),
            "url": url,
            "digest": await registering.digest(body.id, given),
        }
        occasion = _occasion(kernel, principal, command, None)
        done = await execute(kernel.store, AGENCY, f"agency-{body.id}", RegisterAgency(**told, **secrets), occasion, asked=command)
        await outbox.caught_up(done.position)
        return {"id": body.id, "changed": done.changed}


def _entered(url: str | None, *, loopback: bool) -> str | None:
    """The endpoint as it is called. Raises: Invalid: it can never be called; the reason says what to enter."""
    parsed = endpoint(url, loopback=loopback) if url else None
    if isinstance(parsed, Flaw):
        raise Invalid(Fault("/url", parsed.code), message=f"/url: {parsed.reason}")
    return parsed.url if parsed else None


def _register(routes: APIRouter, kernel: Kernel, roster: Roster, turns: Turns) -> None:
    @routes.post("/do-not-contact", summary="Mark a guardian as unsafe; when this answers, no sending begins any more")
    async def mark(body: MarkBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        if not principal.at(body.school) or await roster.school(body.student) != body.school:
            raise NotFound("no student of yours has this id at this school")
        if body.guardian not in await roster.guardians(body.student):
            raise Invalid(Fault("/guardian", "not-a-guardian"))
        command = await asked(request, principal)
        marked = MarkUnsafe(student=body.student, school=body.school, guardians=(body.guardian,))
        done = await mark_unsafe(kernel.store, turns, marked, _occasion(kernel, principal, command, body.school), asked=command)
        return {"student": body.student, "unsafe": sorted(done.state.unsafe)}
