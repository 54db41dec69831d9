"""Reads the histories of a student's cases as the student may have them. The keys say whose a text is: what lies under another's stays shut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT
from services.cases.domain.streams import case_stream, student_stream
from services.cases.letters.material import coded
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.read_log import record_read
from services.cases.reading.roster import Roster
from services.cases.reading.words import Words
from shared.decider import Decider, load
from shared.eventstore.states import Loaded
from shared.message import Event, Fact, Recorded
from shared.school_day import Calendar
from shared.sealed import Erased, Sealed
from shared.service import Kernel
from shared.subjects import Asked, Entry, Held, Part, Reader

_OWNERS = "SELECT kid::text, person, purpose FROM keyring.open_wrapped(%s::uuid[])"

_OF_OTHERS = frozenset({"concern"})
"""What a reporter wrote may show who reported, also where it lies under the student's key: it is told in codes only."""

_LEFT_OUT: Mapping[Reader, frozenset[str]] = {"student": _OF_OTHERS, "guardian": _OF_OTHERS | {"counselling"}}
"""Purposes of keys whose texts are not in the copy. What was confided is the student's alone."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """decider: of cases. words: of everything that can happen. roster: says who the student's guardians are."""

    kernel: Kernel
    decider: Decider[Fact, Case, Event]
    words: Words
    calendars: SchoolCalendars
    roster: Roster

    async def held(self, asked: Asked) -> Held:
        """Everything of the person's cases; nothing where a guardian is not to learn of them. That one was read is recorded first.

        Raises: Unavailable.
        """
        known = (await load(self.kernel.store, STUDENT, student_stream(asked.person))).state.cases
        cases = [await load(self.kernel.store, self.decider, case_stream(each)) for each in known]
        if asked.reader == "guardian" and not await self._is_home_safe(asked.person, [each.state for each in cases]):
            return Held(parts=())
        return Held(parts=tuple([await self._case(case_id, loaded, asked) for case_id, loaded in zip(known, cases, strict=True)]))

    async def _is_home_safe(self, person: str, cases: Sequence[Case]) -> bool:
        """Whoever is unsafe in one case is so in all of them: none of them is told then."""
        told = await self.roster.person(person)
        return all(is_home_safe(case, told.guardians if told else ()) for case in cases)

    async def _case(self, case_id: str, loaded: Loaded[Case], asked: Asked) -> Part:
        await record_read(self.kernel.database, asked.by, case_id, "subject-access", loaded.version)
        events = await self.kernel.store.read_stream(case_stream(case_id))
        calendar = await self.calendars.of(loaded.state.school)
        mine = await self._owned(events, (asked.person, case_stream(case_id)), _LEFT_OUT[asked.reader])
        entries = [await self._entry(event, mine, calendar) for event in events]
        return Part(title="Kasus", title_en="Case", facts=_facts(loaded.state, events, calendar), entries=tuple(entries))

    async def _owned(self, events: Sequence[Recorded], owners: Sequence[str], left_out: frozenset[str]) -> frozenset[str]:
        """The ids of keys whose texts go into the copy. left_out: purposes that do not."""
        kids = {box.kid for event in events for box in boxes(self._body(event))}
        async with self.kernel.database.statement() as connection:
            rows = await (await connection.execute(_OWNERS, (sorted(kids),))).fetchall()
        return frozenset(kid for kid, person, purpose in rows if person in owners and purpose not in left_out)

    async def _entry(self, event: Recorded, mine: frozenset[str], calendar: Calendar) -> Entry:
        body = self._body(event)
        found = list(boxes(body))
        texts = await self.kernel.vault.open_many([box for box in found if box.kid in mine])
        what, english = self.words.sentence(event.type, body)
        words = tuple(text for text in texts if not isinstance(text, Erased) and text)
        return Entry(
            day=_day(event.happened_at, calendar), what=what, what_en=english, words=words, withheld=sum(box.kid not in mine for box in found)
        )

    def _body(self, event: Recorded) -> dict[str, Any]:
        (decoded,) = self.decider.codec.decode_many([event])
        told: dict[str, Any] = decoded.model_dump(mode="json")
        return told


def is_home_safe(case: Case, guardians: Sequence[str]) -> bool:
    """Whether a guardian may have a copy of the case: each of the roster was judged safe, no guardian is named in it, and the student did not ask
    for help themselves. That there is a case tells an unsafe guardian enough (domain.md, Urgency).
    """
    about = case.about
    accused = any(each.relation == "guardian" and each.role == "accused" for told in case.told for each in told.people)
    if accused or about.unsafe_home or about.implicated or about.self_report or not guardians:
        return False
    return about.safe_home - about.named >= set(guardians)


def _facts(case: Case, events: Sequence[Recorded], calendar: Calendar) -> tuple[tuple[str, str], ...]:
    categories = ", ".join(coded("category", each) for each in case.categories)
    receivers = ", ".join(dict.fromkeys(coded("receiver", each.receiver) for each in case.ledger.entries))
    told = {
        "Dibuka": _day(events[0].happened_at, calendar) if events else "",
        "Tingkat": coded("urgency", case.urgency),
        "Tentang": categories,
        "Keterangan pernah diberikan kepada": receivers or "tidak seorang pun",
    }
    return tuple(told.items())


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


def _day(moment: datetime, calendar: Calendar) -> str:
    return f"{calendar.local(moment):%d-%m-%Y}"
