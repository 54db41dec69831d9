"""What stands on whose first page: a role, its lists, the sentence on each. The page is data over the lists (people.md, The desk)."""

from __future__ import annotations

from collections.abc import Mapping

from services.cases.reading.questions import Name
from shared.access import Principal
from shared.pages import say

_COUNSELLORS: tuple[Name, ...] = (
    "unacknowledged", "overdue", "waiting-for-me", "new-words", "answers", "appointments", "evaluations", "commitments",
    "today", "unidentified", "arrivals",
)  # fmt: skip
_ABOVE: tuple[Name, ...] = ("ladder", "overdue", "referrals-without-answer", "waiting-for-me")
_TEACHERS: tuple[Name, ...] = ("waiting-for-me",)

FIRST_PAGES: Mapping[str, tuple[Name, ...]] = {
    "counsellor": _COUNSELLORS,
    "coordinator": (
        "unacknowledged",
        "without-an-owner",
        "approvals",
        "rulings",
        *_COUNSELLORS[1:-1],
        "referrals-without-answer",
        "leaving",
        "arrivals",
    ),
    "principal": ("approvals", "rulings", "unacknowledged", "overdue", "waiting-for-me", "without-an-owner", "today"),
    "vice-principal": _TEACHERS,
    "homeroom": _TEACHERS,
    "mentor": _TEACHERS,
    "subject-teacher": _TEACHERS,
    "district-duty": ("unacknowledged", "without-an-owner", "rulings", *_ABOVE, "unidentified", "arrivals"),
    "district-officer": _ABOVE,
    "supervisor": _ABOVE,
}
"""Which lists a role's page has, the most urgent first. Whoever has no row here has no list."""

TOLD: Mapping[Name, str] = {
    "unacknowledged": say("Belum ada petugas yang menerima kasus ini. Buka kasusnya, lalu terima."),
    "overdue": say("Batas waktunya sudah lewat."),
    "waiting-for-me": say("Andalah yang ditunggu."),
    "new-words": say("Pelapor menambahkan keterangan yang belum dibaca."),
    "answers": say("Jawaban sudah masuk dan perlu ditindaklanjuti."),
    "appointments": say("Pertemuan, konferensi, dan kunjungan yang dijadwalkan."),
    "evaluations": say("Penilaian layanan yang perlu dicatat."),
    "commitments": say("Janji yang disepakati, menurut tanggalnya."),
    "today": say("Semua yang jatuh tempo sampai malam ini."),
    "unidentified": say("Murid yang dimaksud belum diketahui. Pastikan siapa dia."),
    "arrivals": say("Murid sudah pindah ke sekolah Anda; kasusnya belum."),
    "leaving": say("Murid sudah pindah atau keluar. Pindahkan atau tutup kasusnya."),
    "approvals": say("Rujukan yang perlu persetujuan sebelum dikirim."),
    "rulings": say("Ada petugas yang terkait dengan kasus ini sehingga tidak boleh memutusnya. Tentukan penggantinya."),
    "without-an-owner": say("Tunjuk seorang konselor."),
    "referrals-without-answer": say("Lembaga belum menjawab rujukan."),
    "ladder": say("Belum dijawab di sekolah sampai batas waktunya; sekarang menunggu di jenjang berikutnya."),
}
"""What each list is for."""


def lists_of(principal: Principal) -> list[Name]:
    """The lists of somebody's first page; whoever has several roles has the lists of each, none twice."""
    found = dict.fromkeys(name for role, names in FIRST_PAGES.items() if principal.holds(role) for name in names)
    return list(found)
