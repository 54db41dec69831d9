"""What a reporter and whoever has the case wrote to each other after the first words. Only the holder of the receipt reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.events import ConcernAddedTo, ConcernAnswered
from services.intake.domain.concern.state import Concern
from shared.eventstore.store import EventStore
from shared.sealed import Erased
from shared.sealing import Vault


class Said(BaseModel):
    """at: the hour in which it was written. text: None where it was erased."""

    model_config = ConfigDict(frozen=True)

    by: Literal["reporter", "school"]
    at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Opens what was said in a concern."""

    store: EventStore
    vault: Vault

    async def of(self, concern: Concern) -> list[Said]:
        """In the order in which it was written. concern: of whoever holds its receipt."""
        events = await self.store.read_stream(f"concern-{concern.concern}")
        told = zip(events, CONCERN.codec.decode_many(events), strict=True)
        said = [(each, event) for event, each in told if isinstance(each, ConcernAddedTo | ConcernAnswered)]
        texts = await self.vault.open_many([each.text for each, _ in said])
        return [_said(each, event.recorded_at, text) for (each, event), text in zip(said, texts, strict=True)]


def _said(each: ConcernAddedTo | ConcernAnswered, at: datetime, text: str | Erased) -> Said:
    hour = at.replace(minute=0, second=0, microsecond=0)
    by: Literal["reporter", "school"] = "reporter" if isinstance(each, ConcernAddedTo) else "school"
    return Said(by=by, at=hour, text=text if isinstance(text, str) else None)
