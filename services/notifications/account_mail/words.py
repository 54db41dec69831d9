"""What a mail about an account says. No mail names a person, a school or a case: anybody may look over a shoulder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.notifications.domain.account_mail import MailMessage
from shared.pages import say

ACCOUNT, STAFF = "/intake/akun", "/intake/akun-staf"


@dataclass(frozen=True, slots=True)
class Words:
    """sentences: paragraphs; `{district}` and `{until}` are filled. leads: a path of ours; None where the invitation's own link stands."""

    subject: str
    sentences: tuple[str, ...]
    label: str
    leads: str | None = ACCOUNT


_NOT_YOU = say("Bila bukan Anda yang melakukannya, segera hubungi koordinator BK atau operator sekolah: mereka dapat mengunci akun Anda.")
_MINE = say("Akun saya")

WORDS: Mapping[MailMessage, Words] = {
    "invited": Words(
        say("Undangan ke Tanggap"),
        (
            say("{district} membuka akun Tanggap untuk Anda."),
            say("Tautan di bawah ini hanya untuk Anda: jangan diteruskan. Tautan berlaku satu kali, sampai {until}."),
            say("Bila Anda tidak menunggu undangan ini, abaikan saja surel ini: tanpa tautan itu tidak ada akun yang terbuka."),
        ),
        say("Buka undangan"),
        None,
    ),
    "opened": Words(say("Akun Tanggap Anda sudah terbuka"), (say("Mulai sekarang Anda dapat masuk ke Tanggap."), _NOT_YOU), _MINE),
    "changed": Words(
        say("Cara masuk ke akun Tanggap Anda berubah"),
        (say("Satu cara masuk ditambah, diganti, atau dihapus. Di perangkat lain Anda sudah keluar."), _NOT_YOU),
        _MINE,
    ),
    "recovery-code-used": Words(
        say("Satu kode cadangan Anda dipakai"),
        (say("Seseorang masuk ke akun Tanggap Anda dengan satu kode cadangan. Kode itu tidak berlaku lagi."), _NOT_YOU),
        _MINE,
    ),
    "locked": Words(
        say("Akun Tanggap Anda dikunci"),
        (
            say("Untuk sementara tidak ada yang dapat masuk dengan akun Anda, dan semua perangkat sudah keluar."),
            say("Bila Anda tidak tahu sebabnya, hubungi kepala sekolah atau dinas: kunci itu dapat dibuka lagi."),
        ),
        say("Buka Tanggap"),
        "/intake/masuk",
    ),
    "unlocked": Words(say("Akun Tanggap Anda dibuka lagi"), (say("Anda dapat masuk lagi dengan cara yang sama seperti sebelumnya."),), _MINE),
    "recovery-asked": Words(
        say("Pemulihan akun Tanggap Anda diminta"),
        (
            say("Seseorang di sekolah mengatakan bahwa Anda tidak dapat masuk. Bila orang kedua menegaskannya, semua cara masuk Anda berakhir."),
            _NOT_YOU,
        ),
        _MINE,
    ),
    "recovered": Words(
        say("Semua cara masuk Anda berakhir"),
        (say("Akun Tanggap Anda dipulihkan. Untuk masuk lagi Anda memerlukan undangan baru, yang diberikan atau dikirim kepada Anda."), _NOT_YOU),
        say("Buka Tanggap"),
        "/intake/masuk",
    ),
    "invitation-undelivered": Words(
        say("Undangan yang Anda kirim tidak sampai"),
        (
            say("Satu undangan ke Tanggap tidak dapat dikirim ke alamat surel yang ada di data sekolah."),
            say("Perbaiki alamat itu di data sekolah, atau cetak undangan baru dan serahkan langsung."),
        ),
        say("Akun staf"),
        STAFF,
    ),
}
