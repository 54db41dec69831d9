"""A service with points at which it can be killed, and with protections that can be switched off: `python -m tests.faults.child SERVICE`.

The services themselves know nothing of this: the points are wrapped around their functions. A point fires when the file ARM names it, at the n-th
call. It writes the file FIRED and then kills its process with SIGKILL.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.notifications.domain.outcome import Accepted
from services.notifications.outgoing.agencies import AgencyCalls
from services.notifications.senders.webhook import WebhookSender
from shared.delivery import leases
from shared.delivery.applying import Applying
from shared.delivery.feed import FeedClient, FeedPage
from shared.delivery.relay import Relay
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import Item, Stored
from shared.service import run

SERVICE = sys.argv[1]
FOLDER = Path(os.environ["FAULTS_FOLDER"])
OFF = os.environ.get("FAULTS_OFF", "")
ARM, FIRED = FOLDER / f"arm-{SERVICE}.json", FOLDER / f"fired-{SERVICE}"
SAVE = Relay._save
"""Without its point: a control that saves too early is killed after it has saved, never before."""

_seen: dict[str, int] = {}


def reached(point: str) -> None:
    """Dies here if this point is armed and its time has come."""
    if not ARM.exists():
        return
    armed = json.loads(ARM.read_text() or "{}")
    if armed.get("point") != point:
        return
    key = f"{point}-{armed['run']}"
    _seen[key] = _seen.get(key, 0) + 1
    if _seen[key] >= armed["nth"]:
        FIRED.write_text(point)
        ARM.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def wrap_points() -> None:
    append, save, send = PostgresEventStore.append, Relay._save, WebhookSender.send

    async def append_then(self, item):
        outcome = await append(self, item)
        if isinstance(outcome, Stored) and item.idempotency:
            reached("after-commit-before-answer")
        if isinstance(outcome, Stored) and item.checkpoint and item.writes:
            reached("after-commit-before-next-read")
        return outcome

    async def reached_then_save(self, position):
        reached("after-xadd-before-checkpoint")
        await save(self, position)

    async def send_then(self, *given):
        answered = await send(self, *given)
        if isinstance(answered, Accepted):
            reached("after-2xx-before-record")
        return answered

    PostgresEventStore.append, Relay._save, WebhookSender.send = append_then, reached_then_save, send_then  # type: ignore[method-assign]


def acknowledge_before_commit() -> None:
    append = PostgresEventStore.append

    async def too_early(self, item):
        if not item.idempotency:
            return await append(self, item)

        async def later() -> None:
            await asyncio.sleep(0.2)  # by now the answer has left
            reached("after-commit-before-answer")
            await append(self, replace(item, idempotency=None))

        asyncio.create_task(later())  # noqa: RUF006 - the careless version on purpose
        return Stored(0, datetime.now(UTC))

    PostgresEventStore.append = too_early  # type: ignore[method-assign]


def no_feed() -> None:
    async def nothing(self, *given, **named):
        return FeedPage([], 0)

    async def no_heads(self):
        return {}

    FeedClient.pull, FeedClient.heads = nothing, no_heads  # type: ignore[method-assign]


def checkpoint_before_effect() -> None:
    async def handled(self, event, tries):
        outcome = await self._store.append(Item(checkpoint=self._checkpoint(event)))
        if event.type == "concern-raised":  # nobody would miss what another event brings about
            reached("after-commit-before-next-read")
        await self.handler(event, None)
        return outcome

    Applying._handled, Applying._together = handled, Applying._one_by_one  # type: ignore[method-assign]


def relay_checkpoint_before_xadd() -> None:
    no_feed()
    add = Relay._add

    async def save_first(self, client, events):
        await SAVE(self, events[-1].position)
        if any(event.type == "concern-raised" for event in events):
            reached("after-xadd-before-checkpoint")
        await add(self, client, events)

    Relay._add, Relay._save = save_first, SAVE  # type: ignore[method-assign]


def record_before_sending() -> None:
    sending = AgencyCalls.send

    async def record_first(self, due):
        await self.endings._notes.record(due, "accepted", "delivered")
        reached("after-2xx-before-record")
        await sending(self, due)

    AgencyCalls.send = record_first  # type: ignore[method-assign]


def no_eviction() -> None:
    leases.SILENT = 1e6


CONTROLS = {
    "acknowledge-before-commit": acknowledge_before_commit,
    "checkpoint-before-effect": checkpoint_before_effect,
    "relay-checkpoint-before-xadd": relay_checkpoint_before_xadd,
    "record-before-sending": record_before_sending,
    "no-feed": no_feed,
    "no-eviction": no_eviction,
}

if __name__ == "__main__":
    wrap_points()
    if OFF:
        CONTROLS[OFF]()
    run(importlib.import_module(f"services.{SERVICE}.app").create_app)
