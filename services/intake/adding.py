"""What a reporter says later: sealed for each student again and stored in one append. API and pages end here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain.concern import CONCERN, AddToConcern, Concern
from services.intake.raising import Narrative
from shared.access import Principal
from shared.asked import Asked
from shared.decider import execute
from shared.errors import NotAllowed
from shared.events import Fact as Danger
from shared.message import Occasion, derived_id
from shared.sealed import Sealed
from shared.service import Kernel


class Addition(BaseModel):
    """The reporter adds or corrects; the first words stay. An unanswered fact stays as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Narrative
    facts: dict[Danger, bool] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Adding:
    """Adds to concerns."""

    kernel: Kernel

    async def add(self, concern: Concern, addition: Addition, asked: Asked, principal: Principal) -> Concern:
        """The concern afterwards; the addition is durable then.

        concern: the principal's own, as it stands. Raises: NotAllowed: the concern was erased. IdempotencyMismatch, Unavailable.
        """
        command = await self._sealed(concern, addition, str(derived_id(asked.cause, "addition")))
        occasion = Occasion(principal.id, concern.school, self.kernel.clock.now(), asked.cause, asked.cause)
        return (await execute(self.kernel.store, CONCERN, f"concern-{concern.concern}", command, occasion, asked=asked)).state

    async def _sealed(self, concern: Concern, addition: Addition, addition_id: str) -> AddToConcern:
        own, context = f"concern-{concern.concern}", f"concern-{concern.concern}/addition-{addition_id}"
        text = await self.kernel.vault.seal(own, "concern", addition.text, context)
        boxes = await asyncio.gather(*(self._for_student(student, addition.text, context) for student in concern.identified))
        texts = {student: box for student, box in zip(concern.identified, boxes, strict=True) if box}
        return AddToConcern(addition=addition_id, text=text, texts=texts, answers=addition.facts)

    async def _for_student(self, student: str, text: str, context: str) -> Sealed | None:
        """None for a student who was erased; the others still hear of it."""
        try:
            return await self.kernel.vault.seal(student, "concern", text, context)
        except NotAllowed:
            return None
