"""What stands beside a person's cases: consultations that they asked for or that are for a case of theirs, and groups that they were in (ADR 80).

A group's words are about all of its members, and a consultation's belong to its two parties: others are told that it was, and no word of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from services.cases.domain.casework import Casework
from services.cases.domain.steps.activity import ActivityEvent
from services.cases.domain.strategies.consultation import CONSULTATION, ConsultationAsked
from services.cases.domain.strategies.group import GROUP
from services.cases.domain.strategies.group_steps import GroupFormed, MemberAdded, MemberRefused, MemberRemoved, SessionHeld
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.consulted import consultations_of
from services.cases.reading.read_log import record_read
from services.cases.subjects.entries import Entries, Noted, day_of
from shared.decider import load
from shared.message import Event
from shared.subjects import Asked, Part

_GROUPS = (
    "SELECT stream FROM event WHERE (type = 'group-formed' AND EXISTS (SELECT FROM json_array_elements(body::json -> 'members') member"
    " WHERE member ->> 'student' = %s)) OR (type = 'member-added' AND body::json -> 'member' ->> 'student' = %s)"
    " GROUP BY stream ORDER BY min(position)"
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Raises: Unavailable. That something was read is recorded before it leaves."""

    entries: Entries
    casework: Casework
    calendars: SchoolCalendars

    async def consultations(self, asked: Asked, cases: Sequence[str]) -> list[Part]:
        """cases: of the person. A guardian learns nothing of what the person asked for, because it was confided."""
        found = await consultations_of(self.entries.kernel.database, asked.person, cases)
        parts = [await self._consultation(stream, asked, cases) for stream in found]
        return [each for each in parts if each]

    async def groups(self, asked: Asked) -> list[Part]:
        """Those that the person is or was in."""
        return [await self._group(stream, asked) for stream in await self._streams(_GROUPS, asked.person, asked.person)]

    async def _streams(self, query: LiteralString, *values: object) -> list[str]:
        async with self.entries.kernel.database.statement() as connection:
            rows = await (await connection.execute(query, values)).fetchall()
        return [stream for (stream,) in rows]

    async def _consultation(self, stream: str, asked: Asked, cases: Sequence[str]) -> Part | None:
        """Questions and advice about somebody else's case belong to that case, even if this person asked."""
        known = (await load(self.entries.kernel.store, self.casework.without_case, stream)).state
        activity = known.activity
        begun = activity.last(ConsultationAsked) if activity else None
        is_own = begun is not None and begun.asker == asked.person
        if begun is None or (is_own and asked.reader == "guardian"):
            return None
        noted = [(recorded, event) for recorded, event in await self._read(stream) if isinstance(event, ActivityEvent)]
        own = is_own and (begun.case is None or begun.case in cases)
        return await self._part(CONSULTATION.name, stream, begun.school, noted, asked, own=own, files=len(known.files) if own else 0)

    async def _group(self, stream: str, asked: Asked) -> Part:
        group = (await load(self.entries.kernel.store, GROUP, stream)).state
        noted = [(recorded, event) for recorded, event in await self._read(stream) if _names(event, asked.person)]
        return await self._part("group-counselling", stream, group.school, noted, asked, own=False)

    async def _part(self, kind: str, stream: str, school: str, noted: Sequence[Noted], asked: Asked, *, own: bool, files: int = 0) -> Part:
        """own: the texts are the person's to read. files: that came with them, of which the copy holds none (ADR 80)."""
        kernel, calendar = self.entries.kernel, await self.calendars.of(school)
        await record_read(kernel.database, asked.by, stream.partition("-")[2], "subject-access", len(noted))
        entries = await self.entries.of(noted, calendar, (stream,) if own else ())
        title, english = self.entries.words.titles[kind]
        facts = (("Dimulai", day_of(noted[0][0].happened_at, calendar)), *((("Lampiran", f"{files} berkas"),) if files else ()))
        return Part(title=title, title_en=english, facts=facts, entries=entries)

    async def _read(self, stream: str) -> list[Noted]:
        recorded = await self.entries.kernel.store.read_stream(stream)
        decider = GROUP if stream.startswith("group-") else self.casework.without_case
        return list(zip(recorded, decider.codec.decode_many(recorded), strict=True))


def _names(event: Event, person: str) -> bool:
    """Whether what happened in a group was about this student, too."""
    match event:
        case GroupFormed():
            return person in {each.student for each in event.members}
        case MemberAdded():
            return event.member.student == person
        case MemberRemoved() | MemberRefused():
            return event.student == person
        case SessionHeld():
            return person in event.present
        case _:
            return False
