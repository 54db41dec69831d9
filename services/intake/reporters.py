"""Whose concern it is: who holds its receipt, or signed in and wrote it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from services.intake.digits import secret_of
from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.state import Concern
from services.intake.guessing import Guessing
from services.intake.receipts import Receipts, leads_from
from services.intake.views import Directory
from shared.access import Principal
from shared.decider import load
from shared.errors import NotFound
from shared.eventstore.store import EventStore


@dataclass(frozen=True, slots=True)
class Reporters:
    """Finds a reporter's own concern, and nobody else's. guessing: how fast receipts may be tried."""

    store: EventStore
    receipts: Receipts
    directory: Directory
    guessing: Guessing

    async def by_receipt(self, receipt: str, network: str) -> Concern:
        """The concern to which a receipt belongs. network: from where it is tried; kept nowhere. Raises: NotFound, Unavailable."""
        if concern := await self._tried(receipt, network, partial(self._found, receipt)):
            return concern
        raise NotFound("no concern has this receipt: check the digits, or raise it again")

    async def own(self, concern_id: str, principal: Principal, receipt: str | None, network: str) -> Concern:
        """The concern, for whoever holds its receipt, reported it, or signed in and wrote it down. Raises: NotFound, Unavailable."""
        concern = await self._concern(concern_id)
        if concern.concern is None or not (await self.is_theirs(concern, principal) or await self._holds(receipt, concern, network)):
            raise NotFound("no concern of yours has this id")
        return concern

    async def _tried(self, receipt: str, network: str, look: Callable[[], Awaitable[Concern | None]]) -> Concern | None:
        """What a receipt leads to. One of forty digits that is right never waits, however many guess; those of letters are short, so all wait."""
        if secret_of(receipt) is None:
            await self.guessing.turn(network)
            if found := await look():
                self.guessing.right(network)
            return found
        if (found := await look()) is None:
            await self.guessing.turn(network)
        return found

    async def _found(self, receipt: str) -> Concern | None:
        for concern_id in await self._led_to(receipt):
            if await self.receipts.matches(receipt, concern := await self._concern(concern_id)):
                return concern
        return None

    async def _led_to(self, receipt: str) -> list[str]:
        located = leads_from(receipt)
        return await self.directory.concerns_at(located) if located else []

    async def _concern(self, concern_id: str) -> Concern:
        return (await load(self.store, CONCERN, f"concern-{concern_id}")).state

    async def _holds(self, receipt: str | None, concern: Concern, network: str) -> bool:
        return receipt is not None and await self._tried(receipt, network, partial(self._matching, receipt, concern)) is not None

    async def _matching(self, receipt: str, concern: Concern) -> Concern | None:
        return concern if await self.receipts.matches(receipt, concern) else None

    async def is_theirs(self, concern: Concern, principal: Principal) -> bool:
        """An anonymous concern is nobody's, whoever was signed in when it was written. Raises: Unavailable."""
        if principal.kind not in ("person", "agency") or concern.reporter_kind == "anonymous":
            return False
        return concern.reporter == principal.id or await self._wrote(concern, principal)

    async def _wrote(self, concern: Concern, principal: Principal) -> bool:
        first = await self.store.read_stream(f"concern-{concern.concern}", until_version=1)
        return [event.actor for event in first] == [principal.id]
