"""Giving a command by its form: on the same road as every other command, with what was typed kept wherever it does not arrive."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from services.cases.commands.bodies import body_of
from services.cases.commands.envelope import Envelope
from services.cases.commands.on_case import OnCase
from services.cases.commands.road import Order, Road
from services.cases.commands.subject import Subject
from services.cases.forms.faults import Faulty, from_body, from_road
from services.cases.forms.filling import Filling, Typed
from services.cases.forms.following import Following
from services.cases.forms.wording import Form
from shared.access import Principal
from shared.asked import Asked
from shared.errors import IdempotencyMismatch, Invalid, NotAllowed, ProofNeeded, Refused, Sentences, Unavailable, VersionConflict
from shared.message import TANGGAP, derived_id
from shared.sessions.shown_to import FIELD

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
PROVE_AGAIN = Sentences(
    "Belum tersimpan: bukti terakhir bahwa ini Anda lebih dari sepuluh menit yang lalu. Buktikan lagi di tab lain, lalu kirim lagi di sini.",
    "Not saved: your last proof that it is you is more than ten minutes old. Prove it again in another tab, then send again here.",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came. key: made when it was rendered, so that pressing twice is one act. version: of the case or activity that the person saw.

    following: the step that may be taken with it.
    """

    form: Form
    typed: Typed
    fixed: Mapping[str, str]
    key: str
    version: int | None = None
    following: Following | None = None

    @property
    def last(self) -> Form:
        """Of the last command that it gives."""
        return self.following.form if self.following and self.following.wanted(self.typed) else self.form


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
        return await self.give_on(principal, lambda _: OnCase(self.road.kernel, self.road.casework.case, case_id), case_id, sent, zone)

    async def give_on(self, principal: Principal, subject: Callable[[Envelope], Subject[Any]], about: str, sent: Sent, zone: ZoneInfo) -> Outcome:
        """The same on whatever takes commands. subject: may have an id that this very form makes. about: what the key counts within."""
        said = _said(sent, zone)
        bodies, errors = _bodies(sent, said)
        if errors:
            return Outcome(errors=errors, status=422)
        happened_at: datetime | None = bodies[0].pop("happened_at")
        envelope = await self._envelope(principal, about, sent, said, happened_at)
        taking = self.road.take_together(envelope, subject(envelope), _orders(sent, bodies, envelope))
        return await attempted(taking, lambda invalid: from_road(asked_together(sent), invalid.faults, sent.typed))

    async def _envelope(
        self, principal: Principal, about: str, sent: Sent, said: Sequence[Mapping[str, Any]], happened_at: datetime | None
    ) -> Envelope:
        kernel, scope = self.road.kernel, f"{principal.id} form {about} {sent.form.command.called}"
        fingerprint = await kernel.fingerprints.of(json.dumps(said, sort_keys=True).encode())
        known = Asked(scope, sent.key, fingerprint, derived_id(TANGGAP, scope, sent.key))
        return Envelope(principal, known.cause, kernel.clock.now(), happened_at, known, sent.version)


def asked_together(sent: Sent) -> Form:
    """The form with the questions of the step that follows it."""
    return replace(sent.form, questions=(*sent.form.questions, *(sent.following.asked if sent.following else ())))


def _said(sent: Sent, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The body of each command, as it was typed."""
    filling = Filling(zone, sent.key)
    first = filling.body(sent.form, sent.typed, sent.fixed)
    if sent.following is None or not sent.following.wanted(sent.typed):
        return [first]
    return [first, filling.body(sent.following.form, sent.typed, {**sent.following.fixed, "activity": "-", "happened_at": None})]


def _bodies(sent: Sent, said: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], Faulty]:
    """The bodies as the commands take them, or what is wrong in any of them."""
    bodies: list[dict[str, Any]] = []
    errors: dict[str, Sentences] = {}
    for form, each in zip((sent.form, sent.last), said, strict=False):
        try:
            bodies.append(body_of(form.command).model_validate(each).model_dump())
        except ValidationError as error:
            errors |= from_body(form, error.errors(include_input=False, include_url=False), sent.typed)
    return bodies, errors


def _orders(sent: Sent, bodies: Sequence[Mapping[str, Any]], envelope: Envelope) -> list[Order]:
    """The second command is about the activity that the first one begins."""
    first, *others = bodies
    begun = {"activity": envelope.id("activity")}
    kept = [{name: value for name, value in each.items() if name != "happened_at"} for each in others]
    return [Order(sent.form.command, first), *(Order(sent.last.command, each | begun) for each in kept)]


async def attempted(taking: Awaitable[object], faulty: Callable[[Invalid], Faulty]) -> Outcome:
    """What became of giving commands. faulty: names the fields of what is invalid. Raises: NotFound, NotAllowed."""
    try:
        await taking
    except Invalid as invalid:
        return Outcome(errors=faulty(invalid), status=invalid.status)
    except VersionConflict as changed:
        return Outcome(notice=CHANGED, status=changed.status)
    except IdempotencyMismatch as before:
        return Outcome(notice=SENT_BEFORE, status=before.status, fresh=True)
    except Unavailable as down:
        return Outcome(notice=NOT_NOW, status=down.status)
    except ProofNeeded as stale:
        return Outcome(notice=PROVE_AGAIN, status=stale.status)
    except NotAllowed:
        raise
    except Refused as refused:
        return Outcome(notice=Sentences(refused.indonesian, refused.english), status=refused.status)
    return Outcome(saved=True)


def typed_in(pairs: Sequence[tuple[str, object]]) -> dict[str, list[str]]:
    """The text fields of a form that a browser sent, as far as a person typed or chose them."""
    typed: dict[str, list[str]] = {}
    for name, value in pairs:
        if isinstance(value, str) and name != FIELD:
            typed.setdefault(name, []).append(value)
    return typed
