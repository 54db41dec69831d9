"""What the cases, and what stands beside them, say of the files that lie here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.cases.domain.casework import Casework
from services.cases.domain.strategies.group import GROUP
from services.cases.domain.streams import CASE
from services.cases.domain.streams import GROUP as OF_GROUPS
from shared.attachments.keeping import Store
from shared.decider import Decider, load
from shared.eventstore.store import EventStore
from shared.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Filers:
    """The decision units of streams in whose history files stand."""

    casework: Casework

    def of(self, stream: str) -> Decider[Any, Any, Any]:
        if stream.startswith(CASE):
            return self.casework.case
        return GROUP if stream.startswith(OF_GROUPS) else self.casework.without_case


@dataclass(frozen=True, slots=True)
class CasesTell:
    """`Telling` of cases. The owner beside a file is the stream whose history tells of it; the key lies with the file."""

    store: EventStore
    filers: Filers
    files: Store

    async def names(self, attachment: str, owner: str) -> bool:
        told = (await load(self.store, self.filers.of(owner), owner)).state
        return any(each.attachment == attachment for each in told.files)

    async def key(self, attachment: str, owner: str) -> Sealed | None:
        return await self.files.key(attachment) if await self.names(attachment, owner) else None
