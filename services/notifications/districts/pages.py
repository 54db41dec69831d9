"""*Kiriman kabupaten lain*: what other districts sent here, for the duty of ours, and for the school to which it was passed on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import sql

from services.notifications.districts.intake import Intake
from services.notifications.districts.sending import ToDistricts
from services.notifications.domain.arrival import ARRIVAL, Answer, Arrival, ArrivalAnnounced, Command, PassOn, ReadArrival, arrival_stream
from services.notifications.domain.task import state as of_task
from services.notifications.domain.task.moving import InvalidTransition, Move
from services.notifications.partners.answering import Said
from services.notifications.partners.giving import NOT_NOW
from services.notifications.partners.pages import fresh
from services.notifications.partners.typed import Typed, offered, read, typed_answer
from services.notifications.partners.wording import ANSWERS, PRIORITIES, REASONS, STATES, state_text
from services.notifications.views import agencies
from shared.access import Principal, SignedIn
from shared.decider import execute, load
from shared.errors import NotFound, Unavailable
from shared.eventstore.projection import Projection
from shared.message import TANGGAP, Occasion, derived_id
from shared.pages import Text, say
from shared.service import Kernel

ADDRESS = "/notifications/kiriman"
DUTY = "district-duty"
_CHOOSE: Mapping[str, Text] = {"school": say("Pilih sekolah yang akan menangani anak ini.")}
_LIST = sql.SQL("SELECT arrival, district, purpose, priority, state, respond_by, announced_at, school, waits FROM arrival_v1 WHERE generation = %s")
CAUTIONS: Mapping[str, Text] = {
    "guardian-unsafe": say("Hati-hati: jangan memberi tahu orang tua/wali anak ini sebelum konselor memastikan bahwa itu aman."),
    "people-named": say("Hati-hati: ada orang lain yang disebut dalam kasus ini. Tanyakan kepada pengirim sebelum menghubungi siapa pun."),
}
NOTHING_OPENED: Mapping[str, Any] = {"package": "", "cautions": (), "school_said": None, "unreachable": False}
_Short = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class ArrivalPages:
    """Answers what a member of staff asks."""

    kernel: Kernel
    outbox: Projection
    to_districts: ToDistricts
    intake: Intake

    async def listed(self, principal: Principal) -> list[dict[str, Any]]:
        """Those without an answer first, the earliest day first. Raises: StillBuilding, BehindWrite."""
        async with self.outbox.reading() as reading:
            rows = await (await reading.connection.execute(_LIST, (reading.generation,))).fetchall()
        names, now = await self._names(), self.kernel.clock.now()
        columns = ("id", "district", "purpose", "priority", "state", "respond_by", "announced_at", "school", "waits")
        found = [dict(zip(columns, row, strict=True)) for row in rows]
        mine = [
            {**each, "name": names.get(each["district"], ""), "overdue": each["respond_by"] < now, "state": each["state"].partition("/")[0]}
            for each in found
            if _sees(principal, each["school"])
        ]
        return sorted(mine, key=lambda each: (each["state"] != "requested", each["respond_by"]))

    async def _names(self) -> dict[str, str]:
        return {each["id"]: each["name"] for each in await agencies(self.outbox)}

    async def arrival(self, principal: Principal, arrival: str) -> tuple[Arrival, ArrivalAnnounced]:
        """Raises: NotFound: it is not there, or not for this principal."""
        state = (await load(self.kernel.store, ARRIVAL, arrival_stream(arrival))).state
        if state.announced is None or not _sees(principal, state.school):
            raise NotFound("nothing that was sent here has this id")
        return state, state.announced

    async def page(
        self, request: Request, principal: Principal, arrival: str, typed: Typed, errors: Mapping[str, Text], status: int, **more: Any
    ) -> HTMLResponse:
        """One arrival. more: the package that was just opened, or that the sender did not answer."""
        state, announced = await self.arrival(principal, arrival)
        duty = principal.holds(DUTY)
        told = {
            "arrival": arrival, "name": (await self._names()).get(announced.district, ""), "state": state_text(state.state),
            "priority": PRIORITIES[announced.priority], "respond_by": announced.respond_by, "zone": self.kernel.settings.time_zone,
            "answers": [(ANSWERS[each.trigger], each.number in state.lost) for each in state.answers], "duty": duty, "opens": duty and state.open,
            "passes": duty and state.accepted and state.open and state.school is None, "passed": state.school is not None,
            "waits": state.concern is None, "offered": offered(as_task(state)), "reasons": list(REASONS.items()), "typed": typed, "errors": errors,
            "staff": False, "action": f"{ADDRESS}/{arrival}/jawab", "schools": await self._schools(state) if duty else [],
            "hands_over": announced.purpose == "transfer", "asked": any(each.trigger == "ask" for each in state.answers), **NOTHING_OPENED, **more,
        }  # fmt: skip
        return self.kernel.frame.page(request, "districts/one.html", told, status)

    async def _schools(self, state: Arrival) -> list[tuple[str, Text]]:
        """The schools to choose from; none while intake does not answer."""
        if state.accepted and state.school is None:
            with suppress(Unavailable):
                return [(school, (name, name)) for school, name in await self.intake.schools()]
        return []

    async def answer(self, principal: Principal, arrival: str, typed: Typed) -> Mapping[str, Text]:
        """What is wrong with it, by field, and then nothing was changed."""
        state, _ = await self.arrival(principal, arrival)
        form = answer_id(arrival, principal.id, typed)
        if any(each.answer == form for each in state.answers):
            return {}
        said = read(typed, as_task(state), self.kernel.settings.time_zone, "portal")
        if not isinstance(said, Said):
            return said
        note = await self.kernel.vault.seal(f"arrival-{arrival}", "answer", said.words, f"arrival-{arrival}/{form}") if said.words else None
        move = Move(transition=form, actor="R", trigger=said.trigger, by=principal.id, reason=said.reason, note=note, at=said.at)
        try:
            await self._give(principal, arrival, Answer(move=move))
        except InvalidTransition:
            return NOT_NOW
        return {}

    async def open(self, principal: Principal, arrival: str) -> dict[str, Any]:
        """What was disclosed, as the sender tells it now. Raises: PackageClosed."""
        _, announced = await self.arrival(principal, arrival)
        await self._give(principal, arrival, ReadArrival(by=principal.id))
        try:
            told = await self.to_districts.package(announced)
            return {"package": told.package, "cautions": [CAUTIONS.get(each, CAUTIONS["people-named"]) for each in told.cautions]}
        except Unavailable:
            return {"unreachable": True}

    async def said(self, principal: Principal, arrival: str) -> dict[str, Any]:
        """What the sender's school answered to our questions."""
        _, announced = await self.arrival(principal, arrival)
        try:
            return {"school_said": await self.to_districts.said(announced)}
        except Unavailable:
            return {"unreachable": True}

    async def pass_on(self, principal: Principal, arrival: str, school: str) -> Mapping[str, Text]:
        """What is wrong with it, by field. Raises: AlreadyPassedOn, PackageClosed, Unavailable."""
        await self.arrival(principal, arrival)
        if school not in {each for each, _ in await self.intake.schools()}:
            return _CHOOSE
        await self._give(principal, arrival, PassOn(school=school, by=principal.id))
        return {}

    async def _give(self, principal: Principal, arrival: str, command: Command) -> None:
        cause = uuid4()
        occasion = Occasion(principal.id, None, self.kernel.clock.now(), cause, cause)
        done = await execute(self.kernel.store, ARRIVAL, arrival_stream(arrival), command, occasion)
        await self.outbox.caught_up(done.position)


def _sees(principal: Principal, school: str | None) -> bool:
    """The duty of the district; of a school whoever works where it was passed on to."""
    return principal.holds(DUTY) or (school is not None and principal.holds_at(school, "counsellor", "coordinator"))


def as_task(state: Arrival) -> of_task.Task:
    """The same answers that an agency may give to a task."""
    return replace(of_task.initial, state=state.state)


def answer_id(arrival: str, who: str, typed: Typed) -> str:
    """The same form sent twice by the same person counts once."""
    said = f"{typed.answer}\n{typed.reason}\n{typed.at}\n{typed.words}"
    return str(derived_id(TANGGAP, "answer-to-district", arrival, who, typed.form[:100], sha256(said.encode()).hexdigest()))


def router(pages: ArrivalPages) -> APIRouter:
    """`/notifications/kiriman`, and below it one arrival: answering it, opening it, passing it on."""
    routes = APIRouter(prefix=ADDRESS, include_in_schema=False)

    @routes.get("")
    async def listed(request: Request, principal: SignedIn) -> HTMLResponse:
        told = {"arrivals": await pages.listed(principal), "states": STATES, "priorities": PRIORITIES, "zone": pages.kernel.settings.time_zone}
        return pages.kernel.frame.page(request, "districts/list.html", told)

    @routes.get("/{arrival}")
    async def look(arrival: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, principal, arrival, fresh(), {}, 200)

    @routes.post("/{arrival}/buka")
    async def open_package(arrival: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, principal, arrival, fresh(), {}, 200, **await pages.open(principal, arrival))

    @routes.post("/{arrival}/balasan")
    async def read_answers(arrival: str, request: Request, principal: SignedIn) -> HTMLResponse:
        return await pages.page(request, principal, arrival, fresh(), {}, 200, **await pages.said(principal, arrival))

    @routes.post("/{arrival}/jawab")
    async def answer(arrival: str, request: Request, principal: SignedIn, typed: Annotated[Typed, Depends(typed_answer)]) -> Response:
        if errors := await pages.answer(principal, arrival, typed):
            return await pages.page(request, principal, arrival, typed, errors, 422)
        return RedirectResponse(f"{ADDRESS}/{arrival}", 303)

    @routes.post("/{arrival}/teruskan")
    async def pass_on(arrival: str, request: Request, principal: SignedIn, school: _Short = "") -> Response:
        if errors := await pages.pass_on(principal, arrival, school):
            return await pages.page(request, principal, arrival, fresh(), errors, 422)
        return RedirectResponse(f"{ADDRESS}/{arrival}", 303)

    return routes
