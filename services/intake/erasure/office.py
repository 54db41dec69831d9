"""Erasures from the request to the receipt. Each step is stored before the next begins and may be repeated: what is cut short goes on there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.intake.domain.erasure import (
    ERASURE,
    Command,
    Complete,
    DecideErasure,
    Erasure,
    ErasureDecided,
    ErasureRequested,
    FindHeld,
    Ground,
    ReportDestroyed,
    ReportPurged,
    Request,
    Scope,
    erasure_stream,
)
from services.intake.domain.roster import ROSTER
from services.intake.erasure.asking import Found, Inquiry
from services.intake.erasure.purging import OwnTraces
from services.intake.erasure.receipt import Receipt, Receipts
from shared.asked import Asked
from shared.decider import execute, load
from shared.destroying import Destroyer
from shared.erasing import Asked as ToCases
from shared.erasing import Ended
from shared.errors import NotFound, Unavailable
from shared.message import Occasion, derived_id
from shared.service import Kernel

BACKUPS_AT_MOST = timedelta(days=30)
"""No backup is kept longer (ADR 39): so long after the keys ended, the last copy of them does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for. by: who."""

    person: str
    ground: Ground
    scope: Scope
    by: str


@dataclass(frozen=True, slots=True)
class ErasureOffice:
    """Decides, and sees each erasure through. Raises `Unavailable` wherever a service does not answer: it goes on later from where it was."""

    kernel: Kernel
    inquiry: Inquiry
    destroyer: Destroyer
    traces: OwnTraces
    receipts: Receipts

    async def dry_run(self, wanted: Wanted) -> Found:
        """What would end and what would not. Nothing is stored. Raises: NotFound: nobody has this id. Unavailable."""
        await self._require_known(wanted.person)
        asked = ErasureRequested(erasure="-", at=self.kernel.clock.now(), **_told(wanted))
        return await self.inquiry.look(asked, dry=True)

    async def request(self, wanted: Wanted, command: Asked) -> Erasure:
        """Stores the request, and goes as far as it can now. Raises: NotFound, ErasureUnderway, IdempotencyMismatch, Unavailable."""
        await self._require_known(wanted.person)
        erasure, now = str(derived_id(command.cause, "erasure")), self.kernel.clock.now()
        occasion = Occasion(wanted.by, None, now, command.cause, command.cause)
        stream = erasure_stream(wanted.person)
        await execute(self.kernel.store, ERASURE, stream, Request(erasure=erasure, at=now, **_told(wanted)), occasion, asked=command)
        return await self.carry_on(wanted.person)

    async def ask(self, wanted: Wanted, command: Asked) -> Erasure:
        """The same for a person who waits for the answer: where it is stored and a service does not answer now, how far it is. It goes on by itself.

        Raises: as `request`; Unavailable: it is not stored, or nobody may destroy keys here.
        """
        try:
            return await self.request(wanted, command)
        except Unavailable:
            state = await self.of(wanted.person)
            if self.destroyer.url and state.underway:
                return state
            raise

    async def carry_on(self, person: str) -> Erasure:
        """Everything that is still to be done. Raises: Unavailable: it goes on later."""
        state = await self.of(person)
        asked = state.requested
        if asked is None or not state.underway:
            return state
        state = state if state.decided else await self._decide(asked)
        decided = state.decided
        if decided is None:
            return state
        state = state if state.destroyed else await self._destroy(asked, decided)
        return await self._purge(state, asked, await self._ended(asked, decided)) if state.destroyed else state

    async def of(self, person: str) -> Erasure:
        """The person's latest erasure."""
        return (await load(self.kernel.store, ERASURE, erasure_stream(person))).state

    async def receipt(self, person: str) -> Receipt:
        """Raises: NotFound: there is none yet."""
        found = self.receipts.of(await self.of(person))
        if found is None:
            raise NotFound("there is no receipt: the erasure is underway, was held, or was never asked for")
        return found

    async def _decide(self, asked: ErasureRequested) -> Erasure:
        found, now = await self.inquiry.look(asked, dry=False), self.kernel.clock.now()
        if found.holds:
            return await self._withdraw(asked, found)
        decision = DecideErasure(
            keys=found.keys, kept=found.kept, cases=found.cases, concerns=found.concerns, mentions=found.mentions, at=now
        )  # fmt: skip
        return await self._give(asked, decision)

    async def _withdraw(self, asked: ErasureRequested, found: Found) -> Erasure:
        await self.inquiry.release(asked)
        return await self._give(asked, FindHeld(holds=found.holds, at=self.kernel.clock.now()))

    async def _ended(self, asked: ErasureRequested, decided: ErasureDecided) -> Ended:
        """What the services take away. A case that was opened again since, or that is held, goes on: nothing of it is touched."""
        answer = await self.inquiry.cases.claim(ToCases(erasure=asked.erasure, person=asked.person, dry=True))
        goes_on = {each.about for each in answer.obstacles}
        return _ended(asked, decided, tuple(each for each in decided.cases if each not in goes_on))

    async def _destroy(self, asked: ErasureRequested, decided: ErasureDecided) -> Erasure:
        """Asks again first: since it was decided a case may have been opened. Keys that are gone already are reported, whatever is found now."""
        keys = [(each.owner, each.purpose) for each in decided.keys]
        found = await self.inquiry.look(asked, dry=False)
        if found.holds and await self.destroyer.living(keys):
            return await self._withdraw(asked, found)
        living = await self.destroyer.destroy(keys)
        self.kernel.vault.forget()
        return await self._give(asked, ReportDestroyed(living=living, at=self.kernel.clock.now()))

    async def _purge(self, state: Erasure, asked: ErasureRequested, ended: Ended) -> Erasure:
        for part in (self.inquiry.cases, self.inquiry.notifications, self.traces):
            if not any(each.service == part.name for each in state.purged):
                state = await self._give(asked, ReportPurged(service=part.name, counts=(await part.purge(ended)).counts))
        now = self.kernel.clock.now()
        return await self._give(asked, Complete(at=now, backups_end=now + BACKUPS_AT_MOST))

    async def _give(self, asked: ErasureRequested, command: Command) -> Erasure:
        cause = derived_id(UUID(asked.erasure), type(command).__name__, *([command.service] if isinstance(command, ReportPurged) else []))
        occasion = Occasion("service:intake", None, self.kernel.clock.now(), UUID(asked.erasure), cause)
        return (await execute(self.kernel.store, ERASURE, erasure_stream(asked.person), command, occasion)).state

    async def _require_known(self, person: str) -> None:
        known = (await load(self.kernel.store, ROSTER, f"person-{person}")).state
        if known.person is None and not known.known:
            raise NotFound("nobody in this district has this id")


def _told(wanted: Wanted) -> dict[str, str]:
    return {"person": wanted.person, "ground": wanted.ground, "scope": wanted.scope, "by": wanted.by}


def _ended(asked: ErasureRequested, decided: ErasureDecided, cases: tuple[str, ...]) -> Ended:
    return Ended(
        erasure=asked.erasure,
        person=asked.person,
        cases=cases,
        owners=tuple(dict.fromkeys(each.owner for each in decided.keys)),
        purposes=tuple(dict.fromkeys(each.purpose for each in decided.keys if each.owner == asked.person)),
    )
