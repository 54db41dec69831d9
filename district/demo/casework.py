"""The counsellors' work on the sample day: all nine strategies, official reports and a police request; and who was not told, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from district.commands.shell import checked
from district.demo.day import Day
from shared.school_day import Calendar

ZONE, FRIDAY = ZoneInfo("Asia/Jakarta"), 4
FIRST_HOUR, LAST_HOUR = 8, 13
"""Between which a meeting at school begins."""

ABSENT, DEPUTY = "smk1-staf-03", "sma1-staf-03"
"""The only counsellor of a school is on leave; a counsellor of the same cluster (gugus) stands in."""

HELD: dict[str, Any] = dict.fromkeys(
    ("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), "Catatan pertemuan, hanya untuk konselor (fiktif)."
)


def in_days(days: float) -> str:
    """A time so many days from now, in RFC 3339."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def at_school(days: float) -> str:
    """A full hour of a school day, from so many days on: nobody meets a child at night or on a Sunday, whenever the demonstration is begun."""
    at = (datetime.now(ZONE) + timedelta(days=days, hours=1)).replace(minute=0, second=0, microsecond=0)
    if at.hour > LAST_HOUR:
        at += timedelta(days=1)
    at = at.replace(hour=at.hour if FIRST_HOUR <= at.hour <= LAST_HOUR else FIRST_HOUR)
    return (at + timedelta(days=7 - at.weekday() if at.weekday() > FRIDAY else 0)).isoformat()


def leave(day: Day) -> None:
    """Sets up the rota before the first concern comes in."""
    school = day.ids("smk1")
    appointed = {"person": day.ids(DEPUTY), "role": "counsellor", "school": school}
    checked(day.client.post(f"{day.stage.origin}/intake/api/appointments", json=appointed, headers=day.stage.home.service_headers()))
    day.wait(lambda: _is_known(day, school), "the deputy's post at smk1")
    headers = day.stage.token(day.ids("smk1-staf-01"))
    body = {"person": day.ids(ABSENT), "away_from": in_days(-2), "away_until": in_days(7), "deputy": day.ids(DEPUTY)}
    checked(day.client.post(f"{day.stage.origin}/cases/api/schools/{school}/record-leave", json=body, headers=headers))
    day.deputies["smk1"] = DEPUTY


def _is_known(day: Day, school: str) -> bool:
    """Whether cases knows of the deputy's post: only who works at a school stands in there."""
    return day.client.get(f"{day.stage.origin}/cases/api/schools/{school}/duty", headers=day.stage.token(day.ids(DEPUTY))).is_success


def counselling(day: Day) -> None:
    """Strategy 1, requested by the student. Nobody at home hears of it unless the student agrees."""
    key = "khusus-sendiri"
    activity = day.do(key, "request-counselling", origin="self", field="personal", reason="Ingin bicara (fiktif).")["activity"]
    day.do(key, "schedule-counselling", activity=activity, when=at_school(0.1), place="Ruang konseling (fiktif)")
    day.do(key, "hold-counselling", **{"activity": activity, "meeting": 1, "confidentiality_told": True, **HELD})
    day.do(key, "evaluate-counselling", activity=activity, kind="laiseg", helped=True, finding="Lega (fiktif).")
    day.do(key, "record-satisfaction", activity=activity, score=5, words="Didengarkan (fiktif).")
    day.do(key, "end-counselling", activity=activity, result="helped")


def group(day: Day) -> None:
    """Strategy 2. A group with both victim and accused of one incident is refused."""
    case, other, accused = day.case_of("harian-03"), day.case_of("harian-07"), day.case_of_student("khusus-dua-murid", "smp1-murid-004")
    victim = day.case_of("khusus-dua-murid")
    if not (case and other and accused and victim):
        return
    who = day.duty()
    groups = f"{day.stage.origin}/cases/api/groups"
    for each in (case, other, accused, victim):
        day.take_over(each, who)
    body = {"school": case["school"], "field": "social", "purpose": "Berteman tanpa kekerasan (fiktif)."}
    together = day.client.post(groups, json=body | {"school": victim["school"], "cases": [victim["id"], accused["id"]]}, headers=who)
    day.note_refusal("korban dan terlapor dalam satu kelompok / victim and accused in one group", together)
    formed = checked(day.client.post(groups, json=body | {"cases": [case["id"], other["id"]]}, headers=who))
    session = {"session": 1, "stage": "beginning", "when": in_days(0), "present": [case["student"]], "pledge": True, "dynamics": "Terbuka (fiktif)."}
    checked(day.client.post(f"{groups}/{formed['id']}/hold-session", json=session, headers=who))
    day.do("harian-03", "note-member", who=who, group=formed["id"], session=1, note="Mulai bercerita (fiktif).")
    checked(day.client.post(f"{groups}/{formed['id']}/close-group", json={"result": "Selesai (fiktif)."}, headers=who))


def teacher_and_parents(day: Day) -> None:
    """Strategies 4 and 5: a teacher is asked without being told why; a safe guardian comes after two summonses."""
    key = "khusus-dua-murid"
    teacher = day.ids("smp1-staf-08")
    asked = day.do(key, "ask-teacher", teacher=teacher, aim="information", question="Kehadiran? (fiktif)", respond_by=in_days(2))["activity"]
    case = day.case_of(key)
    assert case is not None
    day.do(key, "answer-as-teacher", who=day.stage.token(teacher), activity=asked, answer="Hadir (fiktif).")
    day.do(key, "record-guidance-result", activity=asked, helped=True, result="Duduk di depan (fiktif).")
    day.told.append(("smp1-staf-08", f"{key}: dimintai keterangan tanpa alasan / asked without the reasons"))
    guardian = day.ids("smp1-wali-003a")
    plan = day.do(key, "plan-parent-meeting", guardian=guardian, kind="help-at-home", goal="Pendampingan di rumah (fiktif).")["activity"]
    day.do(key, "invite-parent", activity=plan, summons=1, channel="letter", when=at_school(1), letter="421/1")
    day.do(key, "record-no-answer", activity=plan)
    day.do(key, "invite-parent", activity=plan, summons=2, channel="phone", when=at_school(2), letter="421/2")
    day.do(key, "hold-parent-meeting", activity=plan, came=[guardian], received="Cerita ibu (fiktif).", given="Rencana sekolah (fiktif).")
    day.do(key, "agree-home-action", activity=plan, action="Makan malam bersama (fiktif).", review_by=in_days(14), statement="SP-1")
    day.do(key, "review-home-action", activity=plan, kept=True, result="Berjalan (fiktif).")


def parent_refuses(day: Day) -> None:
    """Strategy 5 ends when the guardian refuses."""
    key, guardian = "harian-11", None
    case = day.case_of(key)
    guardian = day.guardian_of(case["student"]) if case else None
    if case is None or guardian is None:
        return
    day.do(key, "assess-guardian", guardian=guardian, safe=True, reason="Wawancara (fiktif).")
    day.refused(
        key, "plan-parent-meeting", "wali tanpa persetujuan murid / home without the student", guardian=guardian, kind="help-at-home", goal="x"
    )
    said: dict[str, Any] = {"guardian": guardian, "kind": "help-at-home", "goal": "Pendampingan (fiktif).", "student_agrees": True}
    plan = day.do(key, "plan-parent-meeting", **said)["activity"]
    day.do(key, "invite-parent", activity=plan, summons=1, channel="letter", when=at_school(1), letter="421/9")
    day.do(key, "record-parent-refusal", activity=plan, reason="Tidak bersedia datang (fiktif).")
    day.untold.append((day.name_of(guardian), f"{key}: menolak panggilan / refused the summons"))


def conference_and_visit(day: Day) -> None:
    """Strategies 1, 4, 8 and 9 on the severe case: a conference of four, a visit to a safe home, a refused visit to the other, three evaluations."""
    key = "khusus-sabtu"
    answer = day.do(key, "ask-teacher", teacher=day.ids("smk1-staf-04"), aim="information", question="Kehadiran? (fiktif)", respond_by=in_days(2))
    day.do(key, "answer-as-teacher", activity=answer["activity"], answer="Sering terlambat (fiktif).")
    day.do(key, "record-guidance-result", activity=answer["activity"], helped=True, result="Didampingi (fiktif).")
    case = day.case_of(key)
    assert case is not None
    safe, unsafe = day.ids("smk1-wali-021a"), day.ids("smk1-wali-021b")
    day.tell_guardian(key, "smk1-wali-021a", safe=True, serious_danger=True)
    day.tell_guardian(key, "smk1-wali-021b", safe=False)
    people = [day.ids(each) for each in (DEPUTY, "smk1-staf-01", "smk1-staf-04", "smk1-staf-05")]
    talk = day.do(key, "propose-conference", kind="help", purpose="Dukungan bersama (fiktif).")["activity"]
    invitees = [{"person": person, "side": "school", "reason": "support"} for person in people]
    day.do(key, "convene-conference", activity=talk, when=at_school(0.5), invitees=invitees)
    day.do(key, "hold-conference", activity=talk, present=people, pledge=True)
    promise = {"commitment": "k-1", "owner": people[2], "what": "Mendampingi setiap pagi (fiktif).", "due": in_days(7)}
    day.do(key, "minute-conference", activity=talk, facts="Fakta (fiktif).", decisions="Keputusan (fiktif).", commitments=[promise])
    day.do(key, "keep-commitment", activity=talk, commitment="k-1")
    day.do(key, "close-conference", activity=talk, result="Selesai (fiktif).")
    day.refused(key, "plan-visit", "rumah yang tidak aman / the unsafe home", guardian=unsafe, gap="x", questions="x", serious_danger=True)
    asked: dict[str, Any] = {"guardian": safe, "gap": "Suasana rumah (fiktif).", "questions": "Siapa di rumah? (fiktif)", "serious_danger": True}
    visit = day.do(key, "plan-visit", **asked)["activity"]
    day.do(key, "notify-visit", activity=visit, when=at_school(1), endorsed_by=people[1], letter="800/1")
    day.do(key, "record-visit", activity=visit, met=[safe], observations="Tenang (fiktif).", commitment="Menjaga (fiktif).", accuracy_checked=True)
    day.do(key, "report-visit", activity=visit, report="Laporan (fiktif).", tabled=talk)
    day.do(key, "use-visit", activity=visit, use="Rencana diperbarui (fiktif).")
    talk = day.do(key, "request-counselling", origin="referral", field="personal", reason="Lanjutan (fiktif).")["activity"]
    day.do(key, "schedule-counselling", activity=talk, when=at_school(0.1), place="Ruang konseling (fiktif)")
    day.do(key, "hold-counselling", **{"activity": talk, "meeting": 1, "confidentiality_told": True, **HELD})
    day.do(key, "evaluate-counselling", activity=talk, kind="laiseg", helped=True, finding="Membaik (fiktif).")
    for kind in ("laijapen", "laijapang"):
        early = "Hari peragaan, semua dalam satu hari (fiktif)."
        day.do(key, "evaluate-counselling", activity=talk, kind=kind, helped=True, finding="Membaik (fiktif).", reason_for_early=early)
    day.do(key, "end-counselling", activity=talk, result="helped")


def outside_and_consultation(day: Day) -> None:
    """Strategies 6 and 7, both without a case."""
    school = day.ids("smp1")
    counsellor, principal = (
        day.stage.token(day.ids("smp1-staf-03")),
        day.stage.token(day.ids("smp1-staf-01")),
    )
    base = f"{day.stage.origin}/cases/api"
    body = {
        "school": school,
        "institution": "MGBK (FIKTIF)",
        "kind": "mgbk",
        "improves": "Konselor membahas kasus sulit bersama rekan (fiktif).",
        "contribution": "Pertemuan bulanan dengan narasumber (fiktif).",
        "contact": "Sekretariat MGBK (fiktif).",
    }
    partner = checked(day.client.post(f"{base}/partnerships", json=body, headers=counsellor))["id"]
    checked(
        day.client.post(f"{base}/partnerships/{partner}/agree-partnership", json={"memorandum": "MoU-1", "until": in_days(300)}, headers=principal)
    )
    checked(day.client.post(f"{base}/partnerships/{partner}/start-partnership", json={}, headers=counsellor))
    asked = {
        "school": school,
        "asker_kind": "teacher",
        "asker": day.ids("smp1-staf-06"),
        "aim": "climate",
        "question": "Bagaimana agar kelas ini lebih tenang? (fiktif)",
    }
    consultation = checked(day.client.post(f"{base}/consultations", json=asked, headers=counsellor))["id"]
    for route, said in (
        ("give-advice", {"advice": "Tempat duduk melingkar, aturan dibuat bersama (fiktif)."}),
        ("record-feedback", {"feedback": "Berguna (fiktif).", "commitment": "Mencoba (fiktif).", "monitor_by": in_days(14)}),
        ("close-consultation", {"helped": True, "result": "Selesai (fiktif)."}),
    ):
        checked(day.client.post(f"{base}/consultations/{consultation}/{route}", json=said, headers=counsellor))


def official(day: Day) -> None:
    """An official report, which is not a referral. In sexual violence there is no mediation and no second questioning."""
    key = "khusus-guru"
    who = day.duty()
    filed = day.do(
        key,
        "file-official-report",
        who=who,
        to="pokja",
        number="LAP-1",
        legal_basis="UU 12/2022",
        respond_by=in_days(3),
        contents="Isi (fiktif).",
    )["activity"]
    day.do(key, "record-report-receipt", who=who, activity=filed, receipt="TT-1")
    day.do(key, "record-first-account", who=who, words="Kata-kata anak (fiktif).")
    day.refused(key, "record-first-account", "anak tidak ditanya dua kali / a child is not questioned twice", who=who, words="x")
    day.refused(key, "propose-conference", "mediasi / mediation", who=who, kind="mediation", purpose="x")
    day.do(key, "offer-medical-care", who=who, answer="accepted", where="RSUD (fiktif)")
    day.do(key, "close-official-report", who=who, activity=filed, result="handled")


def police(day: Day) -> None:
    """A police request for data: in writing, with a legal basis, decided by two people; it sets a legal hold."""
    key = "khusus-senjata"
    one, two = day.duty(), day.stage.token(day.ids("dinas-staf-02"))
    asked: dict[str, Any] = {"requester": "Penyidik (fiktif)", "letter": "B/1", "legal_basis": "KUHAP", "items": "x", "respond_by": in_days(3)}
    day.refused(key, "record-data-request", "polisi tanpa surat / the police without a letter", who=one, written=False, **asked)
    activity = day.do(key, "record-data-request", who=one, written=True, **asked)["activity"]
    day.do(key, "decide-data-request", who=one, activity=activity, release=True, reason="Dasar hukum jelas (fiktif).")
    day.do(key, "confirm-data-decision", who=two, activity=activity, agrees=True)
    day.do(key, "release-data", who=one, activity=activity, package="Hanya yang diminta (fiktif).")
    day.do(key, "set-legal-hold", who=one, reason="Permintaan data (fiktif).")


def accused_principal(day: Day) -> None:
    """A principal who is accused approves nothing and reads nothing."""
    key = "khusus-kepala-sekolah"
    case = day.case_of(key)
    if case is None:
        return
    accused = day.stage.token(day.ids("sma1-staf-01"))
    day.note_refusal("kepala sekolah terlapor membaca / the accused principal reading", day.read(case, accused))
    day.do(key, "declare-conflict", person=day.ids("sma1-staf-04"), ground="family-of-accused", substitute=day.ids("sma1-staf-03"))
    who = day.stage.token(day.ids("sma1-staf-05"))
    day.do(key, "rule-conflict", who=who, person=day.ids("sma1-staf-04"), conflicted=True, reason="Saudara kandung (fiktif).")


def adult(day: Day) -> None:
    """A student aged 18 gives consent in person. Nobody at home is told unless the student agrees."""
    key = "khusus-dewasa"
    case = day.case_of(key)
    guardian = day.guardian_of(case["student"]) if case else None
    if case is None or guardian is None:
        return
    day.do(key, "assess-guardian", guardian=guardian, safe=True, reason="Wawancara (fiktif).")
    day.refused(key, "tell-guardian", "wali murid dewasa / the guardian of an adult student", guardian=guardian, words="x")


def malicious(day: Day) -> None:
    """An allegation is found deliberately false by two people. Everybody who was told of it is told that it was false."""
    key = "khusus-fitnah"
    one, two = day.duty(), day.stage.token(day.ids("dinas-staf-02"))
    case = day.case_of(key)
    if case is None:
        return
    asked = day.do(key, "ask-teacher", teacher=day.ids("smp1-staf-09"), aim="information", question="Kehadiran? (fiktif)", respond_by=in_days(2))[
        "activity"
    ]
    day.do(key, "decline-as-teacher", activity=asked, reason="Tidak tahu (fiktif).")
    day.do(key, "judge-allegation", who=one, accused=case["student"], outcome="deliberately-false", reason="Saksi mengaku mengarang (fiktif).")
    day.refused(key, "confirm-allegation", "konfirmasi oleh orang yang sama / confirming alone", who=one, accused=case["student"])
    day.do(key, "confirm-allegation", who=two, accused=case["student"])
    day.tell_receivers(key)


def siblings(day: Day) -> None:
    """One concern at two schools becomes two cases, each with its own readers. The link between them shows dates only."""
    key = "khusus-saudara"
    mine, other = day.case_of(key), day.case_of_student(key, "sma1-murid-025")
    if mine is None or other is None:
        return
    day.take_over(other, day.duty())
    day.do(key, "link-case", who=day.duty(), other=other["id"])
    stranger = day.stage.token(day.ids("smp1-staf-03"))
    day.note_refusal("konselor sekolah lain membaca kasus saudara / the other school's counsellor", day.read(other, stranger))


def late_mark(day: Day) -> None:
    """A guardian is judged safe and later marked unsafe: nothing more is sent, and a visit to their home is refused."""
    key = "harian-13"
    case = day.case_of(key)
    guardian = day.guardian_of(case["student"]) if case else None
    if case is None or guardian is None:
        return
    day.do(key, "assess-guardian", guardian=guardian, safe=True, reason="Wawancara (fiktif).")
    day.do(key, "assess-guardian", guardian=guardian, safe=False, reason="Murid bercerita lain (fiktif).")
    day.refused(key, "tell-guardian", "wali yang kemudian ditandai tidak aman / a guardian marked unsafe late", guardian=guardian, words="x")
    day.refused(key, "plan-visit", "kunjungan ke rumah itu / a visit to that home", guardian=guardian, gap="x", questions="x")


def correction(day: Day) -> None:
    """A fact was wrong. The old words stay, and every past receiver is told of the correction."""
    key = "khusus-dua-murid"
    case = day.case_of(key)
    if case is None:
        return
    day.do(key, "correct-fact", event=2, words="Terjadi hari Selasa (fiktif).", reason="Salah hari (fiktif).")
    day.tell_receivers(key)


def holiday(day: Day) -> None:
    """Deadlines in school days skip holidays and weekends: the one in the store, and one computed across the next holiday."""
    school = day.ids("smp1")
    headers = day.stage.token(day.ids("smp1-staf-01"))
    told = checked(day.client.get(f"{day.stage.origin}/cases/api/calendar/schools/{school}", headers=headers))
    calendar = Calendar.model_validate({name: told[name] for name in Calendar.model_fields})
    coming = next((each for each in calendar.holidays if each.first > calendar.day(datetime.now(UTC))), None)
    if coming:
        start = calendar.midnight(coming.first - timedelta(days=1)) + timedelta(hours=8)
        day.shown.append(
            (f"5 hari sekolah melewati {coming.name} / 5 school days over a holiday, from {start:%d-%m-%Y}", calendar.after(start, 5).isoformat())
        )
    case = next((case for case in day.own_cases() if case["urgency"] == "low"), None)
    contact = next((each for each in (case or {}).get("deadlines", ()) if each["what"] == "contact"), None)
    if case and contact:
        day.shown.append(("kontak dalam 5 hari sekolah / contact within 5 school days", contact["due"]))
