"""Drafts: what somebody is writing into a form of a case, sealed under the student's key, for seven days (people page, rule 3; ADR 36)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from services.cases.commands.words import field_type, purpose_of
from services.cases.domain.steps.command import Command
from shared.errors import Unavailable
from shared.sealed import Erased, Purpose, Sealed
from shared.service import Kernel

KEPT = timedelta(days=7)

Typed = Mapping[str, Sequence[str]]
"""The fields of a form as the browser sent them, each with all of its values."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose draft it is, and of which form. form: the command, with what it is about."""

    person: str
    case_id: str
    form: str

    @property
    def context(self) -> str:
        """What the box is bound to."""
        return f"draft-{self.case_id}/{self.person}/{self.form}"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed. key: of the form as it was rendered, so that sending the draft later is the same act."""

    typed: dict[str, list[str]]
    key: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one service."""

    kernel: Kernel

    async def save(self, place: Place, owner: str, purpose: Purpose, typed: Typed, key: str) -> datetime:
        """When it was saved: after the commit. owner: under whose key it is sealed. Raises: Unavailable; NotAllowed: the owner was erased."""
        text = json.dumps({"typed": {name: list(values) for name, values in typed.items()}, "key": key})
        box = await self.kernel.vault.seal(owner, purpose, text, place.context)
        async with self.kernel.database.acting_as("drafts").connection() as connection:
            await connection.execute("DELETE FROM draft WHERE saved_at < %s", (self.kernel.clock.now() - KEPT,))
            await connection.execute(_SAVE, (place.person, place.case_id, place.form, Jsonb(box.model_dump()), now := self.kernel.clock.now()))
        return now

    async def find(self, place: Place) -> Draft | None:
        """None where there is none, it is too old, or its key is gone."""
        async with self.kernel.database.acting_as("drafts").statement() as connection:
            row = await (await connection.execute(_FIND, (place.person, place.case_id, place.form, self.kernel.clock.now() - KEPT))).fetchone()
        text = await self.kernel.vault.open(Sealed.model_validate(row[0])) if row else None
        if row is None or text is None or isinstance(text, Erased):
            return None
        told = json.loads(text)
        return Draft(told["typed"], told["key"], row[1])

    async def drop(self, place: Place) -> None:
        """The form was sent, or its writer wants to start anew."""
        async with self.kernel.database.acting_as("drafts").statement() as connection:
            await connection.execute("DELETE FROM draft WHERE person = %s AND case_id = %s AND form = %s", (place.person, place.case_id, place.form))

    async def forget(self, place: Place) -> None:
        """After the command was stored. A draft that stays, because the database went away, sends the same act again."""
        try:
            await self.drop(place)
        except Unavailable:
            return

    async def others(self, place: Place, since: timedelta) -> list[tuple[str, datetime]]:
        """Who else wrote into the same form lately, by id, and when."""
        async with self.kernel.database.acting_as("drafts").statement() as connection:
            cursor = await connection.execute(_OTHERS, (place.case_id, place.form, place.person, self.kernel.clock.now() - since))
            rows: list[tuple[str, datetime]] = await cursor.fetchall()
        return rows


def purpose_for(command: type[Command]) -> Purpose:
    """The purpose whose key seals what is typed: that of the most confided field."""
    found = {purpose_of(field_type(each)) for each in command.model_fields.values()}
    return "counselling" if "counselling" in found else "case"


_SAVE = (
    "INSERT INTO draft (person, case_id, form, box, saved_at) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (person, case_id, form) DO UPDATE SET box = excluded.box, saved_at = excluded.saved_at"
)
_FIND = "SELECT box, saved_at FROM draft WHERE person = %s AND case_id = %s AND form = %s AND saved_at >= %s"
_OTHERS = "SELECT person, saved_at FROM draft WHERE case_id = %s AND form = %s AND person <> %s AND saved_at >= %s ORDER BY saved_at DESC"
