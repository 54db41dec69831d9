"""What each list of a working day asks (views.WorkList), for counsellor, coordinator, officer and asked teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.meetings import MEETINGS
from services.cases.reading.wanted_work import WorkFilter
from services.cases.rights import OF_THE_SCHOOL, sight_of
from shared.access import EVERYWHERE, Principal
from shared.errors import NotAllowed
from shared.school_day import Calendar
from shared.service import Kernel

Name = Literal[
    "today", "overdue", "unidentified", "waiting-for-me", "commitments", "referrals-without-answer", "new-words", "ladder", "unacknowledged",
    "without-an-owner", "leaving", "arrivals", "appointments", "evaluations", "answers", "approvals", "rulings",
]  # fmt: skip
_LISTS = (*OF_THE_SCHOOL, "supervisor", "district-officer", "district-duty", "service")
"""Who has more than what waits for them."""

TITLES: Mapping[Name, tuple[str, str]] = {
    "today": ("Hari ini", "Today"),
    "overdue": ("Terlambat", "Overdue"),
    "unidentified": ("Identitas murid belum dipastikan", "Unidentified students"),
    "waiting-for-me": ("Menunggu saya", "Waiting for me"),
    "commitments": ("Komitmen jatuh tempo", "Commitments due"),
    "referrals-without-answer": ("Rujukan belum dijawab", "Referrals without an answer"),
    "new-words": ("Keterangan baru dari pelapor", "New words of reporters"),
    "ladder": ("Jenjang eskalasi", "Ladder"),
    "unacknowledged": ("Belum diterima petugas", "Not taken in hand yet"),
    "without-an-owner": ("Tanpa penanggung jawab", "Without an owner"),
    "leaving": ("Murid yang pindah atau keluar", "Students who moved or left"),
    "arrivals": ("Kasus murid pindahan yang akan datang", "Cases that are to come with their students"),
    "appointments": ("Pertemuan dan kunjungan", "Appointments"),
    "evaluations": ("Penilaian jatuh tempo", "Evaluations due"),
    "answers": ("Jawaban yang perlu ditindaklanjuti", "Answers to deal with"),
    "approvals": ("Menunggu persetujuan", "Approvals"),
    "rulings": ("Konflik kepentingan yang perlu diputus", "Conflicts to rule"),
}

_OF_ONESELF: Mapping[Name, tuple[str, ...]] = {
    "appointments": MEETINGS,
    "evaluations": ("evaluation-laiseg", "evaluation-laijapen", "evaluation-laijapang", "referral-evaluation"),
    "answers": ("guardian-answer", "objection", "missed-appointment", "agency-question", "guidance-result"),
}
"""What is expected on these; a counsellor sees the own, who leads sees the school's."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a list, and when. calendar: by which a day ends. taker: where they may take a case in hand: what they may take stands first on
    their lists. school: the one that they ask about.
    """

    principal: Principal
    now: datetime
    calendar: Calendar
    taker: frozenset[str]
    school: str | None

    @property
    def midnight(self) -> datetime:
        return self.calendar.midnight(self.calendar.day(self.now) + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Askers:
    """Knows by whose calendar a day ends and who may take a case in hand, so that a page and a client ask the same."""

    kernel: Kernel
    calendars: SchoolCalendars

    async def asking(self, principal: Principal, school: str | None = None) -> Asking:
        """school: the one that is asked about."""
        takers = self.kernel.access.permissions.command("in-hand").roles
        calendar = await _calendar(self.calendars, principal, school)
        return Asking(principal, self.kernel.clock.now(), calendar, principal.schools(*takers), school)


async def _calendar(calendars: SchoolCalendars, principal: Principal, school: str | None) -> Calendar:
    """By which a day ends: that of the one school that is asked for, or that somebody works at; else that of the district."""
    mine = principal.schools()
    only = school or (next(iter(mine)) if len(mine) == 1 and mine != EVERYWHERE else None)
    return await calendars.of(only) if only else await calendars.district()


def question(name: Name, asking: Asking) -> WorkFilter:
    """What a list asks for. Raises: NotAllowed: a teacher sees what waits for them. An officer sees what climbed the ladder."""
    principal, school = asking.principal, asking.school
    if name == "waiting-for-me":
        return WorkFilter(owner=principal.id, taker=asking.taker, school=school)
    if not principal.holds(*_LISTS):
        raise NotAllowed
    leading = sight_of(principal, "coordinator", "principal")
    if name in _OF_ONESELF:
        return WorkFilter(what=_OF_ONESELF[name], school=school, sight=leading, own=principal.id)
    match name:
        case "today":
            return WorkFilter(before=asking.midnight, beginning=True, taker=asking.taker, school=school, sight=leading, own=principal.id)
        case "new-words":
            codes, mine = ("new-words", "reopening-question"), principal.schools(*OF_THE_SCHOOL)
            return WorkFilter(what=codes, school=school, sight=leading, own=principal.id, nobodys_at=mine)
        case "ladder":
            return WorkFilter(climbed=True, school=school)
        case _:
            return replace(_OF_EVERYBODY[name], before=asking.now if name == "overdue" else None, school=school, sight=sight_of(principal))


_OF_EVERYBODY: Mapping[Name, WorkFilter] = {
    "overdue": WorkFilter(),
    "commitments": WorkFilter(what=("commitment",)),
    "leaving": WorkFilter(moving=True),
    "referrals-without-answer": WorkFilter(what=("referral-answer",)),
    "unacknowledged": WorkFilter(what=("acknowledge",)),
    "approvals": WorkFilter(what=("approval",)),
    "rulings": WorkFilter(what=("conflict-ruling",)),
    "without-an-owner": WorkFilter(nobodys=True),
}
"""What these lists ask, whoever reads them."""
