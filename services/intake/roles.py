"""What roles are called on screen: the one place for each."""

from __future__ import annotations

from collections.abc import Mapping

from shared.events import Role, SchoolKind
from shared.pages import Text, say

ROLES: Mapping[Role, Text] = {
    "counsellor": say("Konselor (guru BK)"),
    "coordinator": say("Koordinator BK"),
    "principal": say("Kepala sekolah"),
    "vice-principal": say("Wakil kepala sekolah"),
    "homeroom": say("Wali kelas"),
    "mentor": say("Guru wali"),
    "subject-teacher": say("Guru mata pelajaran"),
    "school-operator": say("Operator sekolah"),
    "supervisor": say("Pengawas sekolah"),
    "district-officer": say("Pejabat dinas"),
    "district-duty": say("Petugas piket dinas"),
    "auditor": say("Auditor"),
    "system-administrator": say("Administrator sistem"),
    "agency-officer": say("Petugas lembaga"),
    "student": say("Murid"),
    "guardian": say("Orang tua/wali"),
}

SCHOOL_KINDS: Mapping[SchoolKind, Text] = {
    "regency": say("sekolah kabupaten/kota"),
    "province": say("sekolah provinsi"),
    "kemenag": say("madrasah (Kemenag)"),
}
"""Schools by who is responsible for them."""
