"""What a person in a browser is told when something is refused: what, why, and what to do. Machines get a problem document (`shared/web.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.errors import Invalid, NotSignedIn, ProofNeeded, Refused, Sentences, TanggapError
from shared.pages.frame import Frame
from shared.pages.languages import Text
from shared.pages.saying import say

SIGN_IN = "/intake/masuk"


@dataclass(frozen=True, slots=True)
class Explained:
    """what: the heading. why: in a sentence. mend: what the person can do now."""

    what: Text
    why: Text
    mend: Text


_UNKNOWN = Explained(
    say("Terjadi gangguan"),
    say("Permintaan Anda tidak dapat dikerjakan. Yang Anda kirim belum tersimpan."),
    say("Kembali, lalu coba sekali lagi. Bila tetap begini, beri tahu pengelola Tanggap di sekolah atau dinas Anda."),
)
_START_AGAIN = say("Periksa alamatnya, atau mulai dari halaman pertama.")
_WAIT = say("Tunggu beberapa saat, lalu muat ulang halaman ini. Bila tadi Anda mengirim sesuatu, kembali dan kirim sekali lagi.")

EXPLAINED: dict[str, Explained] = {
    "not-found": Explained(say("Halaman ini tidak ada"), say("Alamatnya tidak dikenal, atau isinya bukan untuk Anda."), _START_AGAIN),
    "not-signed-in": Explained(
        say("Anda perlu masuk dulu"),
        say("Waktu masuk Anda sudah habis, atau Anda belum masuk. Yang Anda kirim belum tersimpan."),
        say("Masuk di tab lain, lalu kembali ke sini dan kirim sekali lagi."),
    ),
    "too-slow": Explained(
        say("Sambungan terlalu lambat"),
        say("Isian tidak sampai seluruhnya, jadi belum tersimpan."),
        say("Kembali, lalu kirim lagi bila sambungan sudah lebih baik."),
    ),
    "too-large": Explained(
        say("Kiriman ini terlalu besar"),
        say("Yang Anda kirim lebih besar daripada yang dapat diterima, dan belum tersimpan."),
        say("Kembali, ringkas isinya, lalu kirim lagi."),
    ),
    "invalid": Explained(
        say("Ada isian yang tidak dapat diterima"), say("Yang Anda kirim belum tersimpan."), say("Kembali, perbaiki isiannya, lalu kirim lagi.")
    ),
    "unavailable": Explained(
        say("Sedang tidak dapat dibuka"), say("Bagian yang dibutuhkan halaman ini sedang tidak menjawab. Tidak ada yang hilang."), _WAIT
    ),
    "crowded": Explained(
        say("Sedang sangat ramai"),
        say("Dari jaringan ini sedang datang terlalu banyak kiriman sekaligus. Yang sudah Anda isi di halaman sebelumnya tidak hilang."),
        say("Tunggu beberapa detik, lalu muat ulang halaman ini: isian Anda terkirim lagi. Bila ada bahaya sekarang juga, telepon 112."),
    ),
    "still-building": Explained(
        say("Daftar ini sedang disusun"), say("Daftar ini belum lengkap, jadi belum ditampilkan. Tidak ada yang hilang."), _WAIT
    ),
    "behind-write": Explained(
        say("Daftar ini sedang diperbarui"), say("Yang baru saja disimpan belum masuk daftar ini. Tidak ada yang hilang."), _WAIT
    ),
    "version-conflict": Explained(
        say("Sudah diubah orang lain"),
        say("Sementara Anda menulis, orang lain sudah mengubah hal yang sama. Yang Anda kirim belum tersimpan."),
        say("Kembali, muat ulang halaman itu, lalu kirim lagi bila masih perlu."),
    ),
    "idempotency-mismatch": Explained(
        say("Formulir ini sudah pernah dikirim"),
        say("Isi yang pertama sudah tersimpan. Isi yang berbeda ini belum tersimpan."),
        say("Kembali, muat ulang halaman itu, lalu kirim isi yang baru."),
    ),
}
_SAME: dict[str, str] = {"malformed": "invalid", "later-release": "unavailable", "precondition-failed": "version-conflict"}


def wants_page(request: Request) -> bool:
    """A person in a browser asks: it says that it takes pages."""
    return "text/html" in request.headers.get("accept", "")


def refusal_page(frame: Frame, request: Request, error: TanggapError) -> Response:
    """Leads whoever is not signed in, or has to prove again who they are, to where one does, and from there to the page they asked for."""
    if isinstance(error, NotSignedIn | ProofNeeded) and request.method == "GET":
        again = {"again": "1"} if isinstance(error, ProofNeeded) else {}
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'next': _asked_for(request), **again})}", 303)
    faults = [fault.sentences for fault in error.faults if fault.sentences] if isinstance(error, Invalid) else []
    return frame.page(request, "refused.html", {"told": explained(error), "faults": faults}, error.status)


def missing_page(frame: Frame, request: Request, status: int, headers: Mapping[str, str] | None) -> Response:
    """For an address that no route has."""
    return frame.page(request, "refused.html", {"told": EXPLAINED["not-found"], "faults": []}, status, headers)


def explained(error: TanggapError) -> Explained:
    """The words for an error; a rule of the domain says its own sentence."""
    if isinstance(error, Refused):
        return Explained(say("Ini tidak dapat dilakukan"), Sentences(error.indonesian, error.english), say("Kembali ke halaman sebelumnya."))
    return EXPLAINED.get(_SAME.get(error.code, error.code), _UNKNOWN)


def _asked_for(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
