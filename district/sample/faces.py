"""One person of each role of the sample district, for the demonstration's sign-in page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from district.sample.agencies import agency_id
from district.sample.people import OFFICE, SCHOOLS, generate
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import Identity

_CASES, _FORM = "/cases/", "/intake/lapor"
_SCHOOL = "smp1"


class _Role(NamedTuple):
    name: str
    indonesian: str
    english: str
    sees: str
    sees_english: str
    first: str


_ROLES = (
    _Role("student", "Murid", "Student", "Dapat bercerita atau melapor, dan melihat perkembangan laporannya dengan tanda terima.", "Can raise a concern, and see how it stands with the receipt.", _FORM),
    _Role("guardian", "Wali murid", "Guardian", "Dapat melapor, dan melihat perkembangan laporannya dengan tanda terima; tidak melihat kasus.", "Can raise a concern, and see how it stands with the receipt; sees no case.", _FORM),
    _Role("homeroom", "Wali kelas", "Homeroom teacher", "Dapat melapor; dari sebuah kasus hanya melihat pertanyaan yang diajukan kepadanya.", "Can raise a concern; of a case sees only the question put to them.", _FORM),
    _Role("counsellor", "Guru BK", "Counsellor", "Melihat isi kasus yang ditanganinya dan kasus sekolahnya yang belum ditangani siapa pun; kasus rekan hanya ringkasannya.", "Sees own cases in full, and those of the school that nobody has yet; a colleague's case as a summary.", _CASES),
    _Role("coordinator", "Koordinator BK", "Coordinator", "Melihat semua kasus sekolahnya; untuk kasus rekan ditanyakan alasannya, dan alasan itu dicatat.", "Sees all cases of the school; for a colleague's case a reason is asked and recorded.", _CASES),
    _Role("vice-principal", "Wakil kepala sekolah", "Vice principal", "Dapat melapor; dari sebuah kasus hanya melihat pertanyaan yang diajukan kepadanya.", "Can raise a concern; of a case sees only the question put to them.", _FORM),
    _Role("principal", "Kepala sekolah", "Principal", "Melihat ringkasan kasus sekolahnya, tanpa kata-kata pelapor.", "Sees summaries of the school's cases, without the reporter's words.", _CASES),
    _Role("school-operator", "Operator sekolah", "School operator", "Mengurus data induk sekolahnya: laporan, uji coba, impor; tidak melihat kasus.", "Looks after the roster of the own school: report, dry run, import; sees no case.", "/intake/docs"),
    _Role("district-duty", "Petugas piket dinas", "District duty officer", "Melihat semua kasus di semua sekolah, juga yang menyangkut kepala sekolah, dan bertindak bila sekolah tidak menjawab.", "Sees every case of every school, also one about a principal, and acts where a school does not answer.", _CASES),
    _Role("district-officer", "Pejabat dinas", "District officer", "Melihat ringkasan kasus yang darurat atau terlambat, dan angka-angka kabupaten.", "Sees summaries of cases that are urgent or late, and the district's numbers.", _CASES),
    _Role("supervisor", "Pengawas sekolah", "School supervisor", "Melihat ringkasan kasus yang darurat atau terlambat, dan angka-angka kabupaten.", "Sees summaries of cases that are urgent or late, and the district's numbers.", _CASES),
    _Role("auditor", "Auditor", "Auditor", "Melihat apa yang dicatat, kapan dan oleh siapa, tanpa isinya.", "Sees what was recorded, when and by whom, without its content.", _CASES),
    _Role("system-administrator", "Administrator sistem", "System administrator", "Mengurus data induk dan keadaan layanan; tidak melihat kasus.", "Looks after the roster and the state of the services; sees no case.", "/intake/docs"),
    _Role("agency", "Lembaga mitra", "Partner agency", "Melihat hanya tugas yang dikirim kepadanya, lewat API.", "Sees only the tasks that were sent to it, over the API.", "/notifications/docs"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody to sign in as. title, sees: in Indonesian and English. first: the page that opens after signing in."""

    role: str
    title: tuple[str, str]
    sees: tuple[str, str]
    first: str
    name: str
    who: Identity


def faces() -> list[Face]:
    """One person of each role, those of one school first."""
    known = _people()
    return [Face(each.name, (each.indonesian, each.english), (each.sees, each.sees_english), each.first, *known[each.name]) for each in _ROLES]


def sample_schools() -> frozenset[str]:
    """The ids of the sample's schools, as its import gives them."""
    return frozenset(school_id(SOURCE, school.key) for school in SCHOOLS)


def _people() -> dict[str, tuple[str, Identity]]:
    """Name and principal of the first person of each role at the school or the district's office, and of one agency."""
    found = {"agency": ("RSUD Contoh (FIKTIF)", Identity(agency_id("rsud"), "agency"))}
    for person in generate().people:
        if person.school in (_SCHOOL, OFFICE.key):
            for role in person.roles or (person.kind,):
                found.setdefault(role, (f"{person.given} {person.family} (FIKTIF)", Identity(person_id(SOURCE, person.key), "person")))
    return found
