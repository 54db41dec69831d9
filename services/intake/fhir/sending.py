"""Takes a child whom an agency sends, as a concern like any other, and shows the agency how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from fastapi import Request

from services.intake.dialogue import Dialogue
from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.events import ConcernAnswered, ConcernEnded, ConcernMovedOn
from services.intake.domain.concern.state import Concern
from services.intake.fhir.reading import Named, Sent
from services.intake.fhir.showing import Shown
from services.intake.raising import Raising
from services.intake.reporters import Reporters
from shared.access import Principal
from shared.asking import asked_with_key
from shared.decider import folded
from shared.errors import NotFound
from shared.message import TANGGAP, derived_id
from shared.service import Kernel

BASE = "/intake/fhir/R4"
SHOWN = 500
"""The latest: older ones are read by their id or identifier."""

_WRITTEN = "SELECT stream FROM event WHERE type = 'concern-received' AND actor = %s ORDER BY position DESC LIMIT %s"


@dataclass(frozen=True, slots=True)
class Sending:
    """raising: accepts concerns. reporters: know whose a concern is. dialogue: what the school wrote."""

    kernel: Kernel
    raising: Raising
    reporters: Reporters
    dialogue: Dialogue

    async def take(self, principal: Principal, sent: Sent, request: Request) -> tuple[Shown, bool]:
        """How it stands, and whether it is new. Raises: Invalid, IdempotencyMismatch: known already, with other words; Unavailable."""
        known = await self.find(principal, sent.named)
        if known is not None and sent.only_if_new:
            return known, False
        told = {"said": sent.body.model_dump_json()}
        asked = await asked_with_key(self.kernel.fingerprints, request, principal, _key(sent.named), told, path=BASE)
        accepted = await self.raising.accept(sent.body, asked, principal)
        return await self.own(principal, accepted.concern_id), known is None

    async def find(self, principal: Principal, named: Named) -> Shown | None:
        """By what the sender calls it."""
        return await self._shown(principal, _concern_of(principal, named))

    async def own(self, principal: Principal, concern: str) -> Shown:
        """Raises: NotFound: this agency sent nobody under this id."""
        if found := await self._shown(principal, concern):
            return found
        raise NotFound("you sent nobody under this id")

    async def everything(self, principal: Principal) -> Sequence[Shown]:
        """Whom this agency sent, newest first."""
        async with self.kernel.database.statement() as connection:
            rows = await (await connection.execute(_WRITTEN, (principal.id, SHOWN))).fetchall()
        found = [await self._shown(principal, stream.removeprefix("concern-")) for (stream,) in rows]
        return [each for each in found if each is not None]

    async def _shown(self, principal: Principal, concern_id: str) -> Shown | None:
        stream = f"concern-{concern_id}"
        events = await self.kernel.store.read_stream(stream)
        concern: Concern = folded(CONCERN, stream, events).state
        if concern.concern is None or not await self.reporters.is_theirs(concern, principal):
            return None
        moved = [
            event.recorded_at
            for event, told in zip(events, CONCERN.codec.decode_many(events), strict=True)
            if isinstance(told, ConcernMovedOn | ConcernEnded | ConcernAnswered)
        ]
        answers = [each.text for each in await self.dialogue.of(concern) if each.by == "school" and each.text]
        authored = events[0].recorded_at
        return Shown(
            concern_id, concern.school, principal.id, concern.state, concern.outcome, authored, (moved or [authored])[-1], len(moved) + 1, answers
        )  # fmt: skip


def _concern_of(principal: Principal, named: Named) -> str:
    """The id of the concern, as raising derives it."""
    return str(derived_id(derived_id(TANGGAP, f"{principal.id} POST {BASE}", _key(named)), "concern"))


def _key(named: Named) -> UUID:
    """As a list: a `/` may stand in either half, so the halves joined by one could be those of another child."""
    return derived_id(TANGGAP, "child-sent", orjson.dumps([named.system, named.value]).decode())
