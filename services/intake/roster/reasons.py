"""Why a row or cell of a bundle was not taken, or a part of an import not applied: a stable code, and a sentence with the mend in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

Reason = Literal[
    "missing-id", "doubled", "no-name", "unknown-role", "unknown-school", "unknown-class", "unknown-status", "spreadsheet-number",
    "spreadsheet-date", "spreadsheet-error", "lost-letters", "invisible-character", "too-long", "not-a-date", "empty-date", "several-addresses",
    "not-an-address", "not-an-npsn", "identity-number", "too-many-cells", "two-homerooms", "unknown-guardian", "person-not-told",
    "district-role", "role-for-the-district", "of-another-school", "erased", "left-with-the-year",
    "loses-too-many", "other-ids", "moves-too-many", "loses-all-counsellors", "loses-principal", "unreadable-rows",
]  # fmt: skip


class Sentence(BaseModel):
    """What a person reads. Neither form quotes the row."""

    id: str
    en: str


SENTENCES: Mapping[Reason, Sentence] = {
    "missing-id": Sentence(
        id="Baris ini tidak memiliki nomor pengenal (sourcedId; dalam daftar Dapodik NISN, NUPTK, atau NIP): isi kolom itu.",
        en="The row has no number to tell it by (sourcedId; in lists of Dapodik NISN, NUPTK or NIP): fill that column in.",
    ),
    "doubled": Sentence(
        id="sourcedId ini muncul lagi dengan isi lain: hapus baris yang salah.",
        en="This sourcedId stands again with other content: remove the wrong row.",
    ),
    "no-name": Sentence(
        id="Baris ini tidak memiliki nama: isi nama.",
        en="The row has no name: fill the name in.",
    ),
    "unknown-role": Sentence(
        id="Peran kosong atau tidak dikenal: isi peran OneRoster seperti student atau teacher.",
        en="The role is empty or unknown: use a role of OneRoster, such as student or teacher.",
    ),
    "unknown-school": Sentence(
        id="Sekolah pada baris ini tidak ada di orgs.csv: perbaiki orgSourcedId atau tambahkan sekolahnya.",
        en="The school of this row is not in orgs.csv: correct orgSourcedId, or add the school.",
    ),
    "unknown-class": Sentence(
        id="Kelas pada baris ini tidak ada di classes.csv: tambahkan kelasnya atau perbaiki classSourcedId.",
        en="The class of this row is not in classes.csv: add the class, or correct classSourcedId.",
    ),
    "unknown-status": Sentence(
        id="Status ini tidak dikenal: tulis active atau tobedeleted.",
        en="The status is unknown: write active or tobedeleted.",
    ),
    "spreadsheet-number": Sentence(
        id="Program lembar kerja mengubah nomor ini: format kolom sebagai teks, lalu ekspor lagi.",
        en="A spreadsheet changed this number: format the column as text, then export again.",
    ),
    "spreadsheet-date": Sentence(
        id="Program lembar kerja mengubah isi atau tanggal ini: format kolom sebagai teks (tanggal: TTTT-BB-HH), lalu ekspor lagi.",
        en="A spreadsheet changed this value or date: format the column as text (dates: YYYY-MM-DD), then export again.",
    ),
    "spreadsheet-error": Sentence(
        id="Sel ini berisi kesalahan rumus lembar kerja: isi nilainya, lalu ekspor lagi.",
        en="The cell holds a spreadsheet's error: fill in the value, then export again.",
    ),
    "lost-letters": Sentence(
        id="Huruf pada sel ini rusak karena pengodean: ekspor lagi dengan UTF-8.",
        en="Letters of this cell were lost in a wrong encoding: export again with UTF-8.",
    ),
    "invisible-character": Sentence(
        id="Sel ini berisi karakter yang tidak terlihat: ketik ulang isinya.",
        en="The cell holds an invisible character: type its content again.",
    ),
    "too-long": Sentence(
        id="Isi sel ini terlalu panjang; mungkin ada tanda kutip yang kurang: perbaiki.",
        en="The cell is too long; a quotation mark may be missing: correct it.",
    ),
    "not-a-date": Sentence(
        id="Ini bukan tanggal yang ada: tulis TTTT-BB-HH.",
        en="This is not an existing date: write YYYY-MM-DD.",
    ),
    "empty-date": Sentence(
        id="Tanggal ini ditulis program untuk sel kosong: isi tanggal yang benar atau kosongkan.",
        en="A program wrote this date for an empty cell: fill in the right date, or leave it empty.",
    ),
    "several-addresses": Sentence(
        id="Sel ini berisi lebih dari satu alamat surel: sisakan satu, dan beri orang lain baris sendiri.",
        en="The cell holds more than one mail address: keep one, and give everybody else a row of their own.",
    ),
    "not-an-address": Sentence(
        id="Ini bukan satu alamat surel: tulis hanya alamatnya, seperti nama@sekolah.sch.id.",
        en="This is not a mail address: write only the address, as in nama@sekolah.sch.id.",
    ),
    "not-an-npsn": Sentence(
        id="Ini bukan NPSN, padahal sekolah ini memilikinya: tulis delapan angkanya.",
        en="This is no NPSN, though the school has one: write its eight digits.",
    ),
    "identity-number": Sentence(
        id="Sel ini berisi nomor enam belas angka seperti NIK, yang tidak kami simpan: hapus, lalu periksa apakah kolom tergeser.",
        en="The cell holds sixteen digits like an identity number (NIK), which we do not keep: remove it, and check that no column has slipped.",
    ),
    "too-many-cells": Sentence(
        id="Baris ini memiliki sel lebih banyak daripada judul kolom: beri tanda kutip pada isi yang memuat koma.",
        en="The row has more cells than the header: put quotes around values with a comma.",
    ),
    "two-homerooms": Sentence(
        id="Murid ini terdaftar di lebih dari satu rombel: sisakan satu.",
        en="The student is in more than one homeroom class: leave one.",
    ),
    "unknown-guardian": Sentence(
        id="Salah satu orang tua/wali pada sel ini tidak ada di users.csv: sertakan barisnya atau perbaiki nomornya.",
        en="A guardian of this cell is not in users.csv: send that row, too, or correct the id.",
    ),
    "person-not-told": Sentence(
        id="Orang pada baris ini tidak ada di users.csv: sertakan barisnya.",
        en="The person of this row is not in users.csv: send that row, too.",
    ),
    "district-role": Sentence(
        id="Peran dinas tidak diambil dari ekspor: angkat orang ini dengan ./tanggap appoint.",
        en="A role of the district is not taken from an export: appoint the person with ./tanggap appoint.",
    ),
    "role-for-the-district": Sentence(
        id="Peran ini membuka kasus atau akun, maka tidak diberikan oleh impor sekolah sendiri: dinas diminta menyetujuinya.",
        en="This role opens cases or accounts, so an import of the own school does not give it: the district is asked to agree.",
    ),
    "of-another-school": Sentence(
        id="Orang ini terdaftar di sekolah lain: minta dinas mengimpor perpindahannya.",
        en="This person is at another school: ask the district to import the move.",
    ),
    "left-with-the-year": Sentence(
        id="Koordinator menyatakan murid ini lulus atau keluar pada kenaikan kelas: ekspor lagi dari tahun ajaran baru, atau batalkan di halaman Tahun ajaran.",  # noqa: E501 - one sentence
        en="A coordinator confirmed that this student graduated or left: export again from the new school year, or take it back on the page Tahun ajaran.",  # noqa: E501 - one sentence
    ),
    "erased": Sentence(
        id="Data orang ini sudah dihapus: tidak ada yang disimpan lagi tentangnya.",
        en="This person's data was erased: nothing new is kept about them.",
    ),
    "loses-too-many": Sentence(
        id="Lebih dari 5 persen akan hilang: periksa apakah ekspor lengkap, atau terima bagian ini.",
        en="More than 5 % would be lost: check that the export is whole, or accept this part.",
    ),
    "other-ids": Sentence(
        id="Tidak ada sourcedId yang kami kenal di sini: ekspor dari sistem yang sama (source.systemCode di manifest.csv), atau terima bagian ini.",
        en="No sourcedId here is one that we know: export from the same system (source.systemCode in manifest.csv), or accept this part.",
    ),
    "moves-too-many": Sentence(
        id="Lebih dari separuh akan pindah: periksa kolom sekolah dan peran, atau terima bagian ini.",
        en="More than half would move: check the columns of school and role, or accept this part.",
    ),
    "loses-all-counsellors": Sentence(
        id="Sekolah tidak akan memiliki konselor lagi: periksa ekspor, atau terima bagian ini.",
        en="The school would have no counsellor any more: check the export, or accept this part.",
    ),
    "loses-principal": Sentence(
        id="Sekolah tidak akan memiliki kepala sekolah lagi: periksa ekspor, atau terima bagian ini.",
        en="The school would have no principal any more: check the export, or accept this part.",
    ),
    "unreadable-rows": Sentence(
        id="Ada baris yang tidak menyebut milik siapa, maka tidak ada yang dianggap keluar: perbaiki baris itu, atau terima bagian ini.",
        en="Some rows do not tell whose they are, so nobody counts as having left: mend those rows, or accept this part.",
    ),
}


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row or cell that was not applied: where it stands and why, never its content.

    row: as a person counts in the file; the header is row 1. field: the column, or empty for the whole row. person: whose row it is, by our id, so
    that nobody leaves because of a bad row.
    """

    file: str
    row: int
    field: str
    reason: Reason
    person: str | None = None
