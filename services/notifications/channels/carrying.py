"""Carries one message to one person over their channels, and keeps what became of it on each."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from services.notifications.channels.course import Channel, Course, Kept, after, altogether, in_order
from services.notifications.channels.gateway import Gateway, Handed
from services.notifications.channels.keeping import Dispatches
from services.notifications.channels.reaching import Address, Reach
from services.notifications.channels.settings import Channels
from services.notifications.channels.short import Short
from services.notifications.channels.sms import SmsSender
from services.notifications.channels.texts import Gate
from services.notifications.channels.whatsapp import WhatsAppSender
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.lanes import Due
from services.notifications.patience import Waiting, settled
from shared.clock import Clock
from shared.phones import PhoneNumber

log = structlog.get_logger()

Attempt = Callable[[Channel, Address], Awaitable[Handed]]
"""Makes one attempt over one channel."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """dispatches: the ledger. waits: seconds between attempts at one channel that is tried beside others. gateway: of all its providers."""

    channels: Channels
    dispatches: Dispatches
    gate: Gate
    clock: Clock
    waits: Sequence[float]
    gateway: Gateway
    whatsapp: WhatsAppSender | None
    sms: SmsSender | None

    async def close(self) -> None:
        """Whoever sends closes it at the end. The next call opens new connections."""
        await self.gateway.close()

    async def short(self, channel: Channel, number: Address, short: Short) -> Handed:
        """One attempt at a telephone. What is no template of ours does not leave."""
        if not self.gate.passes(short.text):
            log.error("content-held-back", channel=channel, kind=short.kind)
            return Handed(Never("content-held-back"))
        sender = self.whatsapp if channel == "whatsapp" else self.sms
        if sender is None or not isinstance(number, PhoneNumber):
            return Handed(Never("no-address"))
        return await sender.send(number, short, self.clock.now())

    def course(self, policy: Sequence[Channel], reach: Reach) -> tuple[Channel, ...]:
        """The channels that this person's messages take here, in order."""
        return in_order(policy, self.channels.configured & reach.addresses.keys())

    async def carry(self, due: Due, course: Sequence[Channel], reach: Reach, attempt: Attempt, *, all_at_once: bool = False) -> Outcome:
        """What the attempts of now come to. Raises: Unavailable."""
        if not course:
            return reach.flaw
        several = tuple(course) != ("mail",) or due.attempts > 0
        kept: dict[Channel, Kept] = dict(await self.dispatches.of(due.id)) if several else {}
        tried: dict[Channel, Outcome] = {}
        while True:
            now = [each for each in Course(tuple(course), all_at_once, due.attempts, kept).now() if each not in tried]
            if not now:
                break
            found = await asyncio.gather(*(attempt(each, reach.addresses[each]) for each in now))
            for channel, handed in zip(now, found, strict=True):
                kept[channel] = await self.dispatches.keep(due.id, channel, handed) if several else after(handed.outcome)
                tried[channel] = Never("returned") if kept[channel] == "returned" else handed.outcome
            if not all(isinstance(each, Never) for each in tried.values()):
                break
        outcome = altogether(course, kept, tried)
        if isinstance(outcome, Accepted):
            await self._beside(due, tried)
        return outcome

    async def _beside(self, due: Due, tried: Mapping[Channel, Outcome]) -> None:
        """Channels that failed while another took the message are tried again by themselves."""
        for channel, outcome in tried.items():
            if isinstance(outcome, Later):
                await self.note_straggler(due, channel, 0, outcome)

    async def came_back(self, due: Due) -> bool:
        """Whether a channel that took the message has given it back. Raises: Unavailable."""
        return due.attempts > 0 and "returned" in (await self.dispatches.of(due.id)).values()

    async def note_straggler(self, due: Due, channel: Channel, tried: int, outcome: Outcome) -> None:
        """When it is tried again; not any more where it ended. Raises: Unavailable."""
        final = settled(outcome, Waiting(tried, due.queued_at, self.clock.now()), self.waits, random.random())  # noqa: S311 - jitter, not a secret
        await self.dispatches.try_again(due.id, channel, final.when if isinstance(final, Later) else None)


def senders(channels: Channels, gateway: Gateway) -> tuple[WhatsAppSender | None, SmsSender | None]:
    """Those that the settings name."""
    whatsapp = WhatsAppSender(channels.whatsapp, gateway) if channels.whatsapp else None
    return whatsapp, SmsSender(channels.sms, gateway) if channels.sms else None
