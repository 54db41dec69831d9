"""What the next morning finds open, so that whoever signs in has something to do. These cases are theirs: the day neither closes nor counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from district.commands.shell import checked
from district.demo.casework import at_school, in_days
from district.demo.day import Day
from district.sample.agencies import agency_id

SCHOOL, TEACHER, ASKED = "smp1", "smp1-staf-10", "smp1-staf-06"
"""The school of those whom one can sign in as; who reports there, and the homeroom teacher who is asked."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One concern and how far its case has come. key: unique, never changed. work: what its counsellor has done of it."""

    key: str
    student: str
    kind: str
    category: str
    words: str
    work: Callable[[Working], None]
    facts: tuple[str, ...] = ()
    reporter: str | None = TEACHER
    accused: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """The counsellor at work on the case of a matter."""

    day: Day
    case: dict[str, Any]
    receipt: str

    def do(self, command: str, /, who: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """One command. A repeat changes nothing: a morning that was cut off goes on."""
        headers = (who or self.day.counsellor(self.case)) | {"idempotency-key": f"demo-morning-{self.case['id']}-{command}"}
        answer: dict[str, Any] = checked(
            self.day.client.post(f"{self.day.stage.origin}/cases/api/cases/{self.case['id']}/{command}", json=body, headers=headers)
        )
        return answer


def play(day: Day) -> None:
    """Raises the matters, waits for their cases and works each as far as it has come."""
    told = {matter.key: _raise(day, matter) for matter in MATTERS}
    for matter in MATTERS:
        case = _case(day, matter)
        if case is not None:
            matter.work(Working(day, case, told[matter.key]))


def _raise(day: Day, matter: Matter) -> str:
    """The receipt."""
    accused = [{"description": matter.accused, "relation": "staff", "role": "accused"}] if matter.accused else []
    body: dict[str, Any] = {
        "school": day.ids(SCHOOL), "students": [{"id": day.ids(matter.student), "role": "affected"}], "kind": matter.kind,
        "categories": [matter.category], "narrative": matter.words, "facts": dict.fromkeys(matter.facts, True), "channel": "web",
        "reporter": _reporter(day, matter), "people": accused,
    }  # fmt: skip
    headers = day.stage.home.service_headers() | {"idempotency-key": f"demo-morning-{matter.key}"}
    return str(checked(day.client.post(f"{day.stage.origin}/intake/api/concerns", json=body, headers=headers))["receipt"])


def _reporter(day: Day, matter: Matter) -> dict[str, str]:
    if matter.reporter is None:
        return {"kind": "anonymous"}
    return {"kind": "student" if matter.reporter == matter.student else "staff", "id": day.ids(matter.reporter)}


def _case(day: Day, matter: Matter) -> dict[str, Any] | None:
    """The open case of the matter's student, once it is there."""
    found: list[dict[str, Any]] = []

    def landed() -> bool:
        day.read_cases()
        found[:] = [case for case in day.cases.values() if case["student"] == day.ids(matter.student) and case["state"] != "closed"]
        return bool(found)

    return found[0] if day.wait(landed, f"{matter.key}: a case") else None


# how far each has come ---------------------------------------------------------------------------------------------


def _untouched(_: Working) -> None:
    """Nobody has answered the alert yet."""


def _counselling(working: Working) -> None:
    """A student who asked for help comes for the first time this afternoon."""
    working.do("acknowledge")
    asked = working.do("request-counselling", origin="self", field="personal", reason="Sulit tidur dan ingin bercerita (fiktif).")["activity"]
    working.do("schedule-counselling", activity=asked, when=at_school(0), place="Ruang konseling (fiktif)")
    working.do("decide-referral", tried={}, consent="unknown")


def _teacher_asked(working: Working) -> None:
    """The homeroom teacher owes an answer, and the reporter has written again."""
    working.do("acknowledge")
    teacher = working.day.ids(ASKED)
    question = "Bagaimana kehadiran dan teman dekatnya bulan ini? (fiktif)"
    working.do("ask-teacher", teacher=teacher, aim="information", question=question, respond_by=in_days(2))
    body = {"receipt": working.receipt, "text": "Hari ini ia makan sendirian lagi di belakang kelas (fiktif)."}
    headers = {"idempotency-key": f"demo-morning-{working.case['id']}-addition"}
    checked(working.day.client.post(f"{working.day.stage.origin}/intake/api/additions", json=body, headers=headers))


def _referral_drafted(working: Working) -> None:
    """The principal decides whether the referral may go."""
    working.do("acknowledge")
    working.do("decide-referral", tried={}, consent="unknown")
    why = "Perlu psikolog; sekolah sudah mendampingi sebulan (fiktif)."
    working.do("draft-referral", agency=agency_id("psikolog"), why=why, alternatives=[agency_id("puskesmas")], consent="given", by_phone_first=False)
    working.day.read_cases()
    drafted = working.day.cases[working.case["id"]]["referrals"][0]["referral"]
    working.do("record-consent", referral=drafted, giver="student", how="spoken", form="Catatan 2 (fiktif)")


def _parent_invited(working: Working) -> None:
    """A guardian who is safe is invited for the day after tomorrow."""
    working.do("acknowledge")
    guardian = working.day.guardian_of(working.case["student"])
    working.do("assess-guardian", guardian=guardian, safe=True, reason="Wawancara dengan murid (fiktif).")
    planned = working.do("plan-parent-meeting", guardian=guardian, kind="help-at-home", goal="Teman belajar di rumah (fiktif).", student_agrees=True)
    working.do("invite-parent", activity=planned["activity"], summons=1, channel="letter", when=at_school(2), letter="421/12")


MATTERS = (
    Matter("pisau", "smp1-murid-110", "incident", "weapon", "Ia menunjukkan pisau lipat di tasnya saat istirahat (fiktif).", _untouched,
           facts=("weapon",), reporter=None),
    Matter("menangis", "smp1-murid-111", "need", "emotional", "Dua hari ini menangis di kelas dan tidak mau makan (fiktif).", _untouched),
    Matter("sulit-tidur", "smp1-murid-001", "need", "emotional", "Saya sulit tidur dan ingin bicara dengan guru BK (fiktif).", _counselling,
           reporter="smp1-murid-001"),
    Matter("menyendiri", "smp1-murid-112", "need", "social", "Selalu sendirian, bekalnya sering diambil (fiktif).", _teacher_asked),
    Matter("cemas", "smp1-murid-113", "need", "emotional", "Berulang kali panik sebelum ulangan sampai sesak napas (fiktif).", _referral_drafted),
    Matter("nilai-turun", "smp1-murid-114", "need", "learning", "Nilainya turun di semua pelajaran sejak pindah rumah (fiktif).", _parent_invited),
    Matter("guru-menghina", "smp1-murid-115", "incident", "psychological-violence", "Seorang guru menghina dia di depan kelas (fiktif).", _untouched,
           reporter=None, accused="seorang guru"),
)  # fmt: skip
"""What stands on the first pages of those whom one can sign in as."""
