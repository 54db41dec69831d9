"""Takes files: sealed under the keys of whose words they stand with, kept, and told of in one append (ADR 69, 87)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from services.cases.commands.words import field_type, purpose_of
from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.files import File, FilesFull, KeepFiles
from services.cases.domain.streams import case_stream
from shared.asked import Asked
from shared.attachments.boxes import Part, fresh_key, sealed
from shared.attachments.keeping import Store, Stored
from shared.attachments.taking import Taken
from shared.decider import Decider, execute
from shared.errors import IdempotencyMismatch, Unavailable
from shared.message import Occasion
from shared.sealed import Purpose
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Place:
    """Where files stand: with the words of an activity, a referral or a group, or beside a document.

    whose, purpose: of the key that seals those words. stream: whose history tells of them. subject: the case or what stands alone, as the record of
    reads names it.
    """

    stream: str
    subject: str
    school: str
    whose: str
    purpose: Purpose
    activity: str | None = None
    document: str | None = None


def beside_words(case: Case, activity: Activity) -> Place:
    """With the words of an activity, whose files end when these end."""
    return _in(case, purpose_of_words(activity), activity.activity)


def beside_referral(case: Case, referral: str) -> Place:
    """With a referral: what its agency answered on paper ends with the case."""
    return _in(case, "case", referral)


def _in(case: Case, purpose: Purpose, subject: str) -> Place:
    stream = case_stream(case.case or "")
    return Place(stream, case.case or "", case.school, case.student or stream, purpose, activity=subject)


def purpose_of_words(activity: Activity) -> Purpose:
    """Counselling notes end before the rest of a case, and their files with them."""
    fields = [field for event in activity.events for field in type(event).model_fields.values()]
    return "counselling" if "counselling" in {purpose_of(field_type(field)) for field in fields} else "case"


@dataclass(frozen=True, slots=True)
class Filing:
    """Keeps files. decider_of: of a stream in whose history files stand."""

    kernel: Kernel
    decider_of: Callable[[str], Decider[Any, Any, Any]]
    store: Store

    async def keep(self, place: Place, files: Sequence[Taken], by: str, asked: Asked) -> None:
        """Durable when this returns. Raises: NotAllowed: whose it is was erased. NoSuchActivity, FilesFull, IdempotencyMismatch, Unavailable."""
        kept = [await self._one(place, each) for each in files]
        now = self.kernel.clock.now()
        command = KeepFiles(act=str(asked.cause), by=by, at=now, activity=place.activity, document=place.document, files=tuple(kept))
        occasion = Occasion(by, place.school, now, asked.cause, asked.cause)
        try:
            after = await execute(self.kernel.store, self.decider_of(place.stream), place.stream, command, occasion, asked=asked)
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
        await self.store.keep(Stored(attachment, place.stream, file.verdict, parts, box))
        return File(attachment=attachment, kind=file.kind, octets=len(file.content), digest=sha256(file.content).hexdigest())
