"""What the pages of accounts say about what was typed, and about the ways in."""

from __future__ import annotations

from collections.abc import Mapping

from services.intake.accounts.setting_up import SetUpFlaw
from services.intake.domain.credentials import CredentialKind
from shared.pages import say

FLAWS: Mapping[SetUpFlaw, str] = {
    "name-too-short": say("Nama masuk paling sedikit 3 huruf, misalnya alamat surel Anda."),
    "name-too-long": say("Nama masuk paling banyak 120 huruf."),
    "password-too-short": say("Kata sandi paling sedikit 8 huruf. Beberapa kata yang tidak berhubungan mudah diingat dan sukar ditebak."),
    "password-too-long": say("Kata sandi paling banyak 256 huruf."),
    "password-common": say("Kata sandi ini terlalu umum dan cepat ditebak. Pilih yang lain, misalnya beberapa kata yang tidak berhubungan."),
    "password-own-name": say("Kata sandi ini terbuat dari nama Anda sendiri. Pilih yang lain."),
    "code-wrong": say("Kode tidak cocok. Pastikan jam telepon tepat, lalu ketik kode yang sedang tampil di aplikasi."),
    "form-expired": say("Halaman ini terbuka terlalu lama. Pindai kode QR yang baru di bawah ini, lalu ketik kodenya."),
}

KINDS: Mapping[CredentialKind, str] = {
    "passkey": say("Kunci sandi (passkey)"),
    "openid": say("Akun kantor atau belajar.id"),
    "password": say("Kata sandi"),
    "one-time-code": say("Aplikasi kode sekali pakai"),
    "recovery-codes": say("Kode cadangan"),
}
