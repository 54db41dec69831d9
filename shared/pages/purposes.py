"""What each page in the head is for, in a sentence: it stands on the page itself and in the guides, so both say the same."""

from __future__ import annotations

from collections.abc import Mapping

from shared.pages.saying import say

PURPOSES: Mapping[str, str] = {
    "/cases/menunggu": say("Yang perlu Anda kerjakan, yang paling mendesak lebih dahulu."),
    "/cases/untuk-saya": say("Janji bertemu, rencana, dan kesepakatan Anda dengan guru BK."),
    "/notifications/kotak-masuk": say("Semua pemberitahuan kepada Anda dalam 30 hari terakhir. Isinya hanya terbuka di halaman kasus."),
    "/cases/": say("Kasus yang boleh Anda ketahui. Nama murid hanya tampak bagi petugas sekolahnya dan petugas piket dinas."),
    "/cases/angka": say("Kasus terbuka, batas waktu, rujukan, dan hasil dalam angka."),
    "/cases/sekolah": say("Yang perlu ada sebelum kasus pertama, dan halaman untuk melengkapinya."),
    "/cases/kalender": say("Hari sekolah menentukan batas waktu. Pada hari libur, hanya keadaan darurat yang terus berjalan."),
    "/intake/keadaan": say("Apakah setiap layanan berjalan, adakah yang tertahan, dan apakah cadangan dibuat. Isi kasus tidak ada di sini."),
    "/intake/impor": say("Murid, pegawai, orang tua/wali, dan kelas dari Dapodik atau OneRoster, dan baris yang perlu diperbaiki di sana."),
    "/intake/perbaikan": say("Data murid dan pegawai yang disisihkan saat impor, dan yang benar menurut sekolah."),
    "/intake/data-ganda": say(
        "Murid yang mungkin tercatat dua kali, misalnya karena datanya datang dari dua sumber. Anda menyatakan satu anak atau dua."
    ),
    "/intake/tahun-ajaran": say("Kenaikan kelas, kelulusan, dan wali kelas tahun baru. Anda memeriksa daftarnya, lalu mengonfirmasinya."),
    "/intake/dinas": say("Siapa yang bertugas di dinas: piket, pengawas, pejabat, auditor, dan administrator."),
    "/intake/ditahan": say(
        "Laporan dari formulir umum yang datang lebih cepat daripada yang dapat dibaca orang menunggu di sini, dan tidak ada yang ditolak."
    ),
    "/intake/peran": say("Peran dari impor sekolah yang membuka kasus atau akun. Peran itu baru berlaku bila Anda setujui."),
    "/notifications/rujukan": say("Rujukan yang belum dijawab lembaga di atas, yang paling lama menunggu lebih dahulu."),
    "/notifications/kiriman": say("Anak yang dirujuk kabupaten lain ke sini: terima atau tolak, lalu teruskan ke sekolahnya."),
    "/notifications/mitra": say("Lembaga mana yang punya tempat, dan keterangan mana yang sudah lama. Tanyakan tanpa menyebut siapa pun."),
    "/notifications/lembaga": say("Rujukan dari sekolah kepada lembaga Anda. Buka satu rujukan untuk membaca dan menjawabnya."),
    "/intake/akun-staf": say("Siapa yang sudah punya akun dan siapa yang belum; akun dipulihkan atau dikunci di sini."),
    "/intake/kunci-mesin": say("Dengan kunci ini sistem lembaga atau integrator memanggil Tanggap tanpa orang yang masuk."),
    "/intake/penghapusan": say("Menghapus data seseorang yang memintanya, atau yang masa simpannya habis."),
    "/cases/panduan": say("Dua halaman untuk tiap peran, untuk dibaca atau dicetak."),
    "/intake/akun": say("Cara Anda masuk ke Tanggap: menambah, mengganti, atau menghapusnya."),
    "/intake/lapor": say("Ceritakan apa yang terjadi atau apa yang dibutuhkan. Anda tidak harus menyebutkan nama Anda."),
    "/intake/status": say("Sampai di mana laporan Anda, dan jawaban sekolah. Anda hanya memerlukan tanda terima."),
}
"""By address."""


def purpose_of(address: str) -> str:
    """Raises: KeyError: the page stands in no head."""
    return PURPOSES[address]
