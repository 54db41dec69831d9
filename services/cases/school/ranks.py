"""What roles are called on pages of a school: the one place for each."""

from __future__ import annotations

from collections.abc import Mapping

from shared.pages import say

RANKS: Mapping[str, str] = {
    "counsellor": say("Konselor (guru BK)"),
    "coordinator": say("Koordinator BK"),
    "principal": say("Kepala sekolah"),
    "vice-principal": say("Wakil kepala sekolah"),
    "supervisor": say("Pengawas sekolah"),
    "district-officer": say("Pejabat dinas"),
    "district-duty": say("Petugas piket dinas"),
}
