"""What is wrong with a file, in words beside its field."""

from __future__ import annotations

from collections.abc import Mapping

from shared.attachments.kinds import Fault
from shared.errors import TanggapError, TooLarge, TooSlow, Unavailable
from shared.pages import Text, say

FAULTS: Mapping[Fault, Text] = {
    "too-large": say("Berkas ini terlalu besar. Pilih yang paling besar 8 MB; kirim foto dengan ukuran lebih kecil."),
    "too-many": say("Terlalu banyak berkas. Kirim paling banyak 3 sekaligus, lalu tambahkan yang lain setelahnya."),
    "unknown-kind": say("Jenis berkas ini tidak dapat diterima. Kirim foto (JPEG, PNG, WebP) atau PDF."),
    "unreadable": say("Foto ini tidak dapat dibaca, atau terlalu besar. Ambil gambar layar dari foto itu, lalu kirim gambar itu."),
    "infected": say("Berkas ini mengandung virus, maka tidak diterima. Kirim foto dari isinya."),
}
FULL = say("Laporan ini sudah memiliki lampiran sebanyak yang dapat diterima. Kirim keterangan tanpa berkas.")
NOT_READ: Mapping[type[TanggapError], Text] = {
    TooLarge: say("Berkas-berkas ini terlalu besar, maka belum ada yang dikirim. Pilih berkas yang lebih kecil, lalu kirim lagi."),
    TooSlow: say("Berkas tidak sampai pada waktunya, maka belum ada yang dikirim. Pilih berkas yang lebih kecil, lalu kirim lagi."),
    Unavailable: say("Banyak berkas sedang dikirim. Tunggu satu menit, lalu kirim lagi; atau kirim keterangan tanpa berkas."),
}
