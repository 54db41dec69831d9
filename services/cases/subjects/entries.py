"""What was noted, one line for each event, with the texts that lie under the person's own keys; every other text stays shut and is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.cases.letters.material import on
from services.cases.reading.words import Words
from shared.message import Event, Recorded
from shared.school_day import Calendar
from shared.sealed import Erased, Sealed
from shared.service import Kernel
from shared.subjects import Entry

_OWNERS = "SELECT kid::text, person, purpose FROM keyring.open_wrapped(%s::uuid[])"

_ROUTINE = frozenset({
    "deadlines-set", "deadlines-met", "deadlines-given", "staff-to-be-told", "school-to-be-told", "coordinator-to-be-told", "case-people-changed",
    "alerts-passed-on", "concern-joined-case",
})  # fmt: skip
"""What is noted so that no work is forgotten. That nobody answered an alert, or that somebody was late, is told like the rest."""

Noted = tuple[Recorded, Event]
"""A stored event, and the same event as it is read today."""


@dataclass(frozen=True, slots=True)
class Entries:
    """words: of everything that can happen."""

    kernel: Kernel
    words: Words

    async def of(
        self, noted: Sequence[Noted], calendar: Calendar, owners: Sequence[str], left_out: frozenset[str] = frozenset()
    ) -> tuple[Entry, ...]:
        """owners: whose texts are told. left_out: purposes whose texts are not. Raises: Unavailable."""
        bodies = [(recorded, event.model_dump(mode="json")) for recorded, event in noted]
        mine = await self._owned([box.kid for _, body in bodies for box in boxes(body)], owners, left_out)
        return tuple([await self._entry(recorded, body, mine, calendar) for recorded, body in bodies])

    async def _owned(self, kids: Sequence[str], owners: Sequence[str], left_out: frozenset[str]) -> frozenset[str]:
        """The ids of keys whose texts go into the copy."""
        async with self.kernel.database.statement() as connection:
            rows = await (await connection.execute(_OWNERS, (sorted(set(kids)),))).fetchall()
        return frozenset(kid for kid, person, purpose in rows if person in owners and purpose not in left_out)

    async def _entry(self, recorded: Recorded, body: Mapping[str, Any], mine: frozenset[str], calendar: Calendar) -> Entry:
        found = list(boxes(body))
        texts = await self.kernel.vault.open_many([box for box in found if box.kid in mine])
        what, english = self.words.sentence(recorded.type, body)
        words = tuple(text for text in texts if not isinstance(text, Erased) and text)
        withheld = sum(box.kid not in mine for box in found)
        routine = not found and (recorded.type in _ROUTINE or (recorded.type == "alert-recorded" and body.get("outcome") == "sent"))
        return Entry(
            day=day_of(recorded.happened_at, calendar), what=what, what_en=english, words=words, withheld=withheld, routine=routine
        )  # fmt: skip


def boxes(told: Any) -> Iterator[Sealed]:
    """Every sealed text in a body."""
    if isinstance(told, dict):
        if told.keys() >= {"kid", "context", "box"}:
            yield Sealed.model_validate(told)
            return
        told = list(told.values())
    if isinstance(told, list):
        for each in told:
            yield from boxes(each)


def day_of(moment: datetime, calendar: Calendar) -> str:
    """By the school's clock, as one says it aloud."""
    return on(calendar.local(moment).date())
