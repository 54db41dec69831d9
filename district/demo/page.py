"""The day on one page: what happened, who was not told, what to try next and as whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from district.demo import result
from district.demo.day import Day
from district.demo.wrong_export import refused_lines
from district.sample.faces import faces
from shared.eventstore.verify import Verified

WIDTH = 110
"""Columns where there is no terminal."""

UNTOLD = 9
"""Most lines of those who were not told; the rest stands in the file."""


def page(day: Day, verified: Sequence[Verified], missing: Sequence[str], *, width: int = WIDTH) -> list[str]:
    """What happened, who was not told, what is still open. width: columns."""
    lines = [
        *_happened(day, verified),
        "",
        "TIDAK DIBERI TAHU, DAN MENGAPA / NOT TOLD, AND WHY",
        *_first([f"{who}: {why}" for who, why in result.untold(day)], UNTOLD),
    ]
    for title, told in (
        ("DIBIARKAN / LEFT ALONE", [why for _, why in day.kept.left]),
        ("BELUM SELESAI / STILL OPEN", list(missing)),
    ):
        lines += ["", title, *_first(told, 3)] if told else []
    return [_cut(line, width) for line in lines]


def _happened(day: Day, verified: Sequence[Verified]) -> list[str]:
    cases = day.own_cases()
    closed = sum(case["state"] == "closed" for case in cases)
    levels = Counter(case["urgency"] for case in cases)
    answers = Counter(each["state"] for case in cases for each in case["referrals"])
    median, largest = result.latency(day)
    events, sound = sum(each.events for each in verified), not any(each.broken for each in verified)
    return [
        "YANG TERJADI / WHAT HAPPENED",
        f"  {len(day.raised)} kepedulian → {len(cases)} kasus, {closed} selesai / concerns → cases, closed",
        f"  tingkat / urgency: {_counted((level, levels[level]) for level in result.LEVELS)}",
        *(f"  {line}" for line in refused_lines(day)),
        f"  rujukan / referrals: {_counted(answers.items())}",
        *(f"  diberi tahu / told: {how}, {who}" for who, how in result.alerts(day)),
        f"  darurat diterima → peringatan pertama / emergency accepted → first alert: {median}, terlama / at most {largest}",
        f"  riwayat / history: {events} events, {'semua hash cocok / every hash verified' if sound else 'TIDAK COCOK / BROKEN'}",
    ]


def _counted(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts) or "-"


def _first(lines: Sequence[str], most: int) -> list[str]:
    kept = [f"  {line}" for line in lines[:most]]
    more = len(lines) - most
    return [*kept, f"  … dan {more} lagi / and {more} more"] if more > 0 else kept


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"


def to_try(day: Day, *, width: int = WIDTH) -> list[str]:
    """What to try next, with a link for each role. width: columns; a link is never cut."""
    origin = day.stage.origin
    lines = [
        "COBA / TRY NEXT",
        f"  Lapor atau minta bantuan / raise a concern: {origin}/intake/lapor",
        "  Masuk sebagai … / sign in as …:",
    ]
    for face in faces():
        link = f"    {origin}/masuk#{face.role}"
        lines.append(_cut(f"{link}  {' / '.join(face.title)}: {face.sees[0]}", max(width, len(link))))
    case = day.case_of("khusus-sabtu")
    return [*lines, f"  Riwayat kasus terberat / history of the severe case: ./tanggap case history {case['id'][:8]}"] if case else lines
