"""Giving a command by its form: on the same road as every other command, with what was typed kept wherever it does not arrive."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from services.cases.commands.bodies import body_of
from services.cases.commands.envelope import Envelope
from services.cases.commands.on_case import OnCase
from services.cases.commands.road import Road
from services.cases.forms.faults import Faulty, from_body, from_road
from services.cases.forms.filling import Filling, Typed
from services.cases.forms.wording import Form
from shared.access import Principal
from shared.asked import Asked
from shared.errors import IdempotencyMismatch, Invalid, NotAllowed, Refused, Sentences, Unavailable, VersionConflict
from shared.message import TANGGAP, derived_id

CHANGED = Sentences(
    "Sementara Anda menulis, orang lain menyimpan sesuatu pada kasus ini. Isian Anda masih ada di sini: periksa, lalu kirim lagi.",
    "While you were writing, somebody else saved something on this case. What you wrote is still here: check it, then send again.",
)
SENT_BEFORE = Sentences(
    "Isian sebelumnya dari halaman ini sudah tersimpan. Isian yang baru belum: kirim lagi bila memang perlu ditambahkan.",
    "What you sent from this page before was saved. What is new is not: send it again if it should be added.",
)
NOT_NOW = Sentences(
    "Belum tersimpan: sistem sedang tidak dapat menyimpan. Isian Anda masih ada di sini; kirim lagi sebentar lagi.",
    "Not saved: the system cannot save just now. What you wrote is still here; send it again in a moment.",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came. key: made when it was rendered, so that pressing twice is one act. version: of the case or activity that the person saw."""

    form: Form
    typed: Typed
    fixed: Mapping[str, Any]
    key: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. errors: at their fields. notice: about the whole. status: of the answer. fresh: the next try is another act."""

    saved: bool = False
    errors: Faulty = field(default_factory=dict)
    notice: Sentences | None = None
    status: int = 303
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Giving:
    """Gives the commands of one service's forms."""

    road: Road

    async def give(self, principal: Principal, case_id: str, sent: Sent, zone: ZoneInfo) -> Outcome:
        """Raises: NotFound, NotAllowed: the person may not give it here."""
        said = Filling(zone, sent.key).body(sent.form, sent.typed, sent.fixed)
        try:
            body = body_of(sent.form.command).model_validate(said).model_dump()
        except ValidationError as error:
            return Outcome(errors=from_body(sent.form, error.errors(include_input=False, include_url=False), sent.typed), status=422)
        envelope = await self._envelope(principal, case_id, sent, said, body.pop("happened_at"))
        return await self._taken(envelope, case_id, sent, body)

    async def _envelope(self, principal: Principal, case_id: str, sent: Sent, said: Mapping[str, Any], happened_at: datetime | None) -> Envelope:
        kernel, scope = self.road.kernel, f"{principal.id} form {case_id} {sent.form.command.called}"
        fingerprint = await kernel.fingerprints.of(json.dumps(said, sort_keys=True).encode())
        known = Asked(scope, sent.key, fingerprint, derived_id(TANGGAP, scope, sent.key))
        return Envelope(principal, known.cause, kernel.clock.now(), happened_at, known, sent.version)

    async def _taken(self, envelope: Envelope, case_id: str, sent: Sent, body: Mapping[str, Any]) -> Outcome:
        subject = OnCase(self.road.kernel, self.road.casework.case, case_id)
        try:
            await self.road.take(envelope, subject, sent.form.command, body)
        except Invalid as invalid:
            return Outcome(errors=from_road(sent.form, invalid.faults, sent.typed), status=invalid.status)
        except VersionConflict as changed:
            return Outcome(notice=CHANGED, status=changed.status)
        except IdempotencyMismatch as before:
            return Outcome(notice=SENT_BEFORE, status=before.status, fresh=True)
        except Unavailable as down:
            return Outcome(notice=NOT_NOW, status=down.status)
        except NotAllowed:
            raise
        except Refused as refused:
            return Outcome(notice=Sentences(refused.indonesian, refused.english), status=refused.status)
        return Outcome(saved=True)


def typed_in(pairs: Sequence[tuple[str, object]]) -> dict[str, list[str]]:
    """The text fields of a form that a browser sent."""
    typed: dict[str, list[str]] = {}
    for name, value in pairs:
        if isinstance(value, str):
            typed.setdefault(name, []).append(value)
    return typed
