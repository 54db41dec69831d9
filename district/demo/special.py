"""What the special concerns of the sample call for: matching, telling home, the first hour of the severe case, referrals."""

from __future__ import annotations

from district.demo import casework, families
from district.demo.day import Day


def match_the_unidentified(day: Day) -> None:
    """A student who was only described is found among those of the school."""
    day.match("khusus-tak-dikenal", "sma1-murid-020")


def tell_home(day: Day) -> None:
    """A counsellor assesses each guardian first; one who is accused or unsafe is not told."""
    day.tell_guardian("khusus-dua-murid", "smp1-wali-003a", safe=True)
    families.guardian_answers(day, "khusus-dua-murid", "smp1-wali-003a")
    day.tell_guardian("khusus-wali", "smp1-wali-009a", safe=True)
    day.tell_guardian("khusus-wali", "smp1-wali-009b", safe=True)
    day.tell_guardian("khusus-sendiri", "sma1-wali-012a", safe=True)
    day.tell_guardian("khusus-senjata", "smk1-wali-005a", safe=False)


def first_hour(day: Day) -> None:
    """The severe case: the deputy phones first; the letter follows; the first psychologist declines, the second accepts."""
    key = "khusus-sabtu"
    day.do(key, "agree-safety-plan", words="Tanda bahaya, yang menolong, siapa ditelepon (fiktif).", review_by=casework.in_days(1))
    day.do(key, "assess-case", field="personal", findings="Ada rencana (fiktif).", safe=False)
    day.refer(key, "rsud", (), phone_first=True)
    day.refer(key, "psikolog", ("puskesmas",))
    if day.wait_for_answer(key, "rejected"):
        case = day.case_of(key)
        declined = next(each["referral"] for each in (case or {})["referrals"] if each["state"] == "rejected")
        day.do(key, "take-next-alternative", referral=declined, why="Alternatif berikutnya (fiktif).")
        day.send_drafted(key)
        day.chase_missed(key)


def refer_and_wait(day: Day) -> None:
    """Four more referrals: by phone first, by letter, one that is declined, one to an agency that is down for a while."""
    day.refer("khusus-rencana", "rsud", (), phone_first=True)
    day.refer("khusus-wali", "uptd-ppa", ("dinsos",))
    day.refer("khusus-kecanduan", "psikolog", ("puskesmas", "rsud"))
    day.refer("khusus-sakit", "puskesmas", ("rsud",))
    if day.case_of("khusus-kecanduan") and day.wait_for_answer("khusus-kecanduan", "rejected"):
        day.refer("khusus-kecanduan", "rsud", ("puskesmas",))
    for key in ("khusus-rencana", "khusus-wali", "khusus-kecanduan", "khusus-sakit"):
        day.wait_for_answer(key, "completed")
