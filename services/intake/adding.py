"""What a reporter says later: sealed for each student again and stored in one append. API and pages end here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from services.intake.attaching.sealing import Attaching
from services.intake.authors import author_of_addition
from services.intake.domain.concern import CONCERN, AddToConcern
from services.intake.domain.concern.state import Concern
from services.intake.domain.files import File, TooManyFiles
from services.intake.raising import Narrative
from shared.access import Principal
from shared.asked import Asked
from shared.attachments.taking import Taken
from shared.decider import execute
from shared.errors import IdempotencyMismatch, NotAllowed, Unavailable
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
    attaching: Attaching

    async def add(self, concern: Concern, addition: Addition, asked: Asked, principal: Principal, files: Sequence[Taken] = ()) -> Concern:
        """The concern afterwards; the addition is durable then, with everything that came along.

        concern: the principal's own, as it stands; who adds to an anonymous one is not kept. Raises: NotAllowed: the concern was erased.
        TooManyFiles, IdempotencyMismatch, Unavailable.
        """
        kept = await self.attaching.keep(concern, files)
        command = await self._sealed(concern, addition, str(derived_id(asked.cause, "addition")), kept)
        author = author_of_addition(concern, principal)
        occasion = Occasion(author.id, concern.school, self.kernel.clock.now(), asked.cause, asked.cause)
        try:
            added = (await execute(self.kernel.store, CONCERN, f"concern-{concern.concern}", command, occasion, asked=asked)).state
        except (TooManyFiles, IdempotencyMismatch):
            await self._drop_untold(kept, concern)
            raise
        await self._drop_untold(kept, added)
        return added

    async def _drop_untold(self, kept: Sequence[File], concern: Concern) -> None:
        """What was sent before is told already, and what was refused never is. Where nobody can say whether it was told, it stays, sealed."""
        if untold := [each for each in kept if each.attachment not in concern.files]:
            with suppress(Unavailable):
                await self.attaching.drop(untold)

    async def _sealed(self, concern: Concern, addition: Addition, addition_id: str, files: tuple[File, ...]) -> AddToConcern:
        own, context = f"concern-{concern.concern}", f"concern-{concern.concern}/addition-{addition_id}"
        text = await self.kernel.vault.seal(own, "concern", addition.text, context)
        boxes = await asyncio.gather(*(self._for_student(student, addition.text, context) for student in concern.identified))
        texts = {student: box for student, box in zip(concern.identified, boxes, strict=True) if box}
        return AddToConcern(addition=addition_id, text=text, texts=texts, answers=addition.facts, files=files)

    async def _for_student(self, student: str, text: str, context: str) -> Sealed | None:
        """None for a student who was erased; the others still hear of it."""
        try:
            return await self.kernel.vault.seal(student, "concern", text, context)
        except NotAllowed:
            return None
