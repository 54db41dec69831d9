"""A school as Dapodik tells of it: answers of its web service, and the lists that its users download. Every name is made up."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

CANARY = "Kanarikuning"
"""Stands in every field that is never taken."""

NIK = "3171234567890123"

SCHOOL = {
    "sekolah_id": "S-1", "nama": "SMP Negeri 1 Contoh", "nss": CANARY, "npsn": "20109999", "bentuk_pendidikan_id_str": "SMP",
    "alamat_jalan": CANARY, "kabupaten_kota": "Kab. Contoh",
}  # fmt: skip

ANI = {
    "peserta_didik_id": "P-1", "nama": "Ani Lestari", "nisn": "0101234567", "nik": NIK, "jenis_kelamin": "P", "tanggal_lahir": "2012-05-06",
    "agama_id_str": CANARY, "alamat_jalan": CANARY, "email": "ani@contoh.invalid", "nomor_telepon_seluler": "0811000001",
    "rombongan_belajar_id": "R-8A", "nama_rombel": "8A", "nama_ayah": "Bagus Lestari", "pekerjaan_ayah_id_str": CANARY, "nama_ibu": "Ratna Dewi",
    "nama_wali": None, "tinggi_badan": CANARY,
}  # fmt: skip
BUDI = {**ANI, "peserta_didik_id": "P-2", "nama": "Budi Santoso", "nisn": "0101234568", "email": None, "nama_ayah": "-", "nama_ibu": "Sri Wahyuni"}

SARI = {
    "ptk_id": "G-1", "nama": "Sari Utami", "nuptk": "1234567890123456", "nik": NIK, "jenis_ptk_id_str": "Guru BK", "jabatan_ptk_id_str": "Guru",
    "agama_id_str": CANARY, "rwy_pend_formal": [{"nama": CANARY}],
}  # fmt: skip
TONO = {**SARI, "ptk_id": "G-2", "nama": "Tono Prasetyo", "jenis_ptk_id_str": "Guru Mapel", "jabatan_ptk_id_str": "Guru Mapel"}
HEAD = {**SARI, "ptk_id": "G-3", "nama": "Wati Kusuma", "jenis_ptk_id_str": "Kepala Sekolah", "jabatan_ptk_id_str": "Kepala Sekolah"}
CLERK = {**SARI, "ptk_id": "G-4", "nama": "Yudi Hartono", "jenis_ptk_id_str": "Tenaga Administrasi Sekolah", "jabatan_ptk_id_str": ""}

CLASSES = [
    {"rombongan_belajar_id": "R-8A", "nama": "8A", "jenis_rombel_str": "Kelas", "ptk_id": "G-2", "anggota_rombel": [{"peserta_didik_id": CANARY}]},
    {"rombongan_belajar_id": "R-PR", "nama": "Pramuka", "jenis_rombel_str": "Ekstrakurikuler", "ptk_id": "G-4"},
]

Answers = Mapping[str, object]

ANSWERS: Answers = {
    "getSekolah": {"rows": SCHOOL},
    "getPesertaDidik": {"results": 2, "rows": [ANI, BUDI]},
    "getGtk": {"results": 4, "rows": [SARI, TONO, HEAD, CLERK]},
    "getRombonganBelajar": {"results": 2, "rows": CLASSES},
}


def answers_in(path: Path, answers: Answers = ANSWERS, folder: str = "20109999") -> Path:
    """A zip of answers, one folder for the school. A text stands as it is."""
    with zipfile.ZipFile(path, "a") as archive:
        for name, answer in answers.items():
            archive.writestr(f"{folder}/{name}.json", answer if isinstance(answer, str | bytes) else json.dumps(answer))
    return path


Cells = Sequence[Sequence[object]]

ABOVE: Cells = (["Daftar Peserta Didik"], ["SMP NEGERI 1 CONTOH"], ["Kecamatan Contoh, NPSN 20109999"], ["Tanggal Unduh: 2026-11-28 08:00:00"], [])

STUDENT_TITLES: Cells = (
    ["No", "Nama", "NIPD", "JK", "NISN", "Tempat Lahir", "Tanggal Lahir", "NIK", "Agama", "HP", "E-Mail", "Data Ayah", None, "Data Ibu", None,
     "Data Wali", None, "Rombel Saat Ini"],
    [None] * 11 + ["Nama", "Tahun Lahir", "Nama", "Tahun Lahir", "Nama", "Tahun Lahir", None],
)  # fmt: skip
STUDENTS: Cells = (
    [1, "Ani Lestari", "1001", "P", "0101234567", CANARY, "2012-05-06", NIK, CANARY, "0811000001", "ani@contoh.invalid", "Bagus Lestari", 1980,
     "Ratna Dewi", 1982, "", "", "8A"],
    [2, "Budi Santoso", "1002", "L", "0101234568", CANARY, "2012-07-08", NIK, CANARY, "", "", "-", "", "Sri Wahyuni", 1983, "", "", "8A"],
)  # fmt: skip

STAFF_TITLES = ["No", "Nama", "NUPTK", "JK", "Tempat Lahir", "Tanggal Lahir", "NIP", "Jenis PTK", "Agama", "HP", "Email", "Tugas Tambahan", "NIK"]
STAFF: Cells = (
    [1, "Sari Utami", "1234567890123456", "P", CANARY, "1980-01-02", "198001022005012001", "Guru BK", CANARY, "0812000001", "", "", NIK],
    [2, "Wati Kusuma", "1234567890123457", "P", CANARY, "1975-01-02", "", "Guru Mapel", CANARY, "", "", "Kepala Sekolah", NIK],
)  # fmt: skip


def workbook(rows: Cells, *, merged: Sequence[str] = ()) -> bytes:
    """An XLSX file with one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for place in merged:
        sheet.merge_cells(place)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def student_list(rows: Cells = STUDENTS, *, titles: Cells = STUDENT_TITLES, above: Cells = ABOVE) -> bytes:
    return workbook([*above, *titles, *rows], merged=["L6:M6", "N6:O6", "P6:Q6", "A6:A7", "B6:B7"] if titles is STUDENT_TITLES else ())


def staff_list(rows: Cells = STAFF) -> bytes:
    return workbook([["Daftar Guru"], ["SMP NEGERI 1 CONTOH"], ["NPSN: 20109999"], [], STAFF_TITLES, *rows])
