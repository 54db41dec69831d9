"""What the concerns say of the files that lie at intake."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.domain.concern import CONCERN
from services.intake.domain.files import FileAttached
from shared.eventstore.store import EventStore
from shared.sealed import Sealed


@dataclass(frozen=True, slots=True)
class ConcernsTell:
    """`Telling` of intake. The owner beside a file is its concern's stream."""

    store: EventStore

    async def names(self, attachment: str, owner: str) -> bool:
        return await self.key(attachment, owner) is not None

    async def key(self, attachment: str, owner: str) -> Sealed | None:
        events = CONCERN.codec.decode_many(await self.store.read_stream(owner))
        return next((each.key for each in events if isinstance(each, FileAttached) and each.attachment == attachment), None)
