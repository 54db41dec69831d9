"""Which entries stand in the head of a page, for which roles: data, beside the permissions of their routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from shared.access import EVERYBODY
from shared.events import StaffRole
from shared.pages.saying import say

_READS_CASES = frozenset({"counsellor", "coordinator", "principal", "supervisor", "district-officer", "district-duty", "auditor"})

_HANDS_OUT_ACCOUNTS = frozenset({"coordinator", "school-operator", "principal", "vice-principal", "system-administrator", "district-duty"})
_HAS_AN_ACCOUNT = frozenset({*get_args(StaffRole), "student"})


@dataclass(frozen=True, slots=True)
class Entry:
    """text: in the catalogue. address: of a page. roles: who sees it; `EVERYBODY` also those who are not signed in."""

    text: str
    address: str
    roles: frozenset[str]


_TEACHES = frozenset({"vice-principal", "homeroom", "mentor", "subject-teacher"})
_WORKS = (_READS_CASES | _TEACHES) - {"auditor"}
"""Whom something can wait for."""

NAVIGATION = (
    Entry(say("Yang menunggu saya"), "/cases/menunggu", _WORKS),
    Entry(say("Kasus"), "/cases/", _READS_CASES),
    Entry(say("Akun staf"), "/intake/akun-staf", _HANDS_OUT_ACCOUNTS),
    Entry(say("Akun saya"), "/intake/akun", _HAS_AN_ACCOUNT),
    Entry(say("Lapor atau minta bantuan"), "/intake/lapor", frozenset({EVERYBODY})),
    Entry(say("Perkembangan laporan"), "/intake/status", frozenset({EVERYBODY})),
)


def entries_for(roles: frozenset[str]) -> list[Entry]:
    """What stands in the head for somebody with these roles."""
    return [entry for entry in NAVIGATION if not entry.roles.isdisjoint(roles | {EVERYBODY})]
