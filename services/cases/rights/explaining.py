"""Why somebody may or may not, in words of both languages, for whoever runs a district. It says nothing of what the case holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.cases.domain.case.state import Case
from services.cases.rights.case import NOT_YOURS, require_right, standing_of
from shared.access import Permissions, Principal
from shared.errors import NotAllowed, NotFound
from shared.rights.matrix import Level, Pair, Part, matrix

LEVELS: Mapping[Level, Pair] = {
    "content": ("isi kasus", "the case's content"),
    "summary": ("ringkasan", "the summary"),
    "metadata": ("metadata dan bukti keutuhan", "metadata and proofs"),
    "present": ("yang diberitahukan kepada sekolah murid sekarang", "what the student's school of today was alerted to"),
    "receiver": ("bahwa ada kasus yang diminta untuk diterima", "that there is a case to take"),
    "participant": ("satu kegiatan yang ditujukan kepadanya", "one activity that asks them"),
    "nothing": ("tidak ada, juga tidak bahwa kasus ini ada", "nothing, and not even that there is a case"),
}

PARTS: Mapping[Part, Pair] = {
    "list": ("daftar kasus", "list of cases"),
    "summary": ("ringkasan", "summary"),
    "strands": ("kata pelapor, catatan, rencana", "reporters' words, notes, plan"),
    "here": ("kata pelapor sejak murid pindah", "reporters' words since the student moved"),
    "proofs": ("riwayat dan bukti keutuhan", "history and proofs"),
    "decisions": ("tanda terima keputusan", "decision receipts"),
    "documents": ("dokumen", "documents"),
}

_STRANGER: Pair = (
    "Tidak ada peran di sekolah kasus ini yang menghubungkannya dengan kasus ini.",
    "No role at this case's school relates them to this case.",
)


_ON_LEAVE: Pair = (
    "Sedang cuti dari sekolah ini: selama cuti tidak membaca dan tidak menangani kasusnya, dan akses kembali setelah cuti berakhir.",
    "On leave from this school: during a leave nobody reads or works its cases, and access comes back when it ends.",
)


def explained(principal: Principal, case: Case, permissions: Permissions, now: datetime) -> dict[str, Any]:
    """relations: each with its reason. sees, parts: what of the case. asks_why: a reason is asked for. may, may_not: groups of commands.

    Raises: NotFound: there is no such case.
    """
    if case.case is None:
        raise NotFound(NOT_YOURS)
    found = standing_of(principal, case, now)
    told = [{"relation": name, **_said(row.names), "because": _said(row.because)} for name, row in zip(found.relations, found.rows, strict=True)]
    groups = {group: _may(principal, case, permissions, group, now) for group in sorted(permissions.groups)}
    return {
        "person": principal.id,
        "case": case.case,
        "roles": sorted({post.role for post in principal.posts if post.school in (None, case.school, case.elsewhere)}),
        "relations": told
        or [{"relation": None, "id": "tidak ada", "en": "none", "because": _said(_ON_LEAVE if case.school in principal.away else _STRANGER)}],
        "sees": {"level": found.sees, **_said(LEVELS[found.sees])},
        "parts": {part: {**_said(words), "seen": matrix().shows(found.sees, part)} for part, words in PARTS.items()},
        "asks_why": found.needs_reason,
        "may": [group for group, may in groups.items() if may],
        "may_not": [group for group, may in groups.items() if not may],
    }


def _said(pair: Pair) -> dict[str, str]:
    return {"id": pair[0], "en": pair[1]}


def _may(principal: Principal, case: Case, permissions: Permissions, group: str, now: datetime) -> bool:
    try:
        require_right(principal, case, permissions.command(group), None, now)
    except (NotAllowed, NotFound):
        return False
    return True
