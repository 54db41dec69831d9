"""Why a bundle as a whole is refused: a stable code, the place, and a sentence with the mend in both languages. No sentence quotes a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from services.intake.roster.reasons import Sentence
from shared.errors import Fault, Invalid

Code = Literal[
    "not-a-zip", "encrypted", "too-large", "too-many-rows", "second-file", "missing-file", "encoding", "unstorable-character", "not-csv", "separator",
    "missing-column", "second-column", "unknown-mode", "too-many-faults", "not-an-answer", "half-answer", "not-oneroster", "no-list", "no-school",
    "too-much-merged", "copied-file",
]  # fmt: skip

SENTENCES: Mapping[Code, Sentence] = {
    "not-a-zip": Sentence(
        id="Ini bukan berkas zip yang utuh: kirim berkas zip hasil ekspor itu sendiri.",
        en="This is not a whole zip file: send the zip itself that the export wrote.",
    ),
    "encrypted": Sentence(
        id="Berkas zip ini terkunci kata sandi: buat zip tanpa kata sandi.",
        en="The zip is locked with a password: make it without one.",
    ),
    "too-large": Sentence(
        id="{place} terlalu besar: kirim dalam beberapa bagian, per sekolah.",
        en="{place} is too large: send it in parts, by school.",
    ),
    "too-many-rows": Sentence(
        id="{place} memiliki terlalu banyak baris: kirim dalam beberapa bagian, per sekolah.",
        en="{place} has too many rows: send it in parts, by school.",
    ),
    "second-file": Sentence(
        id="Ada dua berkas, {place}: tidak ada yang tahu mana yang dimaksud, maka sisakan satu.",
        en="There are two files, {place}: nobody can know which one is meant, so leave one of them.",
    ),
    "copied-file": Sentence(
        id="Nama {place} menandakan salinan: sisakan berkas yang dimaksud, dengan nama dari hasil ekspor.",
        en="The name {place} is that of a copy: leave the file that is meant, under the name that the export gave it.",
    ),
    "missing-file": Sentence(
        id="{place} tidak ada dalam zip: ekspor lagi.",
        en="The zip has no {place}: export it again.",
    ),
    "encoding": Sentence(
        id="{place} bukan UTF-8: ekspor lagi sebagai CSV UTF-8.",
        en="{place} is not UTF-8: export it again as CSV UTF-8.",
    ),
    "unstorable-character": Sentence(
        id="{place} berisi karakter NUL: ekspor lagi.",
        en="{place} holds a NUL character: export it again.",
    ),
    "not-csv": Sentence(
        id="{place} tidak dapat dibaca sebagai CSV; ada tanda kutip yang kurang atau lebih: ekspor lagi.",
        en="{place} cannot be read as CSV from there on; a quotation mark is missing or too much: export it again.",
    ),
    "separator": Sentence(
        id="{place} tidak dipisahkan dengan koma: ekspor lagi dengan koma.",
        en="{place} does not separate with commas: export it again with commas.",
    ),
    "missing-column": Sentence(
        id="Kolom {place} tidak ada: ekspor lagi.",
        en="There is no column {place}: export it again.",
    ),
    "second-column": Sentence(
        id="Kolom {place} ada dua kali: sisakan satu.",
        en="The column {place} stands twice: leave one of them.",
    ),
    "too-many-faults": Sentence(
        id="Terlalu banyak baris yang salah, mulai dari {place}: perbaiki ekspor, lalu kirim lagi.",
        en="Too many rows are wrong, from {place} on: mend the export, then send it again.",
    ),
    "not-an-answer": Sentence(
        id="{place} bukan jawaban Dapodik (JSON): periksa alamat dan token layanan web, lalu ambil lagi.",
        en="{place} is no answer of Dapodik (JSON): check the address and token of its web service, then fetch it again.",
    ),
    "not-oneroster": Sentence(
        id="Jawaban {place} bukan OneRoster 1.2: periksa alamatnya.",
        en="The answer of {place} is no OneRoster 1.2: check its address.",
    ),
    "half-answer": Sentence(
        id="Jawaban {place} tidak lengkap: ambil semua halamannya, lalu kirim lagi.",
        en="The answer of {place} is not whole: fetch all its pages, then send it again.",
    ),
    "no-list": Sentence(
        id="{place} tidak memuat judul kolom daftar Dapodik (Nama, NISN atau NUPTK): kirim daftar hasil unduhan itu sendiri.",
        en="{place} has no headings of a list of Dapodik (Nama, NISN or NUPTK): send the list itself that was downloaded.",
    ),
    "no-school": Sentence(
        id="{place} tidak menyebut NPSN sekolahnya: pilih sekolahnya, atau tulis NPSN di atas judul kolom.",
        en="{place} does not name its school's NPSN: choose the school, or write the NPSN above the headings.",
    ),
    "too-much-merged": Sentence(
        id="{place} memiliki terlalu banyak sel yang digabung: batalkan penggabungan sel, lalu kirim lagi.",
        en="{place} has too many merged cells: unmerge them, then send it again.",
    ),
    "unknown-mode": Sentence(
        id="Nilai {place} bukan bulk, delta, atau absent: perbaiki.",
        en="{place} is none of bulk, delta, absent: correct it.",
    ),
}


def untrusted(code: Code, pointer: str = "", *, place: str = "") -> Invalid:
    """The error of a bundle that cannot be trusted. pointer: file, row or column. place: the same in words, where the pointer is not enough."""
    sentence = SENTENCES[code]
    told = place or ", ".join(part for part in pointer.split("/") if part)
    return Invalid(Fault(pointer, code), message=f"{sentence.id} / {sentence.en}".format(place=told))
