"""Looks at the files in quarantine again: the scanner of viruses did not answer when they came."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from services.intake.attaching.sealing import key_of
from services.intake.domain.concern import CONCERN
from services.intake.domain.files import FileAttached
from shared.attachments.boxes import opened
from shared.attachments.keeping import Waiting
from shared.attachments.scanning import Scanner
from shared.errors import HistoryBroken, Unavailable
from shared.eventstore.store import EventStore
from shared.heartbeat import Heartbeats
from shared.running import ended
from shared.sealed import Erased
from shared.sealing import Vault

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two looks."""

_BEAT = 5.0

_TOGETHER = 20


@dataclass(slots=True)
class Quarantine:
    """files: where they lie, with what the scanner said of each. last: behind which the next look goes on, so that each file has its turn.
    untold: those of which no event told when they were looked at.
    """

    store: EventStore
    vault: Vault
    files: Waiting
    scanner: Scanner
    last: str = ""
    untold: set[str] = field(default_factory=set)

    async def look(self) -> int:
        """Asks the scanner about some of what waits; how many still wait of those that were asked about. Raises: Unavailable."""
        waiting = await self.files.unscanned(_TOGETHER, self.last)
        self.last = waiting[-1][0] if len(waiting) == _TOGETHER else ""
        return sum([not await self._settled(attachment, owner) for attachment, owner in waiting])

    async def _settled(self, attachment: str, owner: str) -> bool:
        """Whether it waits for the scanner no more. What is damaged waits for ever, and keeps nothing behind it."""
        try:
            told = await self._told(attachment, owner)
            if told:
                return await self._judged(told)
        except HistoryBroken:
            log.warning("damaged", attachment=attachment)
            return False
        await self._drop_untold(attachment)
        return True

    async def _drop_untold(self, attachment: str) -> None:
        """Its event comes at once, or never."""
        if attachment in self.untold:
            await self.files.drop([attachment])
        self.untold ^= {attachment}

    async def _judged(self, told: FileAttached) -> bool:
        """Whether there is a verdict now. What was erased is asked about no more. Where no scanner is named any more, what waits for one waits on."""
        key = await self.vault.open(told.key)
        if isinstance(key, Erased):
            await self.files.drop([told.attachment])
            return True
        content = opened(key_of(key), told.attachment, "original", await self.files.boxes(told.attachment, "original"))
        verdict = await self.scanner.verdict(content)
        if verdict in ("unscanned", "unasked"):
            return False
        await self.files.judge(told.attachment, verdict)
        return True

    async def _told(self, attachment: str, owner: str) -> FileAttached | None:
        events = CONCERN.codec.decode_many(await self.store.read_stream(owner))
        return next((each for each in events if isinstance(each, FileAttached) and each.attachment == attachment), None)


class Rescanning:
    """A Part."""

    name = "attachments"

    def __init__(self, quarantine: Quarantine, heartbeats: Heartbeats) -> None:
        self._quarantine, self._pulse = quarantine, heartbeats.pulse(self.name)

    async def run(self) -> None:
        beating = asyncio.create_task(self._beat())
        try:
            while True:
                await self._look()
                await asyncio.sleep(EVERY)
        finally:
            await ended(beating)

    async def _look(self) -> None:
        try:
            waiting = await self._quarantine.look()
            self._pulse.detail = f"{waiting} files wait for the scanner of viruses" if waiting else ""
        except Unavailable as error:
            self._pulse.detail = str(error)

    async def _beat(self) -> None:
        """A sign of life also while it rests, or waits for a scanner that is slow: reports are taken meanwhile."""
        while True:
            self._pulse.idle()
            await asyncio.sleep(_BEAT)
