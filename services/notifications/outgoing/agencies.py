"""Calls to agencies' endpoints: a task, what was answered, a question about room, what another district sent us and we answer."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from services.notifications.breaker import Breaker
from services.notifications.districts.sending import ToDistricts, cancel_asked
from services.notifications.domain.outcome import Never
from services.notifications.domain.task import TASK
from services.notifications.ending import Endings
from services.notifications.lanes import Due
from services.notifications.projecting import CANCEL_STEP, VIEW
from services.notifications.senders.webhook import WebhookSender, message_id, notice, room_question
from shared.decider import load
from shared.eventstore.generations import answering
from shared.sealed import Erased, Sealed
from shared.service import Kernel

_AGENCY = sql.SQL("SELECT url, secret, old_secret FROM agency_v1 WHERE generation = {} AND agency = %s").format(answering(VIEW))


@dataclass(frozen=True, slots=True)
class AgencyCalls:
    """breaker: keeps an endpoint that does not answer from being called all the time."""

    kernel: Kernel
    webhooks: WebhookSender
    to_districts: ToDistricts
    breaker: Breaker
    endings: Endings

    async def send(self, due: Due) -> None:
        """One call. Raises: Unavailable."""
        found = await self._agency(due.receiver)
        told = await self._told(due, found[2]) if found else None
        if found is None or told is None:
            await self.endings.of(due, Never("no-endpoint"))
            return
        (url, secrets, _), (identifier, body) = found, told
        outcome = await self.webhooks.send(url, secrets, identifier, body, self.kernel.clock.now())
        self.breaker.note(due.receiver, outcome, self.kernel.clock.now(), random.random())  # noqa: S311 - jitter, not a secret
        await self.endings.of_endpoint(due, url, outcome)

    async def _told(self, due: Due, key: bytes) -> tuple[str, bytes] | None:
        """The id and the body of a message to an agency's endpoint; None where there is no such task."""
        origin = self.kernel.settings.public_origin
        if due.is_upkeep:
            identifier = message_id(key, due.receiver, str(due.id))
            return identifier, room_question(origin, identifier, due.queued_at)
        if due.is_of_arrival:
            identifier = message_id(key, due.receiver, str(due.id))
            body = await self.to_districts.answers(due, identifier)
            return None if body is None else (identifier, body)
        task = (await load(self.kernel.store, TASK, due.stream)).state
        requested = task.requested
        if requested is None:
            return None
        if due.step == CANCEL_STEP:
            identifier = message_id(key, due.receiver, str(due.id))
            return identifier, cancel_asked(origin, requested, identifier, due)
        if due.step:  # the number of the school's answer
            identifier = message_id(key, due.receiver, f"{requested.task}|answer|{due.step}")
            return identifier, notice(origin, requested, identifier, due.queued_at, "answered")
        identifier = message_id(key, due.receiver, requested.task)
        return identifier, notice(origin, requested, identifier, due.queued_at, hands_over=task.cautions is not None)

    async def _agency(self, agency: str) -> tuple[str, list[str], bytes] | None:
        """Its address, its secrets, and the key of its messages' ids; None where it has no webhook or was erased."""
        async with self.kernel.database.statement() as connection:
            row: tuple[Any, ...] | None = await (await connection.execute(_AGENCY, (agency,))).fetchone()
        if row is None or row[0] is None:
            return None
        opened = await self.kernel.vault.open_many([Sealed.model_validate(secret) for secret in row[1:] if secret])
        (key,) = await self.kernel.vault.derive_many([f"agency-{agency}"], "contact", "message-id")
        return None if isinstance(key, Erased) else (row[0], [secret for secret in opened if isinstance(secret, str)], key)
