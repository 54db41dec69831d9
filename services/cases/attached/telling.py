"""What the cases say of the files that lie here."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.domain.case.state import Case
from shared.attachments.keeping import Store
from shared.decider import Decider, load
from shared.eventstore.store import EventStore
from shared.message import Event, Fact
from shared.sealed import Sealed


@dataclass(frozen=True, slots=True)
class CasesTell:
    """`Telling` of cases. The owner beside a file is its case's stream; the key lies with the file. decider: of cases."""

    store: EventStore
    decider: Decider[Fact, Case, Event]
    files: Store

    async def names(self, attachment: str, owner: str) -> bool:
        case = (await load(self.store, self.decider, owner)).state
        return any(each.attachment == attachment for each in case.files)

    async def key(self, attachment: str, owner: str) -> Sealed | None:
        return await self.files.key(attachment) if await self.names(attachment, owner) else None
