"""Whose concern it is: who holds its receipt, or signed in and wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.domain.concern import CONCERN, Concern
from services.intake.receipts import Receipts, locator_of
from services.intake.views import Directory
from shared.access import Principal
from shared.decider import load
from shared.errors import NotFound
from shared.eventstore.store import EventStore


@dataclass(frozen=True, slots=True)
class Reporters:
    """Finds a reporter's own concern, and nobody else's."""

    store: EventStore
    receipts: Receipts
    directory: Directory

    async def by_receipt(self, receipt: str) -> Concern:
        """The concern to which a receipt belongs. Raises: NotFound."""
        for concern_id in await self.directory.concerns_at(locator_of(receipt)):
            if await self.receipts.matches(receipt, concern_id):
                return await self._concern(concern_id)
        raise NotFound("no concern has this receipt: check the letters, or raise it again")

    async def own(self, concern_id: str, principal: Principal, receipt: str | None) -> Concern:
        """The concern, for whoever holds its receipt, reported it, or signed in and wrote it down. Raises: NotFound."""
        concern = await self._concern(concern_id)
        if concern.concern is None or not (await self._is_theirs(concern, principal) or await self._holds(receipt, concern_id)):
            raise NotFound("no concern of yours has this id")
        return concern

    async def _concern(self, concern_id: str) -> Concern:
        return (await load(self.store, CONCERN, f"concern-{concern_id}")).state

    async def _holds(self, receipt: str | None, concern_id: str) -> bool:
        return bool(receipt) and await self.receipts.matches(receipt or "", concern_id)

    async def _is_theirs(self, concern: Concern, principal: Principal) -> bool:
        """An anonymous concern is nobody's, whoever was signed in when it was written."""
        if principal.kind != "person" or concern.reporter_kind == "anonymous":
            return False
        return concern.reporter == principal.id or await self._wrote(concern, principal)

    async def _wrote(self, concern: Concern, principal: Principal) -> bool:
        first = await self.store.read_stream(f"concern-{concern.concern}", until_version=1)
        return [event.actor for event in first] == [principal.id]
