"""A Part that looks after single channels: those that failed while another one took an emergency, and those that gave a message back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import UUID

from psycopg import sql

from services.notifications.channels.carrying import Carrier
from services.notifications.channels.keeping import Straggler
from services.notifications.channels.reaching import reach
from services.notifications.lanes import Due
from services.notifications.outgoing.staff import StaffAlerts
from services.notifications.projecting import VIEW
from shared.errors import Unavailable
from shared.eventstore.generations import answering
from shared.service import Kernel

EVERY = 0.5
_FORGET_EVERY = 3600

_DUE = sql.SQL(
    "SELECT o.id, o.kind, o.stream, o.case_id, o.receiver, o.step, o.urgent, o.attempts, o.queued_at, o.school, o.correlation,"
    " (SELECT email FROM person_v1 p WHERE p.person = o.receiver), (SELECT phone FROM person_v1 p WHERE p.person = o.receiver)"
    " FROM outbox_v1 o WHERE o.generation = {} AND o.id = %s AND o.state IN ('sending', 'sent')"
).format(answering(VIEW))


class Stragglers:
    """Tries such a channel again until patience ends or somebody takes the alert in hand."""

    name = "stragglers"

    def __init__(self, kernel: Kernel, carrier: Carrier, staff: StaffAlerts) -> None:
        self._kernel, self._carrier, self._staff = kernel, carrier, staff
        self._pulse = kernel.heartbeats.pulse(self.name)
        self._rounds = 0

    async def run(self) -> None:
        try:
            await self._look()
        finally:
            await self._carrier.close()

    async def _look(self) -> None:
        while True:
            for each in await self._carrier.dispatches.stragglers():
                with suppress(Unavailable):
                    await self._look_after(each)
            if self._rounds % int(_FORGET_EVERY / EVERY) == 0:
                await self._carrier.dispatches.forget()
            self._rounds += 1
            self._pulse.idle()
            await asyncio.sleep(EVERY)

    async def _look_after(self, straggler: Straggler) -> None:
        if straggler.returned:
            await self._carrier.dispatches.go_on(straggler)
            return
        due = await self._due(straggler.outbox)
        found = await reach(self._kernel.vault, due) if due else None
        if due is None or found is None or straggler.channel not in found.addresses:
            await self._carrier.dispatches.try_again(straggler.outbox, straggler.channel, None)  # in hand, or nobody is there any more
            return
        handed = await self._staff.send_again(straggler.channel, found.addresses[straggler.channel], due)
        await self._carrier.dispatches.keep(due.id, straggler.channel, handed)
        await self._carrier.note_straggler(due, straggler.channel, straggler.tried, handed.outcome)

    async def _due(self, message: UUID) -> Due | None:
        """The message, while nobody has taken it in hand. Raises: Unavailable."""
        async with self._kernel.database.acting_as("outbox").statement() as connection:
            row = await (await connection.execute(_DUE, (message,))).fetchone()
        return Due(*row) if row else None
