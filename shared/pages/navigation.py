"""Which entries stand in the head of a page, for which roles: data, beside the permissions of their routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from shared.access import EVERYBODY
from shared.events import PartnerRole, StaffRole
from shared.pages.saying import say

READS_CASES = frozenset({"counsellor", "coordinator", "principal", "supervisor", "district-officer", "district-duty", "auditor"})
"""Who may open the page of a case at all."""

_REFERS = frozenset({"counsellor", "coordinator", "district-duty"})
_HANDS_OUT_ACCOUNTS = frozenset({"coordinator", "school-operator", "principal", "vice-principal", "system-administrator", "district-duty"})
HAS_AN_ACCOUNT = frozenset({*get_args(StaffRole), *get_args(PartnerRole), "student"})
"""Who signs in with an account of their own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """text: in the catalogue. address: of a page. roles: who sees it; `EVERYBODY` also those who are not signed in."""

    text: str
    address: str
    roles: frozenset[str]


_SAYS_OF_SCHOOLS = frozenset({"counsellor", "coordinator", "principal", "district-duty"})
_SEES_FIGURES = frozenset({"coordinator", "principal", "supervisor", "district-officer", "district-duty"})
_SEES_IMPORTS = frozenset({"system-administrator", "school-operator"})
_TEACHES = frozenset({"vice-principal", "homeroom", "mentor", "subject-teacher"})
_WORKS = READS_CASES | _TEACHES
"""Who has a first page in cases."""

NAVIGATION = (
    Entry(say("Yang menunggu saya"), "/cases/menunggu", _WORKS),
    Entry(say("Untuk saya"), "/cases/untuk-saya", frozenset({"student"})),
    Entry(say("Keadaan layanan"), "/intake/keadaan", frozenset({"system-administrator"})),
    Entry(say("Kotak masuk"), "/notifications/kotak-masuk", _WORKS),
    Entry(say("Kasus"), "/cases/", READS_CASES),
    Entry(say("Angka"), "/cases/angka", _SEES_FIGURES),
    Entry(say("Pengaturan sekolah"), "/cases/sekolah", _SAYS_OF_SCHOOLS),
    Entry(say("Kalender kabupaten/kota"), "/cases/kalender", frozenset({"district-officer", "system-administrator"})),
    Entry(say("Data sekolah"), "/intake/impor", _SEES_IMPORTS),
    Entry(say("Perbaikan data"), "/intake/perbaikan", frozenset({"school-operator", "coordinator"})),
    Entry(say("Data ganda"), "/intake/data-ganda", frozenset({"school-operator", "coordinator"})),
    Entry(say("Tahun ajaran"), "/intake/tahun-ajaran", frozenset({"coordinator"})),
    Entry(say("Laporan yang ditahan"), "/intake/ditahan", _REFERS),
    Entry(say("Petugas dinas"), "/intake/dinas", frozenset({"district-officer", "system-administrator"})),
    Entry(say("Peran yang diminta"), "/intake/peran", frozenset({"system-administrator", "district-duty"})),
    Entry(say("Rujukan"), "/notifications/rujukan", _REFERS),
    Entry(say("Kiriman kabupaten lain"), "/notifications/kiriman", frozenset({"district-duty"})),
    Entry(say("Lembaga mitra"), "/notifications/mitra", frozenset({"counsellor", "coordinator", "district-duty", "district-officer"})),
    Entry(say("Rujukan untuk lembaga"), "/notifications/lembaga", frozenset({"agency-officer"})),
    Entry(say("Akun staf"), "/intake/akun-staf", _HANDS_OUT_ACCOUNTS),
    Entry(say("Kunci mesin"), "/intake/kunci-mesin", frozenset({"system-administrator"})),
    Entry(say("Penghapusan data"), "/intake/penghapusan", frozenset({"district-officer"})),
    Entry(say("Panduan"), "/cases/panduan", HAS_AN_ACCOUNT),
    Entry(say("Akun saya"), "/intake/akun", HAS_AN_ACCOUNT),
    Entry(say("Lapor atau minta bantuan"), "/intake/lapor", frozenset({EVERYBODY})),
    Entry(say("Perkembangan laporan"), "/intake/status", frozenset({EVERYBODY})),
)


MOST, FIRST = 6, 4
"""So many entries stand in the head as they are; of more than that the first few, and the rest behind *Menu lainnya*: on a phone a head of a dozen
entries left no room for the page.
"""


@dataclass(frozen=True, slots=True)
class Head:
    """Entries, each with whether the reader is there. more: those that are folded. in_more: the reader is at one of them."""

    first: list[tuple[Entry, bool]]
    more: list[tuple[Entry, bool]]

    @property
    def in_more(self) -> bool:
        return any(here for _, here in self.more)

    @property
    def here(self) -> str:
        """What the reader's page is called in the head; nothing where it does not stand there."""
        return next((entry.text for entry, here in (*self.first, *self.more) if here), "")


EMPTY = Head([], [])
"""Of a page from which nothing leads on."""


def head_of(roles: frozenset[str], path: str) -> Head:
    """What stands in the head of the page at this address, for somebody with these roles."""
    found = [(entry, entry.address == path) for entry in entries_for(roles)]
    return Head(found, []) if len(found) <= MOST else Head(found[:FIRST], found[FIRST:])


def entries_for(roles: frozenset[str]) -> list[Entry]:
    """What stands in the head for somebody with these roles."""
    return [entry for entry in NAVIGATION if not entry.roles.isdisjoint(roles | {EVERYBODY})]


def first_page(roles: frozenset[str]) -> str:
    """The address of the page that opens for somebody with these roles who asked for no other: the first that their head has."""
    return entries_for(roles)[0].address
