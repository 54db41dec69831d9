"""A school that writes letters: its paper, and a case, a group, a partnership and a consultation with every document that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.cases.asking import formed, sent
from tests.cases.desk import Desk, School, soon

LETTERHEAD = {
    "authority": "Pemerintah Kabupaten Contoh\nDinas Pendidikan",
    "name": "SMP Negeri 1 Contoh",
    "address": "Jalan Cendana Nomor 1, Contoh 55500",
    "contact": "Telepon (0274) 000000 · smpn1@sekolah.invalid",
    "npsn": "20400001",
    "place": "Contoh",
}
SIGNS = {
    "principal": ("Dra. Siti Contoh, M.Pd.", "Kepala SMP Negeri 1 Contoh", "NIP 19700101 199501 2 001"),
    "counsellor": ("Budi Contoh, S.Pd.", "Guru BK/Konselor", "NIP 19850101 201001 1 001"),
}


@dataclass
class Office:
    """cases: the running service."""

    cases: Desk
    school: School

    async def equipped(self) -> None:
        """Letterhead, pattern of numbers, signatories."""
        await self.set("set-letterhead", **LETTERHEAD)
        await self.set("set-number-pattern", pattern="421.5/{number:3}/BK/{roman month}/{year}")
        for role, (name, position, number) in SIGNS.items():
            await self.set("name-signatory", person=self.school.named(role), role=role, name=name, position=position, number=number)

    async def set(self, command: str, who: dict[str, str] | None = None, /, **body: Any) -> Any:
        answer = await self.cases.post(f"schools/{self.school.id}/{command}", who or self.school.coordinator, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def documents(self, case: str, who: dict[str, str] | None = None) -> list[dict[str, Any]]:
        answer = await self.cases.get(f"cases/{case}/documents", who or self.school.counsellor, reason="supervision")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def issue(self, path: str, name: str, version: int, who: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Issues a document that must be accepted."""
        answer = await self.cases.post(f"{path}/issue-document", who or self.school.counsellor, name=name, version=version, **more)
        assert answer.status_code == 200, f"{name}: {answer.text}"
        return answer.json()

    async def pdf(self, document: dict[str, Any], who: dict[str, str] | None = None) -> bytes:
        answer = await self.cases.get(f"issued/{document['id']}/pdf", who or self.school.counsellor)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        return answer.content

    async def full_case(self) -> str:
        """A case in which everything was done that completes a document."""
        school, cases = self.school, self.cases
        case = await school.case("ani")
        await school.person("mother", "guardian")
        counsellor, mother = school.counsellor, school.named("mother")
        await cases.done(case, "assess-guardian", counsellor, guardian=mother, safe=True, reason="Kenari aman")
        await cases.done(case, "assess-case", counsellor, field="social", findings="Temuan kenari", safe=True)
        goal = {"goal": "g-1", "field": "social", "words": "Tujuan kenari", "owner": school.named("counsellor"), "due": soon(days=30)}
        await cases.done(case, "plan-case", counsellor, goals=[goal])
        await self._counselled(case)
        await self._teacher(case)
        await self._parents(case, mother)
        await self._visited(case, mother)
        await school.conference(case)
        await self._official(case)
        await sent(cases, school, case)
        return case

    async def _counselled(self, case: str) -> None:
        cases, counsellor = self.cases, self.school.counsellor
        asked = await cases.done(case, "request-counselling", counsellor, origin="assessment", field="social", reason="Sering menyendiri (rahasia)")
        known = {"activity": asked["activity"]}
        await cases.done(case, "schedule-counselling", counsellor, when=soon(hours=1), place="Ruang BK", **known)
        words = {name: f"Uraian {name} (rahasia konseling)" for name in _HELD}
        await cases.done(case, "hold-counselling", counsellor, meeting=1, confidentiality_told=True, **words, **known)
        await cases.done(case, "record-satisfaction", counsellor, score=4, words="Saya merasa didengar.", **known)

    async def _teacher(self, case: str) -> None:
        activity = await self.school.ask(case)
        await self.cases.done(case, "answer-as-teacher", self.school.teacher, activity=activity, answer="Kehadiran baik, nilai menurun.")

    async def _parents(self, case: str, mother: str) -> None:
        cases, counsellor = self.cases, self.school.counsellor
        begun = await cases.done(case, "plan-parent-meeting", counsellor, guardian=mother, kind="help-at-home", goal="Alasan pertemuan (rahasia)")
        known = {"activity": begun["activity"]}
        await cases.done(case, "invite-parent", counsellor, summons=1, channel="letter", when=soon(days=2), letter="421.5/801/BK", **known)
        await cases.done(case, "hold-parent-meeting", counsellor, came=[mother], received="Kata ibu (rahasia)", given="Kata sekolah", **known)
        agreed = {"action": "Menemani belajar setiap malam.", "review_by": soon(days=14), "statement": "421.5/802/BK"}
        await cases.done(case, "agree-home-action", counsellor, **agreed, **known)

    async def _visited(self, case: str, mother: str) -> None:
        cases, counsellor = self.cases, self.school.counsellor
        begun = await cases.done(case, "plan-visit", counsellor, guardian=mother, gap="Keadaan rumah", questions="Bagaimana belajar di rumah?")
        known = {"activity": begun["activity"]}
        letter = {"when": soon(days=1), "endorsed_by": self.school.named("principal"), "letter": "421.5/803/BK"}
        await cases.done(case, "notify-visit", counsellor, **letter, **known)
        seen = {"met": [mother], "observations": "Rumah tenang.", "commitment": "Jam belajar tetap.", "accuracy_checked": True}
        await cases.done(case, "record-visit", counsellor, **seen, **known)
        await cases.done(case, "report-visit", counsellor, report="Keluarga mendukung.", **known)

    async def _official(self, case: str) -> None:
        cases, school = self.cases, self.school
        report = {"to": "uptd-ppa", "number": "421.5/804/BK", "legal_basis": "Permendikbudristek 46/2023", "respond_by": soon(days=7)}
        await cases.done(case, "file-official-report", school.counsellor, contents="Isi laporan resmi.", **report)
        inbound = {
            "institution": "Puskesmas Contoh",
            "letter": "440/12/2026",
            "reason": "Perlu pendampingan",
            "package": "Ringkasan",
            "answer_by": soon(days=5),
        }
        begun = await cases.done(case, "record-inbound-referral", school.counsellor, **inbound)
        await cases.done(case, "answer-inbound-referral", school.counsellor, activity=begun["activity"], accepted=True, answer="Murid kami dampingi.")
        asked = {"requester": "Penyidik Contoh", "written": True, "letter": "B/1/2026", "legal_basis": "Pasal contoh", "items": "Daftar hadir"}
        begun = await cases.done(case, "record-data-request", school.counsellor, respond_by=soon(days=5), **asked)
        known = {"activity": begun["activity"]}
        await cases.done(case, "decide-data-request", school.coordinator, release=True, reason="Sah", **known)
        await cases.done(case, "confirm-data-decision", school.principal, agrees=True, **known)
        await cases.done(case, "release-data", school.coordinator, package="Daftar hadir bulan ini.", **known)

    async def group(self) -> str:
        """A group with one session, closed."""
        group, _ = await formed(self.cases, self.school)
        said = {"session": 1, "stage": "working", "when": soon(hours=-1), "present": [self.school.named("ani")], "pledge": True}
        await self._done(f"groups/{group}/hold-session", dynamics="Saling mendukung.", **said)
        await self._done(f"groups/{group}/close-group", result="Anggota berani bicara.")
        return group

    async def partnership(self) -> str:
        said = {
            "institution": "Puskesmas Contoh",
            "kind": "government",
            "improves": "Kesehatan jiwa",
            "contribution": "Psikolog",
            "contact": "Ibu Contoh",
        }
        activity = (await self._done("partnerships", school=self.school.id, **said))["id"]
        path = f"partnerships/{activity}"
        await self._done(f"{path}/agree-partnership", self.school.principal, memorandum="MoU-1", until=soon(days=300))
        await self._done(f"{path}/start-partnership")
        await self._done(f"{path}/end-partnership", result="Lima murid terbantu.", helped=True)
        return activity

    async def consultation(self) -> str:
        said = {"asker_kind": "teacher", "asker": self.school.named("homeroom"), "aim": "climate", "question": "Bagaimana menata kelas?"}
        activity = (await self._done("consultations", school=self.school.id, **said))["id"]
        path = f"consultations/{activity}"
        await self._done(f"{path}/give-advice", advice="Duduk melingkar.")
        await self._done(f"{path}/record-feedback", feedback="Dicoba.", commitment="Setiap Senin.", monitor_by=soon(days=7))
        await self._done(f"{path}/close-consultation", helped=True, result="Kelas lebih hangat.")
        return activity

    async def _done(self, path: str, who: dict[str, str] | None = None, /, **body: Any) -> dict[str, Any]:
        answer = await self.cases.post(path, who or self.school.counsellor, **body)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()


_HELD = ("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan")


async def office(cases: Desk) -> Office:
    """A fresh school with its paper."""
    found = Office(cases, await cases.school())
    await found.equipped()
    return found
