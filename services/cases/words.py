"""The history in words: one sentence per event, Indonesian and English. Says what happened, never what was confided."""

from __future__ import annotations

from typing import Any

URGENCY = {
    "emergency": ("darurat", "emergency"),
    "high": ("tinggi", "high"),
    "medium": ("sedang", "medium"),
    "low": ("rendah", "low"),
}
_RECOMMENDATION = {
    "refer-now": ("rujuk sekarang", "refer now"),
    "conference-then-refer": ("konferensi kasus, lalu rujuk", "conference, then refer"),
    "continue": ("lanjutkan penanganan", "continue"),
    "monitor": ("pantau", "monitor"),
}
_PLAIN = {
    "case-opened": ("Kasus dibuka.", "Case opened."),
    "strand-added": ("Satu laporan masuk ke kasus ini.", "A concern joined the case."),
    "concern-joined-case": ("Pelapor diberi tahu bahwa laporannya dibaca.", "The reporter sees that the concern was read."),
    "safety-check-asked": ("Periksa keamanan murid: ada hal penting yang belum diketahui.", "Check the student: something critical is unknown."),
    "case-acknowledged": ("Kasus diterima oleh petugas.", "A member of staff took the case in hand."),
    "case-assigned": ("Kasus ditugaskan.", "The case was assigned."),
    "note-added": ("Catatan ditambahkan.", "A note was added."),
    "student-matched": ("Murid dikenali.", "The student was identified."),
    "task-reviewed": ("Tugas perkembangan ditinjau.", "The developmental task was reviewed."),
    "case-closed": ("Kasus ditutup.", "Case closed."),
    "case-reopened": ("Kasus dibuka kembali.", "Case reopened."),
    "guardian-found-unsafe": ("Seorang orang tua/wali ditandai tidak aman dihubungi.", "A guardian was marked as unsafe to contact."),
    "guardian-to-be-told": ("Konselor memilih memberi tahu seorang orang tua/wali.", "The counsellor chose to tell a guardian."),
    "referral-drafted": ("Rujukan disusun.", "A referral was drafted."),
    "referral-approved": ("Rujukan disetujui.", "The referral was approved."),
    "referral-sent": ("Rujukan dikirim ke lembaga.", "The referral was sent to the agency."),
    "referral-cancel-requested": ("Pembatalan rujukan diminta.", "The agency was asked to cancel."),
}  # fmt: skip
_TASK = {
    "received": ("Lembaga membuka rujukan.", "The agency opened the referral."),
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
            return ("Orang tua/wali dinilai aman.", "A guardian was judged safe.") if data["safe"] else _PLAIN["guardian-found-unsafe"]
        case "guardian-notice-ended":
            return _NOTICE[data["outcome"]]
        case _:
            return _PLAIN.get(event_type, (event_type, event_type))


def _alert(data: dict[str, Any]) -> tuple[str, str]:
    if data["outcome"] == "sent":
        return "Pemberitahuan terkirim kepada seorang petugas.", "An alert reached a member of staff."
    return (
        "Belum ada petugas yang menanggapi; diserahkan kepada petugas piket dinas.",
        "Nobody acknowledged; handed to the district's duty officer.",
    )
