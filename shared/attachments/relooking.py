"""Looks through stored files again once a check has become stricter than it was when they came (ADR 100)."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass

import structlog

from shared.attachments.boxes import opened
from shared.attachments.checks import CHECKS
from shared.attachments.keeping import Looked, Verdict
from shared.attachments.taking import NotTaken, Taking
from shared.attachments.telling import Telling
from shared.attachments.uploads import Upload
from shared.errors import HistoryBroken
from shared.sealed import Erased, Sealed
from shared.sealing import Vault

log = structlog.get_logger()

_TOGETHER = 10


@dataclass(slots=True)
class Relooking:
    """taking: the same checks as for what comes. last: behind which the next look goes on, so that each file has its turn."""

    telling: Telling
    vault: Vault
    files: Looked
    taking: Taking
    last: str = ""

    async def look(self) -> None:
        """Looks through some of what passed older checks alone. Raises: Unavailable."""
        waiting = await self.files.looked_before(CHECKS, _TOGETHER, self.last)
        self.last = waiting[-1][0] if len(waiting) == _TOGETHER else ""
        for attachment, owner, verdict in waiting:
            await self._settled(attachment, owner, verdict)

    async def _settled(self, attachment: str, owner: str, before: Verdict) -> None:
        """What is damaged is left as it is, and keeps nothing behind it; what no event names is swept."""
        try:
            if sealed := await self.telling.key(attachment, owner):
                await self._looked_through(attachment, sealed, before)
        except HistoryBroken:
            log.warning("damaged", attachment=attachment)

    async def _looked_through(self, attachment: str, sealed: Sealed, before: Verdict) -> None:
        key = await self.vault.open(sealed)
        if isinstance(key, Erased):
            await self.files.drop([attachment])
            return
        content = opened(b64decode(key), attachment, "original", await self.files.boxes(attachment, "original"))
        verdict = await self._verdict(content, before)
        if verdict == "unscanned":
            return
        await self.files.look_passed(attachment, verdict, CHECKS)
        if verdict == "infected":
            log.warning("file withheld", attachment=attachment)

    async def _verdict(self, content: bytes, before: Verdict) -> Verdict:
        """Of a scanner that answered once and is not there any more the word holds: also of what it found. What a check found is kept as its word
        is, so where no scanner says anything neither is let out.
        """
        try:
            (taken,) = await self.taking.all([Upload(content)])
        except NotTaken:
            return "infected"
        return before if taken.verdict == "unasked" else taken.verdict
