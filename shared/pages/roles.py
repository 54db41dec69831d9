"""What roles are called on screen and on paper: the one place for each."""

from __future__ import annotations

from collections.abc import Mapping

from shared.pages.languages import Text
from shared.pages.saying import say

ROLES: Mapping[str, Text] = {
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
    "student": ("Murid", "Student"),
    "guardian": ("Orang tua/wali", "Parent or guardian"),
}
"""The last two as one person: the catalogues have the same Indonesian words for several."""
