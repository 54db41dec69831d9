"""Routes of what is not one case: groups, partnerships, consultations, and the school's rota. Rights follow the school and the parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError

from services.cases.commands import OPENS, body_of, purpose_of, route_of, texts, with_sealed
from services.cases.domain.activity import COMMON, Activity
from services.cases.domain.case import CASE
from services.cases.domain.consultation import AskConsultation
from services.cases.domain.duty import DUTY, DUTY_COMMANDS
from services.cases.domain.group import GROUP, GROUP_COMMANDS, AddMember, FormGroup, Group, Member
from services.cases.domain.partnership import ProposePartnership
from services.cases.domain.standing import STANDING, STANDING_ACTIVITY, Standing
from services.cases.occasions import occasion_of, taken_before
from services.cases.reading import opened_trees
from services.cases.rights import require_content
from services.cases.views import record_read
from shared.access import Principal, SignedIn
from shared.decider import Decider, execute, load
from shared.errors import Fault, Invalid, NotAllowed, NotFound
from shared.message import Event, Fact, derived_id
from shared.sealing import ToSeal
from shared.service import Kernel
from shared.web import Asked, asked, require_version


class Stood(BaseModel):
    """What became of a command on a group, a partnership or a consultation."""

    id: str
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Begun:
    """One request of one principal."""

    kernel: Kernel
    principal: Principal
    request: Request
    asked: Asked

    def id(self, name: str) -> str:
        return str(derived_id(self.asked.cause, name))

    async def command(self, wanted: type[Fact], body: BaseModel, stream: str, extra: Mapping[str, Any]) -> Fact:
        """The command from what was said; texts are sealed under the stream's own key. Raises: Invalid."""
        said = body.model_dump(exclude={"happened_at"})
        now = self.kernel.clock.now()
        at: datetime = getattr(body, "happened_at", None) or now
        if at > now + timedelta(minutes=5):
            raise Invalid(Fault("/happened_at", "in-the-future"))
        found = list(texts(wanted, said))
        boxes = await self.kernel.vault.seal_many(
            [ToSeal(stream, purpose_of(wanted), text, f"{stream}{place}-{self.asked.cause}") for place, text in found]
        )
        sealed = {place: box for (place, _), box in zip(found, boxes, strict=True)}
        fields = with_sealed(wanted, said, sealed) | dict(extra) | {"act": self.id("act"), "by": self.principal.id, "at": at}
        try:
            return wanted(**fields)
        except ValidationError as error:
            raise Invalid(*(Fault("/" + "/".join(map(str, each["loc"])), each["type"]) for each in error.errors(include_input=False))) from error

    async def perform(self, decider: Decider[Any, Any, Any], stream: str, command: Fact, school: str) -> Any:
        """Decides and appends; the decider's state after it."""
        occasion = occasion_of(self.principal, self.asked, command, school, self.kernel.clock.now())
        repeated = "if-match" in self.request.headers and await taken_before(self.kernel.store, stream, self.asked)

        def check(loaded: Any) -> None:
            if not repeated:
                require_version(self.request, loaded.version, stream)

        return await execute(self.kernel.store, decider, stream, command, occasion, check=check)


def router(kernel: Kernel) -> APIRouter:
    """`/cases/api/groups`, `/cases/api/partnerships`, `/cases/api/consultations`, `/cases/api/schools/{school}/…`."""
    routes = APIRouter(prefix="/cases/api", tags=["groups, partnerships, consultations, rota"])
    _groups(routes, kernel)
    _standing(routes, kernel, "partnerships", "partnership", ProposePartnership)
    _standing(routes, kernel, "consultations", "consultation", AskConsultation)
    _duty(routes, kernel)
    return routes


async def _begun(kernel: Kernel, request: Request, principal: Principal) -> Begun:
    return Begun(kernel, principal, request, await asked(request, principal))


def _at_school(principal: Principal, school: str) -> None:
    """Raises: NotFound: nothing of another school is known of."""
    if not principal.holds("district-duty") and not (principal.schools and principal.at(school)):
        raise NotFound("nothing of yours has this id")


async def _steps(kernel: Kernel, principal: Principal, what: str, subject: str, version: int, events: Sequence[Event]) -> list[Any]:
    """Every step with its texts; that it was read is recorded before they leave."""
    await record_read(kernel.database, principal.id, subject, what, version)
    return await opened_trees(kernel, [event.model_dump(mode="json", exclude={"version", "act"}) for event in events])


# groups ------------------------------------------------------------------------------------------------------------


def _groups(routes: APIRouter, kernel: Kernel) -> None:
    for command in GROUP_COMMANDS:
        if command is FormGroup:
            _form_group(routes, kernel)
        else:
            _group_step(routes, kernel, command)

    @routes.get("/groups/{group_id}", summary="A group, for its leader")
    async def group(group_id: str, principal: SignedIn) -> dict[str, Any]:
        loaded = await load(kernel.store, GROUP, f"group-{group_id}")
        _leads(principal, loaded.state)
        steps = await _steps(kernel, principal, "group", group_id, loaded.version, loaded.state.events)
        members = [_member_shown(member) for member in (loaded.state.members or {}).values()]
        return {"id": group_id, "version": loaded.version, "state": loaded.state.state, "leader": loaded.state.leader, "members": members,
                "sessions": loaded.state.sessions, "steps": steps}  # fmt: skip


def _member_shown(member: Member) -> dict[str, Any]:
    """Case and student of a member; never the roles."""
    return {"case": member.case, "student": member.student}


def _leads(principal: Principal, group: Group) -> None:
    """Raises: NotFound: only the leader knows of a group."""
    if group.group is None or principal.id != group.leader:
        raise NotFound("no group of yours has this id")


async def _member(kernel: Kernel, principal: Principal, case_id: str) -> tuple[Member, str]:
    """The student of a case that the leader works on, with the roles in its concerns; and the case's school."""
    case = (await load(kernel.store, CASE, f"case-{case_id}")).state
    require_content(principal, case, kernel.clock.now())
    if case.student is None:
        raise Invalid(Fault("/cases", "student-not-identified"))
    return Member(case=case_id, student=case.student, roles={strand.concern.concern: strand.concern.role for strand in case.strands}), case.school


def _form_group(routes: APIRouter, kernel: Kernel) -> None:
    async def form(body: BaseModel, request: Request, principal: SignedIn) -> Stood:
        begun = await _begun(kernel, request, principal)
        group_id = begun.id("group")
        cases: list[str] = getattr(body, "cases", [])
        found = [await _member(kernel, principal, case) for case in cases]
        extra = {"group": group_id, "members": tuple(member for member, _ in found)}
        command = await begun.command(FormGroup, body, f"group-{group_id}", extra)
        done = await begun.perform(GROUP, f"group-{group_id}", command, found[0][1])
        return Stood(id=group_id, version=done.version, state=done.state.state)

    form.__annotations__ = {"body": body_of(FormGroup), "request": Request, "principal": SignedIn, "return": Stood}
    routes.post("/groups", summary="FormGroup: form a group from the students of several cases")(form)


def _group_step(routes: APIRouter, kernel: Kernel, command: type[Fact]) -> None:
    async def act(group_id: str, body: BaseModel, request: Request, principal: SignedIn) -> Stood:
        begun = await _begun(kernel, request, principal)
        stream = f"group-{group_id}"
        group = (await load(kernel.store, GROUP, stream)).state
        _leads(principal, group)
        extra = {"member": (await _member(kernel, principal, getattr(body, "case", "")))[0]} if command is AddMember else {}
        done = await begun.perform(GROUP, stream, await begun.command(command, body, stream, extra), group.school)
        return Stood(id=group_id, version=done.version, state=done.state.state)

    act.__annotations__ = {"group_id": str, "body": body_of(command), "request": Request, "principal": SignedIn, "return": Stood}
    routes.post(f"/groups/{{group_id}}/{route_of(command)}", summary=f"{command.__name__}, by the group's leader")(act)


# partnerships and consultations ------------------------------------------------------------------------------------


def _standing(routes: APIRouter, kernel: Kernel, path: str, name: str, opening: type[Fact]) -> None:
    _open_standing(routes, kernel, path, name, opening)
    steps = [step.command for step in STANDING.by_name[name].steps if step.command not in OPENS]
    for command in (*steps, *COMMON):
        _standing_step(routes, kernel, path, name, command)

    @routes.get(f"/{path}/{{activity_id}}", summary=f"A {name}, for those who may read it", name=name)
    async def read(activity_id: str, principal: SignedIn) -> dict[str, Any]:
        loaded = await load(kernel.store, STANDING_ACTIVITY, f"{name}-{activity_id}")
        activity = _readable(principal, loaded.state, name)
        steps = await _steps(kernel, principal, name, activity_id, loaded.version, activity.events)
        return {"id": activity_id, "version": loaded.version, "state": activity.state, "owner": activity.owner, "steps": steps}


def _readable(principal: Principal, standing: Standing, name: str) -> Activity:
    """A consultation is for its two parties; a partnership for counsellor, coordinator and principal of the school."""
    activity = standing.activity
    if activity is None:
        raise NotFound(f"no {name} of yours has this id")
    if principal.id == activity.owner or principal.id in STANDING.by_name[name].readers(activity):
        return activity
    school: str = getattr(activity.events[0], "school", "")
    _at_school(principal, school)
    if name == "consultation":
        raise NotAllowed
    return activity


def _open_standing(routes: APIRouter, kernel: Kernel, path: str, name: str, opening: type[Fact]) -> None:
    async def begin(body: BaseModel, request: Request, principal: SignedIn) -> Stood:
        begun = await _begun(kernel, request, principal)
        school: str = getattr(body, "school", "")
        _at_school(principal, school)
        activity = begun.id("activity")
        stream = f"{name}-{activity}"
        command = await begun.command(opening, body, stream, {"activity": activity})
        done = await begun.perform(STANDING_ACTIVITY, stream, command, school)
        return Stood(id=activity, version=done.version, state=done.state.activity.state)

    begin.__annotations__ = {"body": body_of(opening), "request": Request, "principal": SignedIn, "return": Stood}
    routes.post(f"/{path}", summary=f"{opening.__name__}: begin a {name}, with or without a case")(begin)


def _standing_step(routes: APIRouter, kernel: Kernel, path: str, name: str, command: type[Fact]) -> None:
    async def act(activity_id: str, body: BaseModel, request: Request, principal: SignedIn) -> Stood:
        begun = await _begun(kernel, request, principal)
        stream = f"{name}-{activity_id}"
        activity = _readable(principal, (await load(kernel.store, STANDING_ACTIVITY, stream)).state, name)
        school: str = getattr(activity.events[0], "school", "")
        wanted = await begun.command(command, body, stream, {"activity": activity_id})
        done = await begun.perform(STANDING_ACTIVITY, stream, wanted, school)
        return Stood(id=activity_id, version=done.version, state=done.state.activity.state)

    body = body_of(command, without_activity=True)
    act.__annotations__ = {"activity_id": str, "body": body, "request": Request, "principal": SignedIn, "return": Stood}
    routes.post(f"/{path}/{{activity_id}}/{route_of(command)}", summary=f"{command.__name__} of a {name}")(act)


# the rota ----------------------------------------------------------------------------------------------------------


def _duty(routes: APIRouter, kernel: Kernel) -> None:
    for command in DUTY_COMMANDS:
        _duty_step(routes, kernel, command)

    @routes.get("/schools/{school}/duty", summary="Who is away from a school, and who stands in")
    async def duty(school: str, principal: SignedIn) -> dict[str, Any]:
        _at_school(principal, school)
        state = (await load(kernel.store, DUTY, f"duty-{school}")).state
        away = [event for event in (state.away or {}).values() if event.away_from]
        return {"items": [event.model_dump(mode="json", exclude={"type", "version"}) for event in away], "next": None}


def _duty_step(routes: APIRouter, kernel: Kernel, command: type[Fact]) -> None:
    async def act(school: str, body: BaseModel, request: Request, principal: SignedIn) -> dict[str, Any]:
        _at_school(principal, school)
        begun = await _begun(kernel, request, principal)
        stream = f"duty-{school}"
        await begun.perform(DUTY, stream, await begun.command(command, body, stream, {"school": school}), school)
        return {"school": school}

    act.__annotations__ = {"school": str, "body": body_of(command), "request": Request, "principal": SignedIn, "return": dict[str, Any]}
    routes.post(f"/schools/{{school}}/{route_of(command)}", summary=f"{command.__name__} of somebody on the school's ladder")(act)
