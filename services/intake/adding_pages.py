"""The page on which a reporter adds words and files to a concern. Whatever is wrong, the words come back as they were typed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.intake.adding import Adding, Addition
from services.intake.attaching.saying import FULL
from services.intake.domain.concern.state import Concern
from services.intake.domain.files import TooManyFiles
from services.intake.network import network_of
from services.intake.rendering import Pages, empty_addition
from services.intake.reporters import Reporters
from services.intake.standing import Standing
from shared.access import Principal
from shared.asked import Asked
from shared.attachments.saying import FAULTS, NOT_READ
from shared.attachments.taking import NotTaken, Taken, Taking
from shared.attachments.uploads import Holding, Sent, reading
from shared.errors import IdempotencyMismatch, NotFound, TooLarge, TooSlow, Unavailable
from shared.message import TANGGAP, derived_id
from shared.pages import Text, say
from shared.service import Kernel
from shared.typed import with_plain_line_breaks

UNKNOWN = say("Tanda terima ini tidak ditemukan. Periksa lagi angka-angkanya, satu per satu.")
CROWDED = say("Belum dapat dibuka. Tunggu satu menit, lalu tekan tombol sekali lagi.")
_EMPTY = say("Tuliskan keterangannya, paling banyak 20.000 huruf.")
_CHANGED = say("Keterangan sebelumnya sudah diterima. Kirim lagi untuk menyimpan isi yang baru ini.")

_ONLY_FILES = "(Mengirim berkas tanpa keterangan.)"
"""The words of whoever sends nothing but files: whoever reads the strand sees that something came."""

_LONGEST_NONCE = 100


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is said beside which field."""

    field: str
    says: Text
    status: int


_ERRORS: Mapping[type[Exception], _Wrong] = {
    NotFound: _Wrong("receipt", UNKNOWN, 404),
    ValidationError: _Wrong("text", _EMPTY, 422),
    TooManyFiles: _Wrong("files", FULL, 422),
    IdempotencyMismatch: _Wrong("text", _CHANGED, 409),  # this form was sent before with other words: the new words are not stored yet
    Unavailable: _Wrong("text", CROWDED, 503),
}


@dataclass(frozen=True, slots=True)
class AddingPage:
    """holding: the octets of all forms that are being read. taking: looks at files."""

    kernel: Kernel
    adding: Adding
    reporters: Reporters
    standing: Standing
    taking: Taking
    holding: Holding

    async def add(self, request: Request, principal: Principal) -> HTMLResponse:
        """Raises: Malformed, Invalid: no browser sends such a form."""
        with reading(self.holding) as form:
            try:
                sent = await form.read(request)
            except (TooLarge, TooSlow, Unavailable) as error:
                return self._again(request, form.words, _Wrong("files", NOT_READ[type(error)], error.status))
            return await self._added(request, sent, principal)

    async def _added(self, request: Request, sent: Sent, principal: Principal) -> HTMLResponse:
        receipt = sent.word("receipt")
        try:
            concern = await self.reporters.by_receipt(receipt, network_of(request))
            added = await self._keep(concern, sent, await self.taking.all(sent.files), principal)
            shown = await self.standing.shown(added, receipt)
        except NotTaken as error:
            return self._again(request, sent, _Wrong("files", FAULTS[error.fault], 422))
        except tuple(_ERRORS) as error:
            return self._again(request, sent, next(told for kind, told in _ERRORS.items() if isinstance(error, kind)))
        return Pages(self.kernel).page(request, "added.html", shown, 201)

    async def _keep(self, concern: Concern, sent: Sent, files: Sequence[Taken], principal: Principal) -> Concern:
        text, facts = sent.word("text"), sent.all("facts")
        addition = Addition.model_validate({"text": text or (_ONLY_FILES if files else ""), "facts": dict.fromkeys(facts, True)})
        said = [with_plain_line_breaks(text), *facts, *(sha256(each.content).hexdigest() for each in files)]
        return await self.adding.add(concern, addition, await self._asked(concern, sent.word("nonce")[:_LONGEST_NONCE], said), principal, files)

    async def _asked(self, concern: Concern, nonce: str, said: Sequence[object]) -> Asked:
        """One sending of the form: sent again by mistake, it adds nothing."""
        scope = f"form POST /intake/tambah {concern.concern}"
        fingerprint = await self.kernel.fingerprints.of(json.dumps(said).encode())
        return Asked(scope, nonce or None, fingerprint, derived_id(TANGGAP, scope, nonce or uuid4()))

    def _again(self, request: Request, sent: Sent, wrong: _Wrong) -> HTMLResponse:
        typed = {name: sent.word(name) for name in ("receipt", "text", "nonce")} | {"facts": sent.all("facts")}
        fresh = {"nonce": str(uuid4())} if wrong.says == _CHANGED or not typed["nonce"] else {}
        told = empty_addition() | typed | fresh | {"errors": {wrong.field: wrong.says}, "which": wrong.field == "receipt" or not typed["receipt"]}
        return Pages(self.kernel).page(request, "adding.html", told, wrong.status)
