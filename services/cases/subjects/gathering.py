"""Reads the histories of a student's cases as the student may have them. The keys say whose a text is: what lies under another's stays shut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.cases.attached.kept import AttachedFiles
from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT
from services.cases.domain.casework import Casework
from services.cases.domain.streams import case_stream, student_stream
from services.cases.letters.material import coded
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.read_log import record_read
from services.cases.reading.roster import Roster
from services.cases.reading.words import Words
from services.cases.subjects.beside import Beside
from services.cases.subjects.entries import Entries, day_of
from shared.decider import load
from shared.eventstore.states import Loaded
from shared.message import Recorded
from shared.school_day import Calendar
from shared.service import Kernel
from shared.subjects import Asked, Held, Part, Reader

_OF_OTHERS = frozenset({"concern"})
"""What a reporter wrote may show who reported, also where it lies under the student's key: it is told in codes only."""

_LEFT_OUT: Mapping[Reader, frozenset[str]] = {"student": _OF_OTHERS, "guardian": _OF_OTHERS | {"counselling"}}
"""Purposes of keys whose texts are not in the copy. What was confided is the student's alone."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """casework: with the decider of cases. words: of everything that can happen. roster: says who the student's guardians are."""

    kernel: Kernel
    casework: Casework
    words: Words
    calendars: SchoolCalendars
    roster: Roster

    @property
    def entries(self) -> Entries:
        return Entries(self.kernel, self.words)

    @property
    def beside(self) -> Beside:
        return Beside(self.entries, self.casework, self.calendars)

    async def held(self, asked: Asked) -> Held:
        """Everything of the person's cases and of what stands beside them; nothing where a guardian is not to learn of them.

        That one was read is recorded first. Raises: Unavailable.
        """
        known = (await load(self.kernel.store, STUDENT, student_stream(asked.person))).state.cases
        cases = [await load(self.kernel.store, self.casework.case, case_stream(each)) for each in known]
        if asked.reader == "guardian" and not await self._is_home_safe(asked.person, [each.state for each in cases]):
            return Held(parts=())
        parts = [await self._case(case_id, loaded, asked) for case_id, loaded in zip(known, cases, strict=True)]
        return Held(parts=(*parts, *await self.beside.consultations(asked, known), *await self.beside.groups(asked)))

    async def _is_home_safe(self, person: str, cases: Sequence[Case]) -> bool:
        """Whoever is unsafe in one case is so in all of them: none of them is told then."""
        told = await self.roster.person(person)
        return all(is_home_safe(case, told.guardians if told else ()) for case in cases)

    async def _case(self, case_id: str, loaded: Loaded[Case], asked: Asked) -> Part:
        await record_read(self.kernel.database, asked.by, case_id, "subject-access", loaded.version)
        events = await self.kernel.store.read_stream(case_stream(case_id))
        calendar = await self.calendars.of(loaded.state.school)
        noted = list(zip(events, self.casework.case.codec.decode_many(events), strict=True))
        entries = await self.entries.of(noted, calendar, (asked.person, case_stream(case_id)), _LEFT_OUT[asked.reader])
        facts = _facts(loaded.state, events, calendar, await self._files(loaded.state, asked.person))
        return Part(title="Kasus", title_en="Case", facts=facts, entries=entries)

    async def _files(self, case: Case, person: str) -> int:
        """How many stand in the case, or came with its concerns. The copy holds none: others may be seen in them, and a person decides about that."""
        came = await AttachedFiles(self.kernel.database).of(case.concerns, person)
        return len(case.files) + len(came)


def is_home_safe(case: Case, guardians: Sequence[str]) -> bool:
    """Whether a guardian may have a copy of the case: each of the roster was judged safe, no guardian is named in it, and the student did not ask
    for help themselves. That there is a case tells an unsafe guardian enough (domain.md, Urgency).
    """
    about = case.about
    accused = any(each.relation == "guardian" and each.role == "accused" for told in case.told for each in told.people)
    if accused or about.unsafe_home or about.implicated or about.self_report or not guardians:
        return False
    return about.safe_home - about.named >= set(guardians)


def _facts(case: Case, events: Sequence[Recorded], calendar: Calendar, files: int) -> tuple[tuple[str, str], ...]:
    categories = ", ".join(coded("category", each) for each in case.categories)
    receivers = ", ".join(dict.fromkeys(coded("receiver", each.receiver) for each in case.ledger.entries))
    told = {
        "Dibuka": day_of(events[0].happened_at, calendar) if events else "",
        "Tingkat urgensi": coded("urgency", case.urgency),
        "Tentang": categories,
        "Keterangan pernah diberikan kepada": receivers or "tidak seorang pun",
        "Lampiran": f"{files} berkas" if files else "",
    }
    return tuple((label, value) for label, value in told.items() if value or label != "Lampiran")
