"""HTTP of notifications: deliveries to look at, tasks for agencies, the directory of agencies, and the do-not-contact register."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.notifications.case_people import KeptPeople, cases_of, may_see, reads, sees
from services.notifications.contacting import Turns, mark_unsafe
from services.notifications.domain.agency import AGENCY, RegisterAgency
from services.notifications.domain.alert import ALERT, Acknowledge, Alert, AlertRaised
from services.notifications.domain.register import MarkUnsafe
from services.notifications.domain.task import TASK
from services.notifications.domain.task.state import Task
from services.notifications.domain.task.table import NEEDS_TIME, NEEDS_WORDS, TRIGGERS, Actor, DeclineReason
from services.notifications.endpoints import LONGEST, endpoint
from services.notifications.paging import MOST, After, Limit, part
from services.notifications.partners.answering import Answering, Channel, Said, stream_of
from services.notifications.partners.links import UNDER, TaskLinks
from services.notifications.partners.owning import own_task
from services.notifications.registering import AgencySecrets, Registering
from services.notifications.senders.signing import NotVerified, secret_bytes
from services.notifications.subscribers import task_of
from services.notifications.views import Page, Reader, Roster, agencies, deliveries, tasks
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.addresses import Flaw, mail_address
from shared.asked import Asked
from shared.asking import asked, read_cursor
from shared.decider import execute, load
from shared.errors import Fault, Invalid, NotAllowed, NotFound, Sentences
from shared.eventstore.projection import Projection
from shared.eventstore.states import Loaded
from shared.message import Occasion
from shared.rights.matrix import Level
from shared.sealed import Erased
from shared.service import Kernel
from shared.typed import AS_TYPED, When

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AS_TYPED]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _decodable(secret: str) -> str:
    """One that is no base64 would sign nothing, and every message to its agency would wait for ever."""
    try:
        secret_bytes(secret)
    except NotVerified as error:
        raise PydanticCustomError("not_base64", "the secret is not base64") from error
    return secret


Secret = Annotated[str, StringConstraints(pattern=r"^whsec_[A-Za-z0-9+/=]{24,100}$"), AfterValidator(_decodable)]


class AgencyBody(_Body):
    """secret, old_secret: `whsec_…`; both sign while keys rotate. mail: of the office, for links where there is no webhook."""

    id: Identifier
    name: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    kind: Annotated[str, StringConstraints(max_length=100)] = ""
    services: list[Annotated[str, StringConstraints(max_length=300)]] = Field(default=[], max_length=200)
    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)] | None = None
    secret: Secret | None = None
    old_secret: Secret | None = None
    mail: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)] | None = None


class TransitionBody(_Body):
    """trigger: as in the table of HL7 BSeR; reason: of a decline; note: in words; at: of an appointment.

    *enter-in-error* needs two people: the first proposes it, and it is done when another person sends it, too.
    """

    trigger: Identifier
    reason: DeclineReason | None = None
    note: Text | None = None
    at: When | None = None
    channel: Channel = "api"


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
    if principal.kind == "agency":
        return Reader(principal.id, None, principal.id)
    return Reader(principal.id, None if principal.kind == "service" or schools == EVERYWHERE else tuple(sorted(schools)))


def _deliveries(routes: APIRouter, kernel: Kernel, outbox: Projection) -> None:
    @routes.get("/deliveries", summary="Each message and attempt: queued, sending, sent, delivered, read, acknowledged, failed, parked, cancelled")
    async def list_deliveries(principal: SignedIn, case: str | None = None, after: After = None, limit: Limit = MOST) -> dict[str, Any]:
        page = Page(limit + 1, read_cursor(after, datetime.fromisoformat, UUID))
        found, more = part(await deliveries(outbox, _reader(principal), case, page), limit, "queued_at")
        levels = await _levels(kernel, principal, found)
        theirs = [each for each in found if not each["case"] or may_see(each["kind"], levels[each["case"]])]
        return {"items": [_without("school", each) for each in theirs], "next": more}

    @routes.post("/alerts/{alert_id}/acknowledge", summary="I have seen it and take it in hand")
    async def acknowledge(alert_id: str, _: Nothing, request: Request, principal: SignedIn) -> dict[str, str]:
        command = await asked(request, principal)

        def on_its_ladder(loaded: Loaded[Alert]) -> None:
            raised = loaded.state.raised
            if raised is None or principal.id not in loaded.state.people or not principal.at(raised.school):
                raise NotFound("no alert of yours has this id")

        raised = (await load(kernel.store, ALERT, f"alert-{alert_id}")).state.raised
        if raised is not None and await _is_kept_away(kernel, raised, principal):
            raise NotFound("no alert of yours has this id")
        stream, occasion = f"alert-{alert_id}", _occasion(kernel, principal, command, None)
        done = await execute(kernel.store, ALERT, stream, Acknowledge(by=principal.id), occasion, asked=command, check=on_its_ladder)
        return {"alert": alert_id, "acknowledged_by": done.state.acknowledged_by or ""}


async def _is_kept_away(kernel: Kernel, raised: AlertRaised, principal: Principal) -> bool:
    """Whether somebody who was alerted has been named in the case, or suspended from it, since."""
    return await KeptPeople(kernel.database).keeps_away(raised.case, raised.school, principal.id)


def _tasks(routes: APIRouter, kernel: Kernel, outbox: Projection) -> None:
    answering = Answering(kernel)

    @routes.get("/tasks", summary="Tasks: an agency sees its own")
    async def list_tasks(principal: SignedIn, after: After = None, limit: Limit = MOST) -> dict[str, Any]:
        page = Page(limit + 1, read_cursor(after, datetime.fromisoformat, str))
        found, more = part(await tasks(outbox, _reader(principal), page), limit, "requested_at")
        if principal.kind != "agency":
            levels = await _levels(kernel, principal, found)
            found = [each for each in found if reads(levels[each["case"]])]
        return {"items": [_without("case", _without("school", each)) for each in found], "next": more}

    @routes.get("/tasks/{task_id}", summary="One task; an agency's first look is recorded as received")
    async def task(task_id: str, principal: SignedIn, request: Request) -> dict[str, Any]:
        found = await own_task(kernel, principal, task_id)
        if principal.kind == "agency":
            command = await asked(request, principal)
            found = (await answering.look(task_id, _occasion(kernel, principal, command, _school_of(found)))).state
        said = [{"erased": True} if isinstance(each, Erased) else each for each in await answering.school_said(found)]
        return {**_shown(task_id, found), "school_said": said}

    @routes.get("/tasks/{task_id}/package", summary="What is disclosed to the agency; opening it is recorded")
    async def package(task_id: str, principal: SignedIn, request: Request) -> dict[str, Any]:
        found = await own_task(kernel, principal, task_id)
        command = await asked(request, principal)
        opened = await answering.open(task_id, _occasion(kernel, principal, command, _school_of(found)))
        text = await answering.package(opened.state)
        return {"task": task_id, "package": {"erased": True} if isinstance(text, Erased) else text}

    @routes.post("/referrals/{referral}/letter-link", summary="Where the agency answers that has the letter of this referral")
    async def letter_link(referral: str, _: SignedIn) -> dict[str, str]:
        task_id = task_of(referral)
        if (await load(kernel.store, TASK, stream_of(task_id))).state.requested is None:
            raise NotFound("no referral was sent with this id")
        links = TaskLinks(kernel.database, kernel.keys)
        return {"path": f"{UNDER}{await links.make_for_letter(task_id, kernel.clock.now())}"}

    @routes.post("/tasks/{task_id}/transitions", summary="The agency's answer; what the table lacks is refused")
    async def transition(task_id: str, body: TransitionBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        if body.trigger not in TRIGGERS:
            raise Invalid(Fault("/trigger", "unknown-trigger"))
        _require_what_it_needs(body)
        found = await own_task(kernel, principal, task_id)
        command = await asked(request, principal)
        said = Said(body.trigger, _actor(principal, body), body.channel, body.reason, body.note, body.at)
        occasion = _occasion(kernel, principal, command, _school_of(found))
        return _shown(task_id, (await answering.give(task_id, found, said, occasion, asked=command)).state)


def _require_what_it_needs(body: TransitionBody) -> None:
    """An appointment without a time, and an outcome without words, could not be mended later. Raises: Invalid."""
    faults = [
        *([Fault("/at", "missing", _TIME)] if body.trigger in NEEDS_TIME and body.at is None else []),
        *([Fault("/note", "missing", _WORDS)] if body.trigger in NEEDS_WORDS and body.note is None else []),
    ]
    if faults:
        raise Invalid(*faults)


_TIME = Sentences("Tuliskan hari dan jam pertemuan.", "Say the day and the time of the appointment.")
_WORDS = Sentences("Tuliskan keterangannya.", "Say it in words.")


def _school_of(found: Task) -> str | None:
    return found.requested.school if found.requested else None


def _actor(principal: Principal, body: TransitionBody) -> Actor:
    """Staff may note what an agency said by phone or letter; then the channel says so."""
    if principal.kind == "agency":
        return "R"
    if body.trigger in ("request-cancel", "enter-in-error"):
        return "I"
    if body.channel not in ("phone", "letter"):
        raise NotAllowed("staff note an agency's answer only from a phone call or a letter: say which in `channel`")
    return "R"


async def _levels(kernel: Kernel, principal: Principal, rows: list[dict[str, Any]]) -> dict[str, Level]:
    """What the principal may know of each case that the rows are about."""
    people = await KeptPeople(kernel.database).of(cases_of(rows))
    return {case: sees(principal, each, kernel.clock.now()) for case, each in people.items()}


def _without(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in row.items() if field != name}


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
        "package_open": found.package_open,
    }


def _agencies(routes: APIRouter, kernel: Kernel, outbox: Projection) -> None:
    @routes.get("/agencies", summary="The directory of partner agencies")
    async def list_agencies(_: SignedIn) -> dict[str, Any]:
        return {"items": await agencies(outbox), "next": None}

    @routes.post("/agencies", status_code=201, summary="Register an agency, or change it")
    async def register(body: AgencyBody, request: Request, principal: SignedIn) -> dict[str, Any]:
        command = await asked(request, principal)
        url = _entered(body.url, loopback=kernel.settings.loopback_webhooks)
        registering, given = Registering(kernel.store, kernel.vault), AgencySecrets(body.secret, body.old_secret, _mailbox(body.mail))
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


def _mailbox(mail: str | None) -> str | None:
    """Raises: Invalid: it is no address to which a mail can go."""
    parsed = mail_address(mail) if mail else None
    if isinstance(parsed, Flaw):
        raise Invalid(Fault("/mail", parsed.code), message=f"/mail: {parsed.reason}")
    return str(parsed) if parsed else None


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
