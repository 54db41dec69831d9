"""About forty fictional concerns over all channels and urgencies, among them the cases that a district must get right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from district.sample.people import District

Ids = Callable[[str], str]
"""From a key of the sample to the id that the roster import gives."""

_EVERYDAY: tuple[tuple[str, str, str, dict[str, bool], str], ...] = (
    ("need", "career", "web", {}, "Saya bingung memilih jurusan setelah lulus dan takut mengecewakan orang tua."),
    ("need", "learning", "api", {}, "Nilai matematika turun terus sejak semester lalu, anak tampak putus asa."),
    ("incident", "truancy", "phone", {}, "Sudah tiga hari tidak masuk tanpa kabar, terlihat di warung pada jam pelajaran."),
    ("incident", "bullying", "chat", {"repeated": True}, "Sering diejek dan didorong di kantin oleh kelompok yang sama."),
    ("incident", "quarrel", "box", {}, "Bertengkar dengan teman sebangku karena tugas kelompok."),
    ("need", "emotional", "web", {}, "Akhir-akhir ini sering menangis di kelas dan tidak mau bercerita."),
    ("need", "family", "letter", {"unsafe_now": False}, "Orang tua akan berpisah, anak sulit tidur dan sering melamun."),
    ("incident", "fight", "phone", {"weapon": False, "injury": False}, "Terlibat perkelahian dengan murid sekolah lain sepulang sekolah."),
    ("need", "social", "api", {}, "Belum punya teman sejak pindah, selalu makan sendirian."),
    ("incident", "discrimination", "letter", {}, "Diejek karena logat dan asal daerahnya."),
    ("incident", "drugs", "box", {}, "Ditemukan obat yang tidak jelas di tas, temannya khawatir."),
    ("incident", "psychological-violence", "web", {}, "Dipermalukan di grup percakapan kelas."),
)


def concerns(district: District, ids: Ids) -> list[dict[str, Any]]:
    """Bodies for `POST /intake/api/concerns`, each with its idempotency key in `key` and what it demonstrates in `note`."""
    told = [*_special(ids)]
    for place in range(27):
        school = district.schools[place % 4].key
        student = district.of(school, "student")[20 + place * 3]
        kind, category, channel, facts, text = _EVERYDAY[place % len(_EVERYDAY)]
        reporter = {"kind": "student", "id": ids(student.key)} if channel == "web" else {"kind": "staff", "id": ids(f"{school}-staf-06")}
        told.append(
            _body(
                f"harian-{place:02}",
                "everyday",
                ids(school),
                [_student(ids, student.key)],
                kind,
                [category],
                text,
                channel,
                reporter,
                facts,
            )
        )
    return told


def _student(ids: Ids, key: str, role: str = "affected") -> dict[str, Any]:
    return {"id": ids(key), "role": role}


def _body(
    key: str, note: str, school: str, students: list[dict[str, Any]], kind: str, categories: list[str], text: str, channel: str,
    reporter: dict[str, Any], facts: dict[str, bool], people: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    body = {
        "school": school, "students": students, "kind": kind, "categories": categories, "narrative": text, "facts": facts, "channel": channel,
        "reporter": reporter, "people": people or [],
    }  # fmt: skip
    return {"key": key, "note": note, "body": body}


def _special(ids: Ids) -> list[dict[str, Any]]:
    teacher = {"kind": "staff", "id": ids("smp1-staf-06")}
    anonymous = {"kind": "anonymous"}
    smp, sma, smk, sd = (ids(key) for key in ("smp1", "sma1", "smk1", "sd1"))
    own = {"kind": "student", "id": ids("sma1-murid-012")}
    bullied = _body(
        "khusus-dua-murid", "two students in one incident", smp, [_student(ids, "smp1-murid-003"), _student(ids, "smp1-murid-004", "accused")],
        "incident", ["bullying", "physical-violence"], "Dipukul di belakang kelas oleh kakak kelas yang sama seperti bulan lalu.", "api", teacher,
        {"injury": True, "repeated": True},
    )  # fmt: skip
    return [
        _body("khusus-rencana", "suicide plan, by a friend", sma, [_student(ids, "sma1-murid-010")], "incident", ["suicide"],
              "Teman saya menulis surat perpisahan dan sudah menyiapkan obat. Tolong segera.", "web", anonymous, {"suicide_plan": True}),
        _body("khusus-senjata", "weapon", smk, [_student(ids, "smk1-murid-005", "accused")], "incident", ["weapon"],
              "Membawa pisau ke sekolah untuk membalas dendam.", "phone", {"kind": "public"}, {"weapon": True}),
        _body("khusus-guru", "an accused teacher: never alerted, never a reader", smp, [_student(ids, "smp1-murid-007")], "incident", ["sexual-violence"],
              "Guru itu menyentuh murid dengan tidak pantas setelah pelajaran.", "web", anonymous, {"sexual_violence": True},
              [{"id": ids("smp1-staf-04"), "relation": "staff", "role": "accused"}]),
        _body("khusus-guru-tanpa-nama", "an accused teacher without a name: the district's desk", smp, [_student(ids, "smp1-murid-008")], "incident",
              ["psychological-violence"], "Ada guru yang menghina murid di depan kelas, saya takut menyebut namanya.", "box", anonymous, {},
              [{"description": "seorang guru", "relation": "staff", "role": "accused"}]),
        _body("khusus-wali", "an accused guardian: nobody unsafe at home is told", smp, [_student(ids, "smp1-murid-009")], "incident",
              ["ongoing-abuse", "family"], "Ayahnya memukulinya dengan ikat pinggang, lebamnya masih terlihat.", "api", teacher, {"ongoing_abuse": True},
              [{"id": ids("smp1-wali-009a"), "relation": "guardian", "role": "accused"}]),
        _body("khusus-wali-tanpa-nama", "a guardian without a name: all guardians unsafe", sd, [_student(ids, "sd1-murid-006")], "incident",
              ["neglect"], "Anak bilang takut pulang karena orang di rumah.", "phone", {"kind": "public"}, {"unsafe_now": True},
              [{"description": "orang di rumah", "relation": "guardian", "role": "accused"}]),
        _body("khusus-tak-dikenal", "an unidentified student", sma, [{"description": "Murid perempuan kelas 11, tas merah", "role": "affected"}], "incident",
              ["self-harm"], "Ada bekas luka sayatan di lengannya.", "web", anonymous, {"injury": True}),
        _body("khusus-sendiri", "a student asks for help", sma, [_student(ids, "sma1-murid-012")], "need", ["emotional"],
              "Saya ingin bicara dengan konselor, tolong jangan beri tahu orang tua saya.", "web", own, {}),
        _body("khusus-sabtu", "the severe case: a plan, Saturday evening, the only counsellor on leave", smk, [_student(ids, "smk1-murid-021")], "incident",
              ["suicide"], "Dia bilang malam ini semuanya selesai, dan sudah menyiapkan tali. Tolong.", "web", anonymous, {"suicide_plan": True}),
        _body("khusus-kepala-sekolah", "an accused principal", sma, [_student(ids, "sma1-murid-017")], "incident", ["psychological-violence"],
              "Dipermalukan di depan upacara oleh kepala sekolah.", "letter", {"kind": "guardian", "id": ids("sma1-wali-017a")}, {},
              [{"id": ids("sma1-staf-01"), "relation": "staff", "role": "accused"}]),
        _body("khusus-dewasa", "a student of 18: nobody at home is told without them", smk, [_student(ids, "smk1-murid-022")], "need", ["career"],
              "Ingin pindah jurusan sebelum ujian akhir.", "api", {"kind": "staff", "id": ids("smk1-staf-06")}, {}),
        _body("khusus-fitnah", "a malicious report", smp, [_student(ids, "smp1-murid-015", "accused")], "incident", ["bullying"],
              "Dia mencuri dan memukul semua orang.", "box", anonymous, {"repeated": False}),
        _body("khusus-saudara", "siblings in two schools", smp, [_student(ids, "smp1-murid-025"),
              _student(ids, "sma1-murid-025") | {"school": sma}], "incident", ["neglect"],
              "Kakak dan adik sering tidak makan dan ditinggal sendiri.", "phone", {"kind": "public"}, {}),
        _body("khusus-kecanduan", "referral; the first agency declines", smk, [_student(ids, "smk1-murid-011")], "incident", ["drugs"],
              "Mengaku memakai zat terlarang setiap minggu dan ingin berhenti.", "chat", {"kind": "staff", "id": ids("smk1-staf-06")}, {}),
        _body("khusus-sakit", "referral; the agency is down for a while", sma, [_student(ids, "sma1-murid-014")], "incident", ["medical"],
              "Sering pingsan dan sangat kurus, menolak makan berhari-hari.", "letter", {"kind": "staff", "id": ids("sma1-staf-07")}, {}),
        bullied,
        bullied | {"note": "the same again with the same key: one concern, the same receipt"},
        _body("khusus-dua-murid-lagi", "a near duplicate by another reporter: joins the open case", smp, [_student(ids, "smp1-murid-003")], "incident",
              ["bullying"], "Anak saya dipukul lagi di sekolah.", "phone", {"kind": "guardian", "id": ids("smp1-wali-003a")}, {"repeated": True}),
    ]  # fmt: skip
