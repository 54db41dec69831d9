"""How pages say what an agency can answer and how a referral stands: for the agency itself, and for staff who note what it said."""

from __future__ import annotations

from collections.abc import Mapping

from services.notifications.domain.task.table import DeclineReason
from shared.pages import Text, say

ANSWERS: Mapping[str, Text] = {
    "accept": say("Rujukan kami terima"),
    "decline": say("Rujukan tidak dapat kami terima"),
    "ask": say("Kami perlu keterangan lagi"),
    "schedule": say("Pertemuan kami jadwalkan"),
    "reschedule": say("Pertemuan kami jadwalkan ulang"),
    "appointment-cancel": say("Pertemuan kami batalkan"),
    "no-show": say("Anak tidak datang pada pertemuan"),
    "interim-note": say("Kabar sementara, atau keterangan yang masih kami perlukan"),
    "hold": say("Untuk sementara kami tunda"),
    "resume": say("Kami lanjutkan"),
    "outcome": say("Penanganan selesai; inilah hasilnya"),
    "fail": say("Tidak dapat kami selesaikan"),
    "confirm-cancel": say("Pembatalan oleh sekolah kami setujui"),
}
"""What may be chosen, in this order; only what the task's table allows now is offered."""

REASONS: Mapping[DeclineReason, Text] = {
    "no-capacity": say("Tidak ada tempat saat ini"),
    "out-of-area": say("Di luar wilayah layanan"),
    "age": say("Di luar usia yang dilayani"),
    "wrong-service": say("Bukan layanan kami"),
    "insufficient-information": say("Keterangannya tidak cukup"),
    "conflict-of-interest": say("Ada benturan kepentingan"),
    "already-served": say("Anak sudah kami layani"),
    "other": say("Alasan lain (tuliskan)"),
}

STATES: Mapping[str, Text] = {
    "requested": say("belum dibuka"),
    "received": say("sudah dibuka, belum dijawab"),
    "accepted": say("diterima"),
    "rejected": say("tidak diterima"),
    "in-progress": say("sedang ditangani"),
    "on-hold": say("ditunda"),
    "completed": say("selesai"),
    "cancelled": say("dibatalkan"),
    "failed": say("tidak dapat diselesaikan"),
    "entered-in-error": say("keliru dicatat"),
}

STEPS: Mapping[str, Text] = {
    "in-progress/5.1.1": say("pertemuan dijadwalkan"),
    "in-progress/5.1.2": say("anak tidak datang"),
    "in-progress/5.1.3": say("pertemuan dibatalkan"),
    "in-progress/5.1.4": say("ada kabar sementara"),
    "in-progress/5.2": say("sekolah meminta pembatalan"),
}
"""What *in progress* means just now."""

PRIORITIES: Mapping[str, Text] = {"stat": say("darurat"), "urgent": say("tinggi"), "routine": say("biasa")}

HOW: Mapping[str, Text] = {"phone": say("Lewat telepon"), "letter": say("Lewat surat")}
"""From what staff note an agency's answer."""


def state_text(state: str) -> Text:
    """How a task stands, of its state as the table has it."""
    return STEPS.get(state) or STATES[state.partition("/")[0]]
