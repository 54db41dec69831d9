"""What goes to another district: our answers to what it sent, and the question for what is disclosed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from psycopg import sql
from pydantic import BaseModel, ValidationError

from services.notifications.districts.messages import (
    ANSWERED,
    CANCEL_ASKED,
    PACKAGE_WANTED,
    SAID_WANTED,
    Package,
    SaidAnswer,
    SchoolSaid,
    answers_data,
    message,
)
from services.notifications.domain.arrival import ARRIVAL, ArrivalAnnounced, ArrivalAnswered
from services.notifications.domain.task.events import TaskRequested
from services.notifications.lanes import Due
from services.notifications.projecting import VIEW
from services.notifications.senders.webhook import WebhookSender
from shared.decider import load
from shared.errors import Unavailable
from shared.eventstore.generations import answering
from shared.sealed import Erased, Sealed
from shared.service import Kernel

T = TypeVar("T", bound=BaseModel)

_ENDPOINT = sql.SQL("SELECT url, secret, old_secret FROM agency_v1 WHERE generation = {} AND agency = %s").format(answering(VIEW))


def cancel_asked(origin: str, requested: TaskRequested, identifier: str, due: Due) -> bytes:
    """The body of *our school asks to cancel*."""
    return message(origin, CANCEL_ASKED, identifier, requested.task, due.queued_at, {})


@dataclass(frozen=True, slots=True)
class ToDistricts:
    """Composes and asks."""

    kernel: Kernel
    webhooks: WebhookSender

    async def answers(self, due: Due, identifier: str) -> bytes | None:
        """Every answer up to the one that is due; None where nobody sent anything. Raises: Unavailable."""
        state = (await load(self.kernel.store, ARRIVAL, due.stream)).state
        if state.announced is None:
            return None
        said = [await self._said(each) for each in state.answers[: due.step]]
        origin = self.kernel.settings.public_origin
        return message(origin, ANSWERED, identifier, state.announced.task, due.queued_at, answers_data(said))

    async def _said(self, answer: ArrivalAnswered) -> SaidAnswer:
        words = await self.kernel.vault.open(answer.note) if answer.note else None
        told = None if isinstance(words, Erased) else words
        return SaidAnswer(id=answer.answer, trigger=answer.trigger, reason=answer.reason, words=told, at=answer.at)

    async def package(self, announced: ArrivalAnnounced) -> Package:
        """The package, as the sender has it now. The sender records each request. Raises: Unavailable: no answer, or one without the package."""
        return _read(Package, await self._asked(announced, PACKAGE_WANTED))

    async def said(self, announced: ArrivalAnnounced) -> tuple[str, ...]:
        """What the sender's school answered to our questions, in order. Raises: Unavailable."""
        return _read(SchoolSaid, await self._asked(announced, SAID_WANTED)).said

    async def _asked(self, announced: ArrivalAnnounced, kind: str) -> bytes:
        async with self.kernel.database.statement() as connection:
            row = await (await connection.execute(_ENDPOINT, (announced.district,))).fetchone()
        if row is None or row[0] is None:
            raise Unavailable("the district that sent this has no address here: register it again")
        opened = await self.kernel.vault.open_many([Sealed.model_validate(each) for each in row[1:] if each])
        now, identifier = self.kernel.clock.now(), f"evt_{uuid4().hex}"
        body = message(self.kernel.settings.public_origin, kind, identifier, announced.task, now, {})
        return await self.webhooks.ask(row[0], [each for each in opened if isinstance(each, str)], identifier, body, now)


def _read(shape: type[T], told: bytes) -> T:
    try:
        return shape.model_validate_json(told)
    except ValidationError:
        raise Unavailable("the district that sent this answers in another way than expected: bring both to one release") from None
