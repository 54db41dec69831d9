"""What is wrong with a file, in words beside its field."""

from __future__ import annotations

from collections.abc import Mapping

from shared.attachments.kinds import Fault
from shared.errors import Sentences, TanggapError, TooLarge, TooSlow, Unavailable

FAULTS: Mapping[Fault, Sentences] = {
    "too-large": Sentences(
        "Berkas ini terlalu besar. Pilih yang paling besar 8 MB; kirim foto dengan ukuran lebih kecil.",
        "This file is too large. Choose one of at most 8 MB, or send the photo in a smaller size.",
    ),
    "too-many": Sentences(
        "Terlalu banyak berkas. Kirim paling banyak 3 sekaligus, lalu tambahkan yang lain setelahnya.",
        "Too many files. Send at most 3 at once, then add the others.",
    ),
    "unknown-kind": Sentences(
        "Jenis berkas ini tidak dapat diterima. Kirim foto (JPEG, PNG, WebP) atau PDF.",
        "This kind of file cannot be accepted. Send a photo (JPEG, PNG, WebP) or a PDF.",
    ),
    "unreadable": Sentences(
        "Foto ini tidak dapat dibaca, atau terlalu besar. Ambil gambar layar dari foto itu, lalu kirim gambar itu.",
        "This photo cannot be read, or it is too large. Take a screenshot of it and send that.",
    ),
    "acts": Sentences(
        "PDF ini terkunci, atau membawa program atau berkas lain, maka tidak diterima. Kirim foto atau gambar layar dari isinya.",
        "This PDF is locked, or it carries a program or other files, so it was not accepted. Send a photo or a screenshot of what it shows.",
    ),
    "infected": Sentences(
        "Berkas ini mengandung virus, maka tidak diterima. Kirim foto dari isinya.",
        "This file has a virus, so it was not accepted. Send a photo of what it shows.",
    ),
}
NOT_READ: Mapping[type[TanggapError], Sentences] = {
    TooLarge: Sentences(
        "Berkas-berkas ini terlalu besar, maka belum ada yang dikirim. Pilih berkas yang lebih kecil, lalu kirim lagi.",
        "These files are too large, so nothing was sent yet. Choose smaller files and send again.",
    ),
    TooSlow: Sentences(
        "Berkas tidak sampai pada waktunya, maka belum ada yang dikirim. Pilih berkas yang lebih kecil, lalu kirim lagi.",
        "The files did not arrive in time, so nothing was sent yet. Choose smaller files and send again.",
    ),
    Unavailable: Sentences(
        "Banyak berkas sedang dikirim. Tunggu satu menit, lalu kirim lagi; atau kirim keterangan tanpa berkas.",
        "Many files are being sent. Wait a minute and send it again, or send the words without a file.",
    ),
}
