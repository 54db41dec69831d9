"""What stands on a first page beside its lists: its title and what it is for. The page and the guide of a role say the same of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.cases.rights import OF_THE_SCHOOL
from shared.pages import say

LEADS = ("coordinator", "principal")
ABOVE = ("supervisor", "district-officer", "district-duty")


@dataclass(frozen=True, slots=True)
class Beside:
    """roles: on whose page it stands."""

    title: str
    told: str
    roles: tuple[str, ...]


BESIDE: Mapping[str, Beside] = {
    "own": Beside(say("Kasus saya"), say("Menurut apa yang diharapkan berikutnya."), (*OF_THE_SCHOOL, "district-duty")),
    "open": Beside(say("Kasus terbuka di sekolah"), say("Menurut tingkat; tekan angkanya untuk melihat kasusnya."), LEADS),
    "load": Beside(say("Kasus terbuka per petugas"), say("Siapa menangani berapa kasus, dan berapa yang mendesak."), LEADS),
    "figures": Beside(
        say("Angka bulan ini"), say("Waktu menanggapi, keterlambatan, sekolah tanpa laporan, dan rujukan tanpa jawaban menurut lembaga."), ABOVE
    ),
    "unserved": Beside(say("Sekolah tanpa konselor"), say("Kasusnya ditangani konselor gugus, bila ada."), ABOVE),
}
"""In the order of the page."""
