"""A fictional district: four schools and about 600 students, with guardians and staff. It is deterministic and marked as fictional everywhere."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

SEED = 20260105
DISTRICT = "Kabupaten Contoh (FIKTIF)"

_FIRST = [
    "Adi",
    "Agus",
    "Ahmad",
    "Anisa",
    "Ayu",
    "Bagas",
    "Bayu",
    "Budi",
    "Citra",
    "Dewi",
    "Dian",
    "Dimas",
    "Eka",
    "Fajar",
    "Fitri",
    "Galih",
    "Gita",
    "Hana",
    "Hendra",
    "Indah",
    "Intan",
    "Joko",
    "Kartika",
    "Kevin",
    "Laila",
    "Lestari",
    "Lukman",
    "Maya",
    "Mega",
    "Nabila",
    "Nadia",
    "Novi",
    "Nur",
    "Putra",
    "Putri",
    "Rahma",
    "Raka",
    "Ratna",
    "Rendi",
    "Rina",
    "Rizky",
    "Sari",
    "Satria",
    "Sinta",
    "Surya",
    "Tari",
    "Teguh",
    "Tika",
    "Umar",
    "Vina",
    "Wahyu",
    "Wulan",
    "Yoga",
    "Yuni",
    "Zahra",
    "Zaki",
    "Made",
    "Komang",
    "Ketut",
    "Nyoman",
    "Melati",
    "Bima",
]
_LAST = [
    "Saputra",
    "Wijaya",
    "Lestari",
    "Pratama",
    "Hidayat",
    "Siregar",
    "Nasution",
    "Simanjuntak",
    "Wulandari",
    "Kurniawan",
    "Santoso",
    "Utami",
    "Permata",
    "Nugroho",
    "Maharani",
    "Setiawan",
    "Handayani",
    "Firmansyah",
    "Anggraini",
    "Ramadhan",
    "Hutapea",
    "Susanti",
    "Purnama",
    "Suryani",
    "Gunawan",
    "Rahayu",
    "Mahendra",
    "Puspita",
    "Hakim",
    "Yuliana",
]


@dataclass(frozen=True, slots=True)
class School:
    """A school. ages: of its students. classes: titles of its classes. students: how many."""

    key: str
    npsn: str
    name: str
    cluster: str
    ages: tuple[int, int]
    classes: tuple[str, ...]
    students: int
    counsellors: int


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the roster. roles: our roles, for staff only."""

    key: str
    school: str
    kind: str
    given: str
    family: str
    born: date | None = None
    roles: tuple[str, ...] = ()
    guardians: tuple[str, ...] = ()
    classroom: str | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@contoh.invalid"


@dataclass
class District:
    """All schools and people."""

    schools: list[School] = field(default_factory=list)
    people: list[Someone] = field(default_factory=list)

    def of(self, school: str, kind: str) -> list[Someone]:
        """People of one kind at a school."""
        return [person for person in self.people if person.school == school and person.kind == kind]

    def staff(self, school: str, role: str) -> list[Someone]:
        """Staff with a role at a school."""
        return [person for person in self.of(school, "staff") if role in person.roles]


SCHOOLS = (
    School("sd1", "20100001", "SD Negeri 1 Contoh (FIKTIF)", "gugus-1", (7, 12), ("4A", "5A", "6A"), 120, 0),
    School("smp1", "20100002", "SMP Negeri 1 Contoh (FIKTIF)", "gugus-1", (12, 15), ("7A", "7B", "8A", "9A"), 180, 2),
    School("sma1", "20100003", "SMA Negeri 1 Contoh (FIKTIF)", "gugus-2", (15, 18), ("10A", "11A", "12A"), 160, 2),
    School("smk1", "20100004", "SMK Negeri 1 Contoh (FIKTIF)", "gugus-2", (15, 19), ("10 TKJ", "11 TKJ", "12 TKJ"), 140, 1),
)
OFFICER = Someone("rsud-petugas-01", "", "staff", "Ratna", "Wulandari", roles=("agency-officer",))
"""Works at one of the sample's agencies, and stands in no school's export."""

OFFICE = School("dinas", "", "Dinas Pendidikan Kabupaten Contoh (FIKTIF)", "", (0, 0), (), 0, 0)
_TODAY = date(2026, 1, 5)


def generate(seed: int = SEED, *, enlarged: int = 1) -> District:
    """The same district for the same seed. enlarged: factor on the number of students, for benchmarks."""
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    schools = [replace(school, students=school.students * enlarged) for school in SCHOOLS]
    district = District([*schools, OFFICE])
    for school in schools:
        district.people += _staff(school, chance)
        district.people += _families(school, chance)
    district.people += _office(chance)
    return district


def _name(chance: random.Random) -> tuple[str, str]:
    return chance.choice(_FIRST), chance.choice(_LAST)


def _staff(school: School, chance: random.Random) -> list[Someone]:
    wanted: list[tuple[str, ...]] = [("principal",), ("vice-principal",)]
    wanted += [("counsellor", "coordinator") if place == 0 and school.counsellors == 1 else ("counsellor",) for place in range(school.counsellors)]
    if school.counsellors > 1:
        wanted.append(("coordinator",))
    wanted += [("homeroom", "subject-teacher") for _ in school.classes]
    wanted += [*[("subject-teacher",)] * 3, ("school-operator",)]
    return [Someone(f"{school.key}-staf-{place:02}", school.key, "staff", *_name(chance), roles=roles) for place, roles in enumerate(wanted, start=1)]


def _families(school: School, chance: random.Random) -> list[Someone]:
    people: list[Someone] = []
    home = Someone(f"{school.key}-panti", school.key, "guardian", "Panti Asuhan", "Kasih Contoh")
    people.append(home)
    for place in range(1, school.students + 1):
        given, family = _name(chance)
        guardians = [home] if place % 40 == 0 else _guardians(school, place, family, chance)
        if place % 40:
            people += guardians
        born = _TODAY - timedelta(days=int(365.25 * chance.uniform(*school.ages)))
        people.append(
            Someone(
                f"{school.key}-murid-{place:03}",
                school.key,
                "student",
                given,
                family,
                born,
                guardians=tuple(guardian.key for guardian in guardians),
                classroom=school.classes[place % len(school.classes)],
            )
        )
    return people


def _guardians(school: School, place: int, family: str, chance: random.Random) -> list[Someone]:
    count = 1 if place % 5 == 0 else 2
    return [Someone(f"{school.key}-wali-{place:03}{'ab'[each]}", school.key, "guardian", _name(chance)[0], family) for each in range(count)]


def _office(chance: random.Random) -> list[Someone]:
    roles = (("district-duty",), ("district-duty",), ("district-officer",), ("supervisor",), ("auditor",), ("system-administrator",))
    return [Someone(f"dinas-staf-{place:02}", "dinas", "staff", *_name(chance), roles=each) for place, each in enumerate(roles, start=1)]
