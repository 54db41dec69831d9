"""What another district's message brings about here. Saying it again changes nothing, so it may come as often as it likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.notifications.districts.messages import MESSAGE, Answered, CancelAsked, PackageWanted, Requested, SaidAnswer, SaidWanted, SchoolAnswered
from services.notifications.districts.telling import Telling
from services.notifications.districts.verifying import Verifying
from services.notifications.domain.arrival import ARRIVAL, Announce, NoSuchArrival, NoteCancelAsked, arrival_stream
from services.notifications.domain.task import TASK
from services.notifications.domain.task.events import TaskRequested
from services.notifications.domain.task.state import Task
from services.notifications.domain.task.table import DECLINE_REASONS, OF_THE_SCHOOL
from services.notifications.partners.answering import Answering, Said, stream_of, transition_of
from shared.asked import Asked
from shared.decider import Executed, execute, load
from shared.errors import Fault, Invalid, NotFound, Refused
from shared.eventstore.store import Repeated
from shared.message import TANGGAP, Occasion, derived_id
from shared.sealed import Erased
from shared.service import Kernel
from shared.typed import is_meant


class AskedBefore(Refused):
    """Somebody who overheard a question must not get its answer by repeating it."""

    code = "asked-before"
    indonesian = "Pesan ini sudah dijawab: tanyakan lagi dengan pesan baru."
    english = "This message was answered already: ask again with a new one."


def arrival_of(district: str, task: str) -> str:
    """The id of what a district sends: ours, so that it leads nowhere outside."""
    return str(derived_id(TANGGAP, "arrival", district, task))


@dataclass(frozen=True, slots=True)
class Receiving:
    """Takes messages that are signed."""

    kernel: Kernel
    verifying: Verifying
    answering: Answering
    telling: Telling

    async def take(self, district: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """What is answered. Raises: NotVerified; Invalid; NotFound: no referral to this district has the id; the refusals of its decision."""
        await self.verifying.require(district, headers, body)
        try:
            told = MESSAGE.validate_json(body)
        except ValidationError:
            raise Invalid(Fault("", "not-a-message"), message="this is no message that districts exchange: bring both to one release") from None
        match told:
            case Requested():
                return await self._announced(district, told)
            case CancelAsked():
                return await self._cancelled(district, told)
            case Answered():
                return await self._answered(district, told)
            case PackageWanted():
                return await self._package(district, told, headers["webhook-id"], body)
            case SchoolAnswered():
                return await self._school_answered(district, told)
            case SaidWanted():
                return await self._said(district, told, headers["webhook-id"], body)

    async def _announced(self, district: str, told: Requested) -> dict[str, Any]:
        arrival = arrival_of(district, told.task)
        said = {"purpose": told.data.purpose, "priority": told.data.priority, "respond_by": told.data.respond_by}
        command = Announce(arrival=arrival, district=district, task=told.task, **said)
        await execute(self.kernel.store, ARRIVAL, arrival_stream(arrival), command, self._occasion(district, "announced", told.task))
        await self.telling.duty(arrival, "announced", urgent=told.data.priority == "stat")
        return {}

    async def _cancelled(self, district: str, told: CancelAsked) -> dict[str, Any]:
        arrival = arrival_of(district, told.task)
        await execute(self.kernel.store, ARRIVAL, arrival_stream(arrival), NoteCancelAsked(), self._occasion(district, "cancel", told.task))
        await self.telling.duty(arrival, "cancel", urgent=False)
        return {}

    async def _school_answered(self, district: str, told: SchoolAnswered) -> dict[str, Any]:
        arrival = arrival_of(district, told.task)
        if (await load(self.kernel.store, ARRIVAL, arrival_stream(arrival))).state.announced is None:
            raise NoSuchArrival
        await self.telling.duty(arrival, told.id, urgent=False)
        return {}

    async def _answered(self, district: str, told: Answered) -> dict[str, Any]:
        """Every answer in order. Raises: Invalid, before anything is kept: a wish that is the school's own."""
        if any(each.trigger in OF_THE_SCHOOL for each in told.data.answers):
            raise Invalid(Fault("/data/answers", "not-yours-to-give"))
        for each in told.data.answers:
            await self._one_answer(district, told.task, each)
        return {}

    async def _one_answer(self, district: str, task: str, answer: SaidAnswer) -> None:
        """One that can never be taken is kept for a person: each later message holds it again, and would be refused for it (ADR 96)."""
        found, requested = await self._task(district, task)
        said = _understood(answer)
        occasion = self._occasion(district, "answer", f"{task}/{answer.id}", requested)
        if transition_of(occasion.cause) in found.transitions:
            return
        understood = (said.reason, said.at) == (answer.reason, answer.at)
        if not understood or not await self._taken(task, found, said, occasion):
            await self.telling.set_aside(requested, answer.id)  # first: what is kept is never refused again, so nobody would hear after a crash
            await self.answering.put_aside(task, found, said, occasion)

    async def _taken(self, task: str, found: Task, said: Said, occasion: Occasion) -> bool:
        try:
            await self.answering.give(task, found, said, occasion)
        except Refused:
            return False
        return True

    async def _package(self, district: str, told: PackageWanted, message: str, body: bytes) -> dict[str, Any]:
        _, requested = await self._task(district, told.task)
        occasion = self._occasion(district, "package", f"{told.task}/{message}", requested)
        opened = await self.answering.open(told.task, occasion, asked=await self._asked(occasion, told, message, body))
        task = _first(opened)
        text = await self.answering.package(task)
        if isinstance(text, Erased):
            raise NotFound("what was disclosed has been erased")
        return {"package": text, "cautions": list(task.cautions or ())}

    async def _said(self, district: str, told: SaidWanted, message: str, body: bytes) -> dict[str, Any]:
        """Also before it is accepted: whoever asks may need the answer to decide."""
        _, requested = await self._task(district, told.task)
        occasion = self._occasion(district, "said", f"{told.task}/{message}", requested)
        looked = await self.answering.look(told.task, occasion, asked=await self._asked(occasion, told, message, body))
        said = await self.answering.school_said(_first(looked))
        return {"said": [each for each in said if isinstance(each, str)]}

    async def _asked(self, occasion: Occasion, told: PackageWanted | SaidWanted, message: str, body: bytes) -> Asked:
        return Asked(f"{occasion.actor} {told.type} {told.task}", message[:200], await self.kernel.fingerprints.of(body), occasion.cause)

    async def _task(self, district: str, task: str) -> tuple[Task, TaskRequested]:
        found = (await load(self.kernel.store, TASK, stream_of(task))).state
        if found.requested is None or found.requested.agency != district:
            raise NotFound("no referral to this district has this id")
        return found, found.requested

    def _occasion(self, district: str, what: str, about: str, requested: TaskRequested | None = None) -> Occasion:
        cause: UUID = derived_id(TANGGAP, "from-district", district, what, about)
        return Occasion(district, requested.school if requested else None, self.kernel.clock.now(), cause, cause)


def _understood(answer: SaidAnswer) -> Said:
    """What of it can be kept here: no reason that we do not know, and no moment that nobody means."""
    reason = next((each for each in DECLINE_REASONS if each == answer.reason), None)
    at = answer.at if answer.at and is_meant(answer.at) else None
    return Said(answer.trigger, reason=reason, words=answer.words, at=at)


def _first(done: Executed[Task]) -> Task:
    """Raises: AskedBefore."""
    if isinstance(done.outcome, Repeated):
        raise AskedBefore
    return done.state
