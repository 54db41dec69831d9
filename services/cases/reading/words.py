"""The history in words: one sentence per event, Indonesian and English. Says what happened, never what was confided."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.cases.rights import ReadingReason

URGENCY = {
    "emergency": ("darurat", "emergency"),
    "high": ("tinggi", "high"),
    "medium": ("sedang", "medium"),
    "low": ("rendah", "low"),
}
READING_REASONS: Mapping[ReadingReason, tuple[str, str]] = {
    "supervision": ("pembinaan dan pengawasan", "supervision"),
    "stand-in": ("menggantikan rekan yang tidak hadir", "standing in for a colleague"),
    "hand-over": ("serah terima kasus", "a hand-over"),
    "safety": ("keselamatan murid", "the student's safety"),
    "complaint": ("menanggapi keluhan", "a complaint"),
    "report": ("menyusun laporan", "a report"),
}
_RECOMMENDATION = {
    "refer-now": ("rujuk sekarang", "refer now"),
    "conference-then-refer": ("konferensi kasus, lalu rujuk", "conference, then refer"),
    "continue": ("lanjutkan penanganan", "continue"),
    "monitor": ("pantau", "monitor"),
}
_WORDS: dict[str, dict[str, tuple[str, str]]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
_PLAIN, WORK = _WORDS["events"], _WORDS["work"]
_ALLEGATION = {
    "substantiated": ("terbukti", "substantiated"),
    "not-proven": ("tidak terbukti", "not proven"),
    "unfounded": ("tidak berdasar", "unfounded"),
    "deliberately-false": ("sengaja tidak benar", "deliberately false"),
}
_EVALUATION = {
    "laiseg": ("Penilaian segera (laiseg) dilakukan.", "The immediate evaluation (laiseg) was made."),
    "laijapen": ("Penilaian jangka pendek (laijapen) dilakukan.", "The short-term evaluation (laijapen) was made."),
    "laijapang": ("Penilaian jangka panjang (laijapang) dilakukan.", "The long-term evaluation (laijapang) was made."),
}
_UNSAFE = ("Seorang orang tua/wali ditandai tidak aman dihubungi.", "A guardian was marked as unsafe to contact.")
_SUMMONS = ("I", "II", "III")
_TASK = {
    "fetch": ("Lembaga membuka rujukan.", "The agency opened the referral."),
    "reschedule": ("Lembaga menjadwalkan ulang pertemuan.", "The agency made a new appointment."),
    "appointment-cancel": ("Lembaga membatalkan pertemuan.", "The agency cancelled the appointment."),
    "interim-note": ("Lembaga menyampaikan kabar sementara.", "The agency sent an interim note."),
    "request-cancel": ("Pembatalan diminta.", "Cancelling was asked for."),
    "confirm-cancel": ("Lembaga menyetujui pembatalan.", "The agency confirmed the cancelling."),
    "enter-in-error": ("Jawaban lembaga dinyatakan keliru.", "The agency's answer was entered in error."),
    "hold": ("Lembaga menunda rujukan.", "The agency put the referral on hold."),
    "resume": ("Lembaga melanjutkan rujukan.", "The agency resumed the referral."),
    "fail": ("Lembaga tidak dapat menyelesaikan rujukan.", "The agency could not complete the referral."),
    "accept": ("Lembaga menerima rujukan.", "The agency accepted the referral."),
    "decline": ("Lembaga menolak rujukan; kembali ke konselor.", "The agency declined; back to the counsellor."),
    "schedule": ("Lembaga menjadwalkan pertemuan.", "The agency made an appointment."),
    "no-show": ("Murid tidak hadir pada pertemuan.", "The student missed the appointment."),
    "outcome": ("Lembaga menyampaikan hasil.", "The agency reported an outcome."),
}
_NOTICE = {
    "sent": ("Pemberitahuan kepada orang tua/wali terkirim.", "The notice to the guardian was sent."),
    "acknowledged": ("Orang tua/wali menyatakan sudah membaca.", "The guardian confirmed the notice."),
    "unsafe": (
        "Pemberitahuan TIDAK dikirim: orang tua/wali ditandai tidak aman.",
        "The notice was NOT sent: the guardian is marked as unsafe.",
    ),
    "no-contact": ("Pemberitahuan tidak dikirim: tidak ada alamat.", "The notice was not sent: there is no address."),
    "undeliverable": ("Pemberitahuan tidak dapat dikirim.", "The notice could not be delivered."),
}


def sentence(event_type: str, data: dict[str, Any]) -> tuple[str, str]:
    """What happened, in Indonesian and English. data: the event's open fields."""
    match event_type:
        case "case-triaged" | "urgency-decided":
            indonesian, english = URGENCY[data["urgency"]]
            who = ("oleh petugas", "by a person") if data.get("by") else ("menurut kebijakan", "by the policy")
            if event_type == "case-triaged":
                return f"Petugas diberi tahu; tingkat {indonesian}.", f"Staff are alerted; urgency {english}."
            return f"Tingkat urgensi {indonesian}, {who[0]}.", f"Urgency {english}, decided {who[1]}."
        case "alert-recorded":
            return _alert(data)
        case "referral-decided":
            indonesian, english = _RECOMMENDATION[data["chosen"]]
            return f"Keputusan rujukan: {indonesian}.", f"Referral decision: {english}."
        case "referral-moved":
            return _TASK.get(data["trigger"], (f"Rujukan: {data['trigger']}.", f"Referral: {data['trigger']}."))
        case "referral-unanswered":
            return "Lembaga belum menjawab; perlu tindak lanjut.", "The agency has not answered; follow up."
        case "guardian-assessed":
            return ("Orang tua/wali dinilai aman.", "A guardian was judged safe.") if data["safe"] else _UNSAFE
        case "guardian-notice-ended":
            return _NOTICE[data["outcome"]]
        case _:
            return _of_strategy(event_type, data)


def _of_strategy(event_type: str, data: dict[str, Any]) -> tuple[str, str]:
    match event_type:
        case "counselling-evaluated":
            return _EVALUATION[data["kind"]]
        case "parent-invited":
            number = _SUMMONS[data["summons"] - 1]
            return f"Panggilan {number} kepada orang tua/wali dikirim.", f"Summons {number} went to the guardian."
        case "deadline-passed":
            indonesian, english = WORK[data["what"]]
            return f"Lewat batas waktu: {indonesian}.", f"Overdue: {english}."
        case "goal-judged":
            reached = data["reached"]
            return ("Sebuah tujuan tercapai.", "A goal was reached.") if reached else ("Sebuah tujuan belum tercapai.", "A goal was not reached.")
        case "conflict-ruled":
            if data["conflicted"]:
                return "Putusan: ada konflik kepentingan; akses tetap dihentikan.", "Ruled: a conflict of interest; access stays suspended."
            return "Putusan: tidak ada konflik kepentingan; akses dibuka lagi.", "Ruled: no conflict of interest; access is given back."
        case "allegation-judged":
            indonesian, english = _ALLEGATION[data["outcome"]]
            return f"Penilaian laporan terhadap terlapor: {indonesian}.", f"Finding about the allegation: {english}."
        case _:
            indonesian, english = _PLAIN[event_type]
            return indonesian, english


def _alert(data: dict[str, Any]) -> tuple[str, str]:
    if data["outcome"] == "sent":
        return "Pemberitahuan terkirim kepada seorang petugas.", "An alert reached a member of staff."
    return (
        "Belum ada petugas yang menanggapi; diserahkan kepada petugas piket dinas.",
        "Nobody acknowledged; handed to the district's duty officer.",
    )
