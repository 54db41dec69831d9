"""Looks at stored files again: those in quarantine, because the scanner of viruses did not answer, those from before a check was stricter, and those
that no event names.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from dataclasses import dataclass

import structlog

from shared.attachments.boxes import opened
from shared.attachments.keeping import Waiting
from shared.attachments.relooking import Relooking
from shared.attachments.scanning import Scanner
from shared.attachments.sweeping import Sweep
from shared.attachments.telling import Telling
from shared.errors import HistoryBroken, Unavailable
from shared.heartbeat import Heartbeats
from shared.running import ended
from shared.sealed import Erased, Sealed
from shared.sealing import Vault

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two looks."""

_BEAT = 5.0

_TOGETHER = 20


@dataclass(slots=True)
class Quarantine:
    """files: where they lie, with what the scanner said of each. last: behind which the next look goes on, so that each file has its turn."""

    telling: Telling
    vault: Vault
    files: Waiting
    scanner: Scanner
    last: str = ""

    async def look(self) -> int:
        """Asks the scanner about some of what waits; how many still wait of those that were asked about. Raises: Unavailable."""
        waiting = await self.files.unscanned(_TOGETHER, self.last)
        self.last = waiting[-1][0] if len(waiting) == _TOGETHER else ""
        return sum([not await self._settled(attachment, owner) for attachment, owner in waiting])

    async def _settled(self, attachment: str, owner: str) -> bool:
        """Whether it waits for the scanner no more. What is damaged waits for ever, and keeps nothing behind it; what no event names is swept."""
        try:
            sealed = await self.telling.key(attachment, owner)
            return await self._judged(attachment, sealed) if sealed else True
        except HistoryBroken:
            log.warning("damaged", attachment=attachment)
            return False

    async def _judged(self, attachment: str, sealed: Sealed) -> bool:
        """Whether there is a verdict now. What was erased is asked about no more. Where no scanner is named any more, what waits for one waits on."""
        key = await self.vault.open(sealed)
        if isinstance(key, Erased):
            await self.files.drop([attachment])
            return True
        content = opened(b64decode(key), attachment, "original", await self.files.boxes(attachment, "original"))
        verdict = await self.scanner.verdict(content)
        if verdict in ("unscanned", "unasked"):
            return False
        await self.files.judge(attachment, verdict)
        return True


class Rescanning:
    """A Part."""

    name = "attachments"

    def __init__(self, quarantine: Quarantine, relooking: Relooking, sweep: Sweep, heartbeats: Heartbeats) -> None:
        self._quarantine, self._relooking, self._sweep = quarantine, relooking, sweep
        self._pulse = heartbeats.pulse(self.name)

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
            await self._relooking.look()
            if swept := await self._sweep.look():
                log.info("unnamed files taken away", files=swept)
        except Unavailable as error:
            self._pulse.detail = str(error)

    async def _beat(self) -> None:
        """A sign of life also while it rests, or waits for a scanner that is slow: reports are taken meanwhile."""
        while True:
            self._pulse.idle()
            await asyncio.sleep(_BEAT)
