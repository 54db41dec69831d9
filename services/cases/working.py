"""The routes of the commands: one for each, from the table in commands.py; and the fields that only the shell knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError

from services.cases.acting import Acting, Done, Start
from services.cases.commands import CASE_COMMANDS, OPENS, body_of, purpose_of, route_of, texts, with_sealed
from services.cases.domain.conference import ConveneConference
from services.cases.domain.group import NoteMember
from services.cases.domain.parents import PlanParentMeeting
from services.cases.domain.teacher import AskTeacher
from services.cases.domain.visit import PlanVisit
from shared.access import SignedIn
from shared.errors import Fault, Invalid
from shared.message import Fact
from shared.sealing import ToSeal


def router(start: Start) -> APIRouter:
    """`POST /cases/api/cases/{case_id}/<command>` for every command of the strategies and of the case."""
    routes = APIRouter(prefix="/cases/api/cases", tags=["activities"])
    for command in CASE_COMMANDS:
        _add(routes, start, command)
    return routes


def _add(routes: APIRouter, start: Start, command: type[Fact]) -> None:
    async def act(case_id: str, body: BaseModel, request: Request, principal: SignedIn) -> Done:
        acting = await start(case_id, request, principal)
        return await acting.perform(await built(acting, command, body), conflicts=command is not NoteMember)

    act.__annotations__ = {"case_id": str, "body": body_of(command), "request": Request, "principal": SignedIn, "return": Done}
    summary = (command.__doc__ or route_of(command).replace("-", " ").capitalize()).strip().split("\n")[0]
    routes.post(f"/{{case_id}}/{route_of(command)}", summary=f"{command.__name__}: {summary}", name=route_of(command))(act)


async def built(acting: Acting, command: type[Fact], body: BaseModel) -> Fact:
    """The command from what was said. Raises: Invalid: what was said names somebody who does not exist, or lies in the future."""
    said = body.model_dump(exclude={"happened_at"})
    now = acting.kernel.clock.now()
    at: datetime = getattr(body, "happened_at", None) or now
    if at > now + timedelta(minutes=5):
        raise Invalid(Fault("/happened_at", "in-the-future"))
    await _require_known(acting, command, said)
    found = list(texts(command, said))
    owner = acting.now.state.student or f"case-{acting.case_id}"
    wanted = [ToSeal(owner, purpose_of(command), text, f"case-{acting.case_id}{place}-{acting.asked.cause}") for place, text in found]
    boxes = await acting.kernel.vault.seal_many(wanted) if wanted else []
    sealed = {place: box for (place, _), box in zip(found, boxes, strict=True)}
    fields = with_sealed(command, said, sealed) | await _filled(acting, command, at)
    if command in OPENS:
        fields["activity"] = acting.id("activity")
    fields |= {"act": acting.id("act"), "by": acting.principal.id, "at": at}
    try:
        return command(**fields)
    except ValidationError as error:
        raise Invalid(*(Fault("/" + "/".join(map(str, each["loc"])), each["type"]) for each in error.errors(include_input=False))) from error


_PEOPLE: Mapping[type[Fact], tuple[str, str]] = {
    AskTeacher: ("teacher", "staff"),
    PlanParentMeeting: ("guardian", "guardian"),
    PlanVisit: ("guardian", "guardian"),
}


async def _require_known(acting: Acting, command: type[Fact], said: Mapping[str, Any]) -> None:
    """A person named in a command stands in the roster; a guardian is one of this student's."""
    if command in _PEOPLE:
        name, kind = _PEOPLE[command]
        person = await acting.roster.person(said[name])
        if person is None or person.kind != kind:
            raise Invalid(Fault(f"/{name}", "unknown-person"))
        student = await acting.roster.person(acting.now.state.student or "")
        if kind == "guardian" and (student is None or said[name] not in student.guardians):
            raise Invalid(Fault(f"/{name}", "not-a-guardian-of-the-student"))
    if command is ConveneConference:
        for number, invitee in enumerate(said["invitees"]):
            if invitee["side"] != "outside" and await acting.roster.person(invitee["person"]) is None:
                raise Invalid(Fault(f"/invitees/{number}/person", "unknown-person"))


async def _filled(acting: Acting, command: type[Fact], at: datetime) -> dict[str, Any]:
    """What the shell knows: times from the policy and the school calendar, the student's age, ids."""
    calendar, policy = acting.policy.calendar, acting.policy
    emergency = acting.now.state.urgency == "emergency"
    match command.__name__:
        case "DeclareConflict":
            return {"rule_by": calendar.after(at, 1)}
        case "TransferCase":
            return {"receipt_by": calendar.after(at, 2)}
        case "ReceiveTransfer":
            return {"school": await _receiving(acting)}
        case "CorrectFact":
            return {"tell_by": calendar.after(at, 3)}
        case "RecordConsent" | "PlanParentMeeting" | "PlanVisit":
            return {"age": await acting.age(at), "adult": policy.telling.adult}
        case "AskApproval":
            late = at + timedelta(minutes=policy.approval.emergency_minutes)
            return {"approve_by": late if emergency else calendar.after(at, policy.approval.school_days)}
        case "CallForHelp":
            return {"letter_by": at + timedelta(minutes=policy.telling.letter)}
        case "TakeNextAlternative":
            return {"fresh": acting.id("referral")}
        case _:
            return {}


async def _receiving(acting: Acting) -> str:
    """The school that was asked to take the case, if the principal is of it."""
    asked = acting.now.state.moves.asked
    if asked and (acting.principal.at(asked.to) or acting.principal.holds("district-duty")):
        return asked.to
    return ""
