"""HTTP of the commands: one route for each, made from the command itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.cases.commands.bodies import body_of
from services.cases.commands.envelope import Envelope
from services.cases.commands.on_activity import OnActivity, permission_of
from services.cases.commands.on_calendar import OnCalendar
from services.cases.commands.on_case import OnCase
from services.cases.commands.on_group import OnGroup
from services.cases.commands.on_paper import OnPaper
from services.cases.commands.on_rota import OnRota
from services.cases.commands.road import Road
from services.cases.commands.subject import Said
from services.cases.domain.calendars import KindOfSchool, SetCalendar
from services.cases.domain.case.case import CASE_COMMANDS
from services.cases.domain.case.paper import BringIn
from services.cases.domain.case.state import Case
from services.cases.domain.duty import EndLeave, RecordLeave
from services.cases.domain.steps.activity import BeginActivity
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.endings import COMMON
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.strategies.group import GROUP_STEPS
from services.cases.domain.strategies.group_steps import FormGroup
from shared.access import Principal, SignedIn
from shared.asking import asked, named_version
from shared.errors import NotFound
from shared.events import DISTRICT, calendar_of_kind, calendar_of_school
from shared.eventstore.states import Loaded

GIVEN = tuple(command for command in CASE_COMMANDS if command.permission)
"""Every command of a case, with the strategies of the register, but the other half of a merge, which is never given alone."""


class Done(BaseModel):
    """What became of a command: the case's version now, and that of the activity it was about."""

    case: str
    version: int
    state: str
    activity: str | None = None
    activity_version: int | None = None


class Stood(BaseModel):
    """What became of a command on a group, a partnership or a consultation."""

    id: str
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class CommandRoutes:
    """Adds routes and says which permission each one needs."""

    road: Road
    routes: APIRouter

    def add(
        self, path: str, command: type[Command], act: Any, body: type[BaseModel], *, permission: str, summary: str = "", **path_names: Any
    ) -> None:
        """One `POST`. act: the handler; its body and the parts of its path are typed here, because they follow from the command."""
        act.__annotations__ = {**path_names, "body": body, "request": Request, "principal": SignedIn}
        told = summary or (command.__doc__ or command.called.replace("-", " ").capitalize()).strip().split("\n")[0]
        self.road.kernel.access.permissions.grant("POST", f"{self.routes.prefix}{path}", permission)
        self.routes.post(path, summary=f"{command.__name__}: {told}", name=command.called)(act)

    async def envelope(self, request: Request, principal: Principal, body: BaseModel) -> tuple[Envelope, dict[str, Any]]:
        """What the request says around the command, and what it says in it."""
        known = await asked(request, principal)
        said = body.model_dump()
        happened_at = said.pop("happened_at")
        return Envelope(principal, known.cause, self.road.kernel.clock.now(), happened_at, known, named_version(request)), said


def router(road: Road) -> APIRouter:
    """`/cases/api/cases/{case_id}/…`, `/groups`, `/partnerships`, `/consultations`, `/schools/{school}/…`."""
    commands = CommandRoutes(road, APIRouter(prefix="/cases/api", tags=["commands"]))
    for command in road.casework.commands:
        if command.permission:
            _on_case(commands, command)
    _on_paper(commands)
    _open_group(commands)
    for step in GROUP_STEPS:
        _on_group(commands, step)
    for strategy in road.casework.alone:
        _without_case(commands, strategy)
    for change in (RecordLeave, EndLeave):
        _on_rota(commands, change)
    _on_calendar(commands)
    return commands.routes


# on a case ---------------------------------------------------------------------------------------------------------


def _on_case(commands: CommandRoutes, command: type[Command]) -> None:
    road, begins = commands.road, issubclass(command, BeginActivity)

    async def act(case_id: str, body: BaseModel, request: Request, principal: Principal) -> Done:
        envelope, said = await commands.envelope(request, principal, body)
        now = await road.take(envelope, OnCase(road.kernel, road.casework.case, case_id), command, said)
        return _done(now, envelope.id("activity") if begins else said.get("activity"))

    commands.add(f"/cases/{{case_id}}/{command.called}", command, act, body_of(command), permission=command.permission, case_id=str)


def _done(now: Loaded[Case], about: str | None) -> Done:
    """about: the activity that the command was about."""
    activity = now.state.activities.get(about or "")
    return Done(
        case=now.state.case or "",
        version=now.version,
        state=now.state.state,
        activity=activity.activity if activity else None,
        activity_version=activity.version if activity else None,
    )


def _on_paper(commands: CommandRoutes) -> None:
    road = commands.road

    async def act(school: str, body: BaseModel, request: Request, principal: Principal) -> Done:
        envelope, said = await commands.envelope(request, principal, body)
        subject = OnPaper(road.kernel, road.casework.case, envelope.id("case"), school, said["student"])
        return _done(await road.take(envelope, subject, BringIn, said | {"school": school}), None)

    path, body = f"/schools/{{school}}/{BringIn.called}", body_of(BringIn, in_path=("school",))
    commands.add(path, BringIn, act, body, permission=BringIn.permission, school=str)


# groups ------------------------------------------------------------------------------------------------------------


def _open_group(commands: CommandRoutes) -> None:
    async def form(body: BaseModel, request: Request, principal: Principal) -> Stood:
        envelope, said = await commands.envelope(request, principal, body)
        group = envelope.id("group")
        now = await commands.road.take(envelope, OnGroup(group), FormGroup, said)
        return Stood(id=group, version=now.version, state=now.state.state)

    told = "form a group from the students of several cases"
    commands.add("/groups", FormGroup, form, body_of(FormGroup), permission=FormGroup.permission, summary=told)


def _on_group(commands: CommandRoutes, command: type[Command]) -> None:
    async def act(group_id: str, body: BaseModel, request: Request, principal: Principal) -> Stood:
        envelope, said = await commands.envelope(request, principal, body)
        now = await commands.road.take(envelope, OnGroup(group_id), command, said)
        return Stood(id=group_id, version=now.version, state=now.state.state)

    path = f"/groups/{{group_id}}/{command.called}"
    commands.add(path, command, act, body_of(command), permission=command.permission, summary="by the group's leader", group_id=str)


# partnerships and consultations ------------------------------------------------------------------------------------


def _without_case(commands: CommandRoutes, strategy: StandingAlone) -> None:
    _begin_activity(commands, strategy)
    later = [step.command for step in strategy.steps if not step.opens]
    for command in (*later, *COMMON):
        _on_activity(commands, strategy, command)


def _begin_activity(commands: CommandRoutes, strategy: StandingAlone) -> None:
    command = strategy.beginning

    async def begin(body: BaseModel, request: Request, principal: Principal) -> Stood:
        envelope, said = await commands.envelope(request, principal, body)
        return await _taken(commands, envelope, strategy, command, said, envelope.id("activity"))

    told = f"begin a {strategy.name}, with or without a case"
    commands.add(f"/{strategy.path}", command, begin, body_of(command), permission=command.permission, summary=told)


def _on_activity(commands: CommandRoutes, strategy: StandingAlone, command: type[Command]) -> None:
    async def act(activity_id: str, body: BaseModel, request: Request, principal: Principal) -> Stood:
        envelope, said = await commands.envelope(request, principal, body)
        return await _taken(commands, envelope, strategy, command, said | {"activity": activity_id}, activity_id)

    path, body = f"/{strategy.path}/{{activity_id}}/{command.called}", body_of(command, in_path=("activity",))
    permission, told = permission_of(strategy, command), f"step of a {strategy.name}"
    commands.add(path, command, act, body, permission=permission, summary=told, activity_id=str)


async def _taken(commands: CommandRoutes, envelope: Envelope, strategy: StandingAlone, command: type[Command], said: Said, activity_id: str) -> Stood:
    subject = OnActivity(commands.road.casework.without_case, strategy, activity_id)
    now = await commands.road.take(envelope, subject, command, said)
    return Stood(id=activity_id, version=now.version, state=now.state.activity.state if now.state.activity else "")


# the rota ----------------------------------------------------------------------------------------------------------


def _on_rota(commands: CommandRoutes, command: type[Command]) -> None:
    async def act(school: str, body: BaseModel, request: Request, principal: Principal) -> dict[str, str]:
        envelope, said = await commands.envelope(request, principal, body)
        await commands.road.take(envelope, OnRota(school), command, said)
        return {"school": school}

    path = f"/schools/{{school}}/{command.called}"
    commands.add(path, command, act, body_of(command), permission=command.permission, summary="somebody on the school's ladder", school=str)


# the calendar ------------------------------------------------------------------------------------------------------


def _on_calendar(commands: CommandRoutes) -> None:
    async def district(body: BaseModel, request: Request, principal: Principal) -> dict[str, str]:
        return await _calendar_said(commands, body, request, principal, DISTRICT)

    async def of_kind(kind: str, body: BaseModel, request: Request, principal: Principal) -> dict[str, str]:
        return await _calendar_said(commands, body, request, principal, calendar_of_kind(kind))

    async def of_school(school: str, body: BaseModel, request: Request, principal: Principal) -> dict[str, str]:
        return await _calendar_said(commands, body, request, principal, calendar_of_school(school), school)

    body, name = body_of(SetCalendar, in_path=("of",)), SetCalendar.called
    for path, act, told, place in (
        (f"/calendar/{name}", district, "the calendar of the whole district", {}),
        (f"/calendar/kinds/{{kind}}/{name}", of_kind, "the calendar of a kind of school", {"kind": KindOfSchool}),
        (f"/calendar/schools/{{school}}/{name}", of_school, "the calendar of one school", {"school": str}),
    ):
        commands.add(path, SetCalendar, act, body, permission=SetCalendar.permission, summary=told, **place)


async def _calendar_said(
    commands: CommandRoutes, body: BaseModel, request: Request, principal: Principal, of: str, school: str | None = None
) -> dict[str, str]:
    envelope, said = await commands.envelope(request, principal, body)
    if school is not None and await commands.road.calendars.level(school) is None:
        raise NotFound("there is no school with this id")
    await commands.road.take(envelope, OnCalendar(school), SetCalendar, said | {"of": of})
    return {"of": of}
