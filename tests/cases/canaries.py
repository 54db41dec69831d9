"""Words that stand nowhere else: one for each school, case and field. Whoever shows one to somebody outside its readers has leaked it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from zipfile import ZipFile

import httpx

from tests.cases.desk import Desk, School, accused, soon

READS = (
    "cases/{case}", "cases/{case}/history", "cases/{case}/documents", "cases/{case}/decisions", "cases/{case}/possible", "cases/{case}/issued",
    "cases/{case}?reason=supervision", "cases/{case}/history?reason=safety", "cases/{case}/documents?reason=report",
    "cases/{case}/decisions?reason=complaint", "cases/{case}?version=3", "cases/{case}?reason=hand-over&version=9", "cases", "cases?limit=2",
    "lists", "lists/today", "lists/overdue", "lists/waiting-for-me", "lists/new-words", "lists/ladder", "lists/leaving", "lists/arrivals",
    "lists/unidentified", "lists/commitments", "schools/{school}/duty", "calendar", "calendar/schools/{school}",
    "reports/monthly?school={school}&month=2026-11", "reports/district?month=2026-11", "consultations/{consultation}", "groups/nothing",
)  # fmt: skip
PAGES = (
    "/cases/", "/cases/cases/{case}", "/cases/cases/{case}?reason=supervision", "/cases/cases/{case}/pembaca", "/cases/cases/{case}/surat",
    "/cases/cases/{case}/catat", "/cases/cases/{case}/langkah/note", "/cases/cases/{case}/langkah/close",
    "/cases/cases/{case}/kegiatan/{counselling}/lampiran", "/cases/cases/{case}/langkah/evaluate-counselling?activity={counselling}",
    "/cases/cases/{case}/langkah/evaluate-counselling?activity={counselling}&reason=safety", "/cases/menunggu", "/cases/menunggu/today",
    "/cases/serah-terima", "/cases/kegiatan", "/cases/tanpa-kasus", "/cases/tanpa-kasus/consultation/{consultation}", "/cases/untuk-saya",
    "/cases/angka", "/cases/sekolah/{school}", "/cases/daftar.xlsx",
)  # fmt: skip
POSTS = ("note", "acknowledge", "close", "assign", "take-over-case", "break-glass", "review-glass", "transfer-case", "nothing-of-the-kind")
"""By people of another school, who change nothing."""


@dataclass
class Told:
    """One case of a school. readers: of each word, by the ids of people."""

    school: School
    case: str
    consultation: str = ""
    counselling: str = ""
    readers: dict[str, frozenset[str]] = field(default_factory=dict)

    def word(self, name: str) -> str:
        return f"kenari-{self.school.id}-{name}-{self.case[:6]}"


async def told_case(school: School) -> Told:
    """A case with a word in each kind of field, assigned to the counsellor; another counsellor of the school has nothing of it."""
    desk, mine, coordinator = school.desk, school.named("counsellor"), school.named("coordinator")
    teacher, blamed = school.named("homeroom"), await school.person("blamed", "staff", "subject-teacher")
    told = Told(school, await school.case(people=(accused(blamed),)))
    work, owner = frozenset({mine, coordinator}), frozenset({mine})
    case = told.case
    await desk.done(case, "note", school.counsellor, text=told.word("catatan"))
    words = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), told.word("konseling"))
    known = {"activity": (await desk.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x"))["activity"]}
    told.counselling = known["activity"]
    await desk.done(case, "schedule-counselling", school.counsellor, when=soon(days=1), place=told.word("tempat"), **known)
    await desk.done(case, "hold-counselling", school.counsellor, meeting=1, confidentiality_told=True, **words, **known)
    question = {"teacher": teacher, "aim": "information", "question": told.word("pertanyaan"), "respond_by": soon(days=1)}
    await desk.done(case, "ask-teacher", school.counsellor, **question)
    known = {"activity": (await desk.done(case, "propose-conference", school.counsellor, kind="help", purpose=told.word("tujuan")))["activity"]}
    people = [mine, school.named("principal"), coordinator]
    invitees = [{"person": person, "side": "school", "reason": "support"} for person in people]
    await desk.done(case, "convene-conference", school.counsellor, when=soon(days=1), invitees=invitees, **known)
    await desk.done(case, "hold-conference", school.counsellor, present=people[:2], pledge=True, **known)
    minuted = {"facts": told.word("berita"), "decisions": told.word("berita"), "commitments": []}
    await desk.done(case, "minute-conference", school.counsellor, **minuted, **known)
    asked = {"school": school.id, "asker_kind": "teacher", "asker": teacher, "aim": "climate", "question": told.word("konsultasi")}
    told.consultation = (await desk.post("consultations", school.counsellor, **asked)).json()["id"]
    await desk.done(case, "assign", school.coordinator, to=mine)
    attended = frozenset(people[:2])
    told.readers = {
        told.word("catatan"): work, told.word("konseling"): owner, told.word("tempat"): owner, told.word("pertanyaan"): work | {teacher},
        told.word("tujuan"): attended, told.word("berita"): attended, told.word("konsultasi"): owner | {teacher}, blamed: work,
    }  # fmt: skip
    return told


@dataclass
class Asker:
    """id, headers: who asks. school: of whom; None for the district's own people."""

    id: str
    headers: dict[str, str]
    school: School | None


def askers(desk: Desk, schools: list[School]) -> list[Asker]:
    """Everybody who could ask: the staff of each school, its accused, and the district."""
    staff = [Asker(school.named(person), school.who(person, role), school) for school in schools for person, role in (
        ("counsellor", "counsellor"), ("other", "counsellor"), ("coordinator", "coordinator"), ("principal", "principal"), ("homeroom", "homeroom"),
        ("blamed", "subject-teacher"), ("student", "student"), ("mother", "guardian"),
    )]  # fmt: skip
    above = [
        ("duty", "district-duty"),
        ("officer", "district-officer"),
        ("pengawas", "supervisor"),
        ("auditor", "auditor"),
        ("admin", "system-administrator"),
    ]
    return [*staff, *(Asker(person, desk.who(person, role), None) for person, role in above), Asker("nobody", {}, None)]


def leaked(told: list[Told], reader: str, shown: str) -> Iterator[str]:
    """Every word in what was shown that is not for this reader."""
    for each in told:
        yield from (word for word, readers in each.readers.items() if word in shown and reader not in readers)


async def asks(desk: Desk, told: list[Told], who: Asker, random: Random) -> str:
    """One request; everything that came back, with its headers. Somebody of another school also tries to do something."""
    about = random.choice(told)
    names = {"case": about.case, "school": about.school.id, "consultation": about.consultation, "counselling": about.counselling}
    stranger = who.school is not None and who.school is not about.school
    kind = random.random()
    if kind < 0.15 and stranger:
        answer = await desk.client.post(
            f"/cases/api/cases/{about.case}/{random.choice(POSTS)}", headers=who.headers, json={"text": "x", "reason": "x"}
        )
    elif kind < 0.5:
        answer = await desk.client.get(random.choice(PAGES).format(**names), headers=who.headers)
    else:
        answer = await desk.client.get(f"/cases/api/{random.choice(READS)}".format(**names), headers=who.headers)
    assert answer.status_code < 500, answer.text
    return f"{answer.headers}{read_answer(answer)}"


def read_answer(answer: httpx.Response) -> str:
    """The words of an answer, also of a file that is packed."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with ZipFile(BytesIO(answer.content)) as packed:
        return "".join(packed.read(each).decode(errors="replace") for each in packed.namelist())
