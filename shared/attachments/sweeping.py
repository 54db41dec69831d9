"""Takes away files that no event names: the upload was cut off between its chunks and its event. What an event names is never touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from shared.attachments.keeping import Unsettled
from shared.attachments.telling import Telling
from shared.clock import Clock
from shared.errors import HistoryBroken

log = structlog.get_logger()

UNNAMED_FOR = timedelta(days=1)
"""Its event comes within seconds, or never; a day covers whatever a restart or an outage makes of seconds."""

_TOGETHER = 50


@dataclass(slots=True)
class Sweep:
    """files: where they lie. last: behind which the next look goes on, so that each file has its turn."""

    telling: Telling
    files: Unsettled
    clock: Clock
    last: str = ""

    async def look(self) -> int:
        """Looks at some of those of which nobody knows yet; how many were taken away. Raises: Unavailable."""
        unsettled = await self.files.unsettled(_TOGETHER, self.last)
        self.last = unsettled[-1][0] if len(unsettled) == _TOGETHER else ""
        return sum([await self._is_gone(attachment, owner) for attachment, owner in unsettled])

    async def _is_gone(self, attachment: str, owner: str) -> bool:
        """Where its history cannot be read, it stays."""
        try:
            if await self.telling.names(attachment, owner):
                await self.files.settle(attachment)
                return False
        except HistoryBroken:
            log.warning("damaged", attachment=attachment)
            return False
        now = self.clock.now()
        return await self.files.drop_unnamed(attachment, now, now - UNNAMED_FOR)
