"""Takes files for an activity or beside a letter: sealed under the keys of whose words they stand with, kept, and told of in one append (ADR 69)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from services.cases.commands.words import field_type, purpose_of
from services.cases.domain.case.files import File, FilesFull, KeepFiles
from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import Activity
from services.cases.domain.streams import case_stream
from shared.asked import Asked
from shared.attachments.boxes import Part, fresh_key, sealed
from shared.attachments.keeping import Store, Stored
from shared.attachments.taking import Taken
from shared.decider import Decider, execute
from shared.errors import IdempotencyMismatch, Unavailable
from shared.message import Event, Fact, Occasion
from shared.sealed import Purpose
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Place:
    """Where files stand: with an activity's words, or beside a document. whose, purpose: of the key that seals those words."""

    case_id: str
    school: str
    whose: str
    purpose: Purpose
    activity: str | None = None
    document: str | None = None


def beside_words(case: Case, activity: Activity) -> Place:
    """With the words of an activity, whose files end when these end."""
    case_id = case.case or ""
    return Place(case_id, case.school, case.student or case_stream(case_id), _purpose(activity), activity=activity.activity)


def _purpose(activity: Activity) -> Purpose:
    """Counselling notes end before the rest of a case, and their files with them."""
    fields = [field for event in activity.events for field in type(event).model_fields.values()]
    return "counselling" if "counselling" in {purpose_of(field_type(field)) for field in fields} else "case"


@dataclass(frozen=True, slots=True)
class Filing:
    """Keeps files for cases. decider: of cases."""

    kernel: Kernel
    decider: Decider[Fact, Case, Event]
    store: Store

    async def keep(self, place: Place, files: Sequence[Taken], by: str, asked: Asked) -> None:
        """Durable when this returns. Raises: NotAllowed: whose it is was erased. NoSuchActivity, FilesFull, IdempotencyMismatch, Unavailable."""
        kept = [await self._one(place, each) for each in files]
        now = self.kernel.clock.now()
        command = KeepFiles(act=str(asked.cause), by=by, at=now, activity=place.activity, document=place.document, files=tuple(kept))
        occasion = Occasion(by, place.school, now, asked.cause, asked.cause)
        try:
            after = await execute(self.kernel.store, self.decider, case_stream(place.case_id), command, occasion, asked=asked)
        except (FilesFull, IdempotencyMismatch):
            await self._drop(kept)
            raise
        told = {each.attachment for each in after.state.files}
        await self._drop([each for each in kept if each.attachment not in told])

    async def _drop(self, files: Sequence[File]) -> None:
        """What was sent before is told already, and what was refused never is. Where nobody answers, it stays, sealed, until it is swept."""
        if files:
            with suppress(Unavailable):
                await self.store.drop([each.attachment for each in files])

    async def _one(self, place: Place, file: Taken) -> File:
        attachment, key = str(uuid4()), fresh_key()
        box = await self.kernel.vault.seal(place.whose, place.purpose, b64encode(key).decode(), f"attachment-{attachment}/key")
        parts: dict[Part, Iterable[bytes]] = {"original": sealed(key, attachment, "original", file.content)}
        if file.picture is not None:
            parts["picture"] = sealed(key, attachment, "picture", file.picture)
        await self.store.keep(Stored(attachment, case_stream(place.case_id), file.verdict, parts, box))
        return File(attachment=attachment, kind=file.kind, octets=len(file.content), digest=sha256(file.content).hexdigest())
