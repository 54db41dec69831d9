"""What codes of the reports are called on the page of figures."""

from __future__ import annotations

from collections.abc import Mapping

from shared.pages import Text, say

FIELDS: Mapping[str, Text] = {
    "personal": say("Pribadi"),
    "social": say("Sosial"),
    "learning": say("Belajar"),
    "career": say("Karier"),
    "unknown": say("Tidak diketahui"),
}
"""Unknown: another school made the request."""

ANSWERS: Mapping[str, Text] = {
    "received": say("dibuka lembaga"),
    "accepted": say("diterima lembaga"),
    "rejected": say("ditolak lembaga"),
    "in-progress": say("sedang ditangani lembaga"),
    "on-hold": say("ditunda lembaga"),
    "completed": say("selesai, ada hasilnya"),
    "cancelled": say("dibatalkan"),
    "failed": say("tidak terlaksana"),
    "entered-in-error": say("dicatat keliru"),
}
"""Into which state an agency moved a referral, by the code of its task."""
