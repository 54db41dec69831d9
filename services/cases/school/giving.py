"""Giving a command of a setting by its form: on the road of every command, with what was typed kept wherever it does not arrive."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import Request
from pydantic import BaseModel, ValidationError

from services.cases.commands.bodies import body_of
from services.cases.commands.envelope import Envelope
from services.cases.commands.road import Road
from services.cases.commands.subject import Subject
from services.cases.domain.steps.command import Command
from services.cases.forms.faults import Faulty, sentence_of
from services.cases.forms.giving import Outcome, attempted, typed_in
from shared.access import Principal
from shared.asked import Asked
from shared.errors import Fault, Invalid
from shared.message import TANGGAP, derived_id

_LONGEST_KEY = 100

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came. key: made when it was rendered, so that pressing twice is one act."""

    typed: Typed
    key: str

    def line(self, name: str) -> str:
        """What was typed into a field; nothing where it was left empty."""
        values = self.typed.get(name, ())
        return values[0].strip() if values else ""

    @property
    def first(self) -> Mapping[str, str]:
        """The first value of each field, as a page gives it back; nothing of one that did not come."""
        return defaultdict(str, {name: values[0] for name, values in self.typed.items() if values})

    def lines(self, *names: str) -> dict[str, str]:
        """The fields that were filled in."""
        return {name: self.line(name) for name in names if self.line(name)}


async def sent_by(request: Request) -> Sent:
    """The text fields of a form."""
    async with request.form() as given:
        typed = typed_in(given.multi_items())
    return Sent(typed, typed.pop("key", [""])[0][:_LONGEST_KEY] or str(uuid4()))


@dataclass(frozen=True, slots=True)
class Setting:
    """One command of a form. beside: fields that no person types, by name. version: of its stream, where it was made from what stood there."""

    command: type[Command]
    said: Mapping[str, Any]
    beside: Mapping[str, Any]
    version: int | None = None

    def body(self) -> BaseModel:
        """Raises: ValidationError."""
        return body_of(self.command, in_path=tuple(self.beside)).model_validate(dict(self.said))


@dataclass(frozen=True, slots=True)
class Settings:
    """Gives them."""

    road: Road

    async def give(self, principal: Principal, subject: Subject[Any], setting: Setting, scope: str, sent: Sent) -> Outcome:
        """scope: what the key counts within. Raises: NotFound, NotAllowed: the person may not give it here."""
        try:
            body = setting.body().model_dump()
        except ValidationError as error:
            return Outcome(errors=_faulty(error), status=422)
        happened_at = body.pop("happened_at")
        fingerprint = await self.road.kernel.fingerprints.of(json.dumps(sorted(sent.typed.items())).encode())
        whole = f"{principal.id} form {scope} {setting.command.called}"
        asked = Asked(whole, sent.key, fingerprint, derived_id(TANGGAP, whole, sent.key))
        envelope = Envelope(principal, asked.cause, self.road.kernel.clock.now(), happened_at, asked, setting.version)
        return await attempted(self.road.take(envelope, subject, setting.command, body | dict(setting.beside)), of_road)


def _faulty(error: ValidationError) -> Faulty:
    return {str(each["loc"][0]) if each["loc"] else "": sentence_of(each["type"]) for each in error.errors(include_input=False, include_url=False)}


def of_road(invalid: Invalid) -> Faulty:
    """What the road says, at its fields."""
    return {_field(fault): fault.sentences or sentence_of(fault.code) for fault in invalid.faults}


def _field(fault: Fault) -> str:
    return fault.pointer.removeprefix("/").split("/")[0]
