"""*Siapkan sekolah*: what a school still lacks before its first case, each with the page where it is mended (people.md, The desk)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.cases.domain.duty import DUTY, RUNGS
from services.cases.domain.streams import rota_stream
from services.cases.domain.successor import Staff, reachable
from services.cases.letters.standing import Standing
from services.cases.reading.calendars import SchoolCalendars
from services.cases.school.elsewhere import Elsewhere, Told
from shared.decider import load
from shared.errors import Unavailable
from shared.events import DISTRICT, calendar_of_school
from shared.pages import Text, say

State = Literal["done", "missing", "unknown"]
STATES: Mapping[State, Text] = {"done": say("sudah"), "missing": say("belum"), "unknown": say("belum dapat diperiksa")}
LOUDNESS: Mapping[State, str] = {"done": "good", "missing": "warning", "unknown": ""}

_LEADS = ("counsellor", "coordinator", "principal")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing. number: how many are meant by `text`, where it counts. address: of the page where it is mended."""

    title: Text
    text: Text
    state: State
    address: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """Looks everything up. Intake says what it knows of accounts and of the roster; while it does not answer, that is unknown."""

    standing: Standing
    calendars: SchoolCalendars
    elsewhere: Elsewhere

    async def of(self, school: str) -> dict[str, Any]:
        """What the page shows, in the order in which a coordinator goes through it."""
        items = [*await self._of_intake(school), *await self._of_cases(school)]
        done = sum(item.state == "done" for item in items)
        return {"items": items, "done": done, "states": STATES, "loudness": LOUDNESS}

    async def _of_cases(self, school: str) -> list[Item]:
        road, page = self.standing, f"/cases/sekolah/{school}"
        staff, now = await road.roster.staff(school), road.kernel.clock.now()
        duty = (await load(road.kernel.store, DUTY, rota_stream(school))).state
        away = duty.away_at(now)
        on_duty = reachable(Staff(staff, frozenset(away), {person: told.deputy for person, told in away.items() if told.deputy}), *RUNGS)
        paper = await road.paper(school)
        signs = any(person in paper.signatories for person in staff.get("principal", ()))
        accounts = f"/intake/akun-staf?school={school}"
        return [
            _item(say("Konselor"), say("Guru BK yang melayani sekolah ini."), bool(staff.get("counsellor")), accounts),
            _item(say("Pimpinan"), say("Koordinator BK dan kepala sekolah."), _has(staff, "coordinator", "principal"), accounts),
            _item(say("Piket"), say("Yang dapat dihubungi hari ini, atau penggantinya."), on_duty, f"{page}/piket"),
            _item(say("Kalender sekolah"), say("Hari libur setempat."), await self._calendar(school), f"{page}/kalender"),
            _item(say("Kop surat"), say("Nama, alamat, dan tempat untuk surat resmi."), paper.letterhead is not None, f"{page}/surat"),
            _item(say("Lambang"), say("Gambar di kop surat."), paper.emblem is not None, f"{page}/surat"),
            _item(say("Penanda tangan"), say("Kepala sekolah dengan gelar, jabatan, dan NIP."), signs, f"{page}/surat"),
        ]

    async def _calendar(self, school: str) -> bool:
        """Of this school, or of the whole district."""
        return not {calendar_of_school(school), DISTRICT}.isdisjoint((await self.calendars.said()).layers)

    async def _of_intake(self, school: str) -> Sequence[Item]:
        try:
            told = await self.elsewhere.of(school)
        except Unavailable:
            title = say("Data induk dan akun")
            return [Item(title, say("Muat ulang halaman ini sebentar lagi."), "unknown", f"/intake/akun-staf?school={school}")]
        return _of_roster(told, school)


def _of_roster(told: Told, school: str) -> list[Item]:
    imports, accounts = "/intake/impor", f"/intake/akun-staf?school={school}"
    return [
        _item(say("Murid"), say("Murid yang tercatat di sekolah ini."), told.students > 0, imports, told.students),
        _whole(say("Kelas"), say("Murid tanpa kelas."), say("Semua murid punya kelas."), imports, told.without_class),
        _whole(
            say("Orang tua/wali"),
            say("Murid tanpa orang tua/wali di data sekolah."),
            say("Semua murid punya orang tua/wali di data sekolah."),
            imports,
            told.without_guardian,
        ),
        _whole(
            say("Akun"),
            say("Guru BK dan pimpinan yang belum punya akun."),
            say("Guru BK dan pimpinan sudah punya akun."),
            accounts,
            told.without_account,
        ),
    ]


def _item(title: Text, text: Text, done: bool, address: str, number: int | None = None) -> Item:
    return Item(title, text, "done" if done else "missing", address, number)


def _whole(title: Text, lacking: Text, whole: Text, address: str, number: int) -> Item:
    """number: who lack it."""
    return _item(title, lacking, False, address, number) if number else _item(title, whole, True, address)


def _has(staff: Mapping[str, Sequence[str]], *roles: str) -> bool:
    return all(staff.get(role) for role in roles)
