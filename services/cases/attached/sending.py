"""A form of files as it comes: read within bounds, looked at, kept. What is wrong is said beside the field."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import uuid4

from fastapi import Request

from services.cases.attached.filing import Filing, Place
from services.cases.domain.steps.files import FilesFull
from shared.asked import Asked
from shared.attachments.saying import FAULTS, NOT_READ
from shared.attachments.taking import NotTaken, Taken, Taking
from shared.attachments.uploads import Holding, Sent, reading
from shared.errors import IdempotencyMismatch, Sentences, TooLarge, TooSlow, Unavailable
from shared.message import TANGGAP, derived_id
from shared.sessions.shown_to import FIELD, require

_LONGEST_NONCE = 100
_NONE_CHOSEN = Sentences("Pilih paling sedikit satu berkas.", "Choose at least one file.")
_CHANGED = Sentences(
    "Berkas sebelumnya sudah tersimpan. Pilih lagi untuk menyimpan yang baru.", "The file before is saved. Choose again to save the new one."
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why nothing was kept."""

    says: Sentences
    status: int


@dataclass(frozen=True, slots=True)
class Sending:
    """holding: the octets of all forms that are being read."""

    filing: Filing
    taking: Taking
    holding: Holding = field(default_factory=Holding)

    async def take(self, request: Request, by: str, place: Place) -> Wrong | None:
        """None where the files are durable. Raises: Malformed, Invalid: no browser sends such a form. NotAllowed: whose they are was erased.

        ShownToSomebodyElse: the page with the form was another person's.
        """
        with reading(self.holding) as form:
            try:
                return await self._kept(request, await form.read(request), by, place)
            except (TooLarge, TooSlow, Unavailable) as error:
                return Wrong(NOT_READ[type(error)], error.status)
            except NotTaken as error:
                return Wrong(FAULTS[error.fault], 422)
            except FilesFull as error:
                return Wrong(Sentences(error.indonesian, error.english), 422)
            except IdempotencyMismatch:
                return Wrong(_CHANGED, 409)

    async def _kept(self, request: Request, sent: Sent, by: str, place: Place) -> Wrong | None:
        require(sent.word(FIELD), by)
        files = await self.taking.all(sent.files)
        if not files:
            return Wrong(_NONE_CHOSEN, 422)
        nonce, scope = sent.word("nonce")[:_LONGEST_NONCE], f"{by} POST {request.url.path}"
        await self.filing.keep(place, files, by, await self._asked(scope, nonce, files))
        return None

    async def _asked(self, scope: str, nonce: str, files: list[Taken]) -> Asked:
        """One sending of the form: sent again by mistake, it adds nothing."""
        said = json.dumps([sha256(each.content).hexdigest() for each in files])
        fingerprint = await self.filing.kernel.fingerprints.of(said.encode())
        return Asked(scope, nonce or None, fingerprint, derived_id(TANGGAP, scope, nonce or uuid4()))
