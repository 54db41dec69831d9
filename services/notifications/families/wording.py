"""How the school reads what became of a notice."""

from __future__ import annotations

from collections.abc import Mapping

from shared.events import GuardianAnswer, NoticeOutcome
from shared.pages import Text, say

STATES: Mapping[str, Text] = {
    "queued": say("menunggu dikirim"),
    "sending": say("sedang dikirim"),
    "sent": say("terkirim"),
    "delivered": say("sampai"),
    "read": say("sudah dibuka dengan kode atau tanggal lahir"),
    "acknowledged": say("dijawab"),
    "failed": say("gagal"),
    "cancelled": say("tidak dikirim"),
    "parked": say("tertahan; pengelola sudah diberi tahu"),
}
"""Of a message in the outbox."""

OUTCOMES: Mapping[NoticeOutcome, Text] = {
    "sent": say("Belum dijawab."),
    "acknowledged": say("Orang tua/wali sudah menjawab."),
    "unsafe": say("Tidak dikirim: orang tua/wali ini tidak aman dihubungi, atau disebut dalam kasus."),
    "no-contact": say("Tidak dikirim: tidak ada alamat. Teleponlah."),
    "undeliverable": say("Tidak dapat disampaikan. Teleponlah."),
    "no-longer-guardian": say("Tidak dikirim: menurut data sekolah, ia bukan lagi orang tua/wali murid ini."),
    "unanswered": say("Tidak dijawab pada waktunya. Teleponlah."),
}

ANSWERED: Mapping[GuardianAnswer, Text] = {
    "read": say("menyatakan sudah membaca"),
    "words": say("menulis kepada sekolah"),
    "confirmed": say("bersedia pada waktu itu"),
    "another-time": say("meminta waktu lain"),
    "not-for-me": say("menyatakan pesan ini bukan untuknya"),
    "consented": say("setuju"),
    "refused": say("tidak setuju"),
    "withdrawn": say("menarik kembali persetujuan"),
}
