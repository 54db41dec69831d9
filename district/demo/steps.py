"""The day as a list of steps. To add one, write a function that takes the `Day`, in a file of its own, and put it into `STEPS` at its place.

A step is played once: what was played is kept, also over a program that was stopped in the middle of the day.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from district.demo import additions, beginning, casework, moving, special, still_open, working, wrong_export
from district.demo.day import Day, LeftAlone
from district.demo.telling import Telling
from shared.errors import TanggapError


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens on the day. name: unique, and never changed, because it is kept. words: in Indonesian and English.

    each_start: also where it was played before, because it holds only for as long as the program runs.
    """

    name: str
    words: tuple[str, str]
    play: Callable[[Day], None]
    each_start: bool = False


BEGINNING = (
    Step("roster", ("data sekolah dan murid diimpor", "the roster is imported"), beginning.import_the_roster),
    Step("office", ("orang dinas diangkat", "the district's own people are appointed"), beginning.appoint_the_office, each_start=True),
    Step("agencies", ("lembaga mitra didaftarkan", "partner agencies are registered"), beginning.import_the_agencies, each_start=True),
)

CONCERNS = (
    Step("concerns", ("kepedulian masuk lewat semua jalur", "concerns come in over all channels"), beginning.raise_all),
    Step("in-hand", ("kasus ditangani, rujukan diputuskan", "cases are taken in hand, referrals decided"), working.take_in_hand),
)

STORIES = (
    Step("matching", ("murid yang belum dikenal dikenali", "the unidentified student is matched"), special.match_the_unidentified),
    Step("home", ("wali yang aman diberi tahu", "guardians who are safe are told"), special.tell_home),
    Step("first-hour", ("jam pertama kasus terberat", "the first hour of the severe case"), special.first_hour),
    Step("referrals", ("rujukan dan jawaban lembaga", "referrals, and what agencies answer"), special.refer_and_wait),
    Step("counselling", ("konseling perorangan", "individual counselling"), casework.counselling),
    Step("group", ("konseling kelompok", "group counselling"), casework.group),
    Step("teacher-and-parents", ("guru dan orang tua", "a teacher and the parents"), casework.teacher_and_parents),
    Step("parent-refuses", ("orang tua menolak", "a parent refuses"), casework.parent_refuses),
    Step("conference-and-visit", ("konferensi kasus dan kunjungan rumah", "case conference and home visit"), casework.conference_and_visit),
    Step("outside-and-consultation", ("kerja sama dan konsultasi", "partnership and consultation"), casework.outside_and_consultation),
    Step("official", ("laporan resmi", "an official report"), casework.official),
    Step("police", ("permintaan data polisi", "a police request for data"), casework.police),
    Step("accused-principal", ("kepala sekolah terlapor", "an accused principal"), casework.accused_principal),
    Step("adult", ("murid dewasa", "an adult student"), casework.adult),
    Step("malicious", ("laporan yang sengaja bohong", "a deliberately false report"), casework.malicious),
    Step("siblings", ("saudara di dua sekolah", "siblings at two schools"), casework.siblings),
    Step("late-mark", ("wali yang kemudian ditandai tidak aman", "a guardian marked unsafe late"), casework.late_mark),
    Step("correction", ("fakta dikoreksi", "a fact is corrected"), casework.correction),
    Step("holiday", ("batas waktu melewati hari libur", "a deadline over a holiday"), casework.holiday),
    Step("new-words", ("pelapor kembali dengan tanda terima", "a reporter comes back with the receipt"), additions.play),
    Step("moving", ("murid pindah sekolah, lalu darurat", "a student moves, then an emergency"), moving.play),
)

ENDING = (
    Step("closing", ("kasus ditutup", "cases are closed"), working.close_all),
    Step("settling", ("semua pesan terkirim, semua pelapor dapat membaca hasilnya", "all is sent, and reporters can read"), working.settle),
)

BEFORE_SCHOOL = (
    Step("wrong-export", ("ekspor terpotong ditolak", "an export that was cut off is refused"), wrong_export.send_a_wrong_export),
    Step("leave", ("konselor cuti, pengganti ditunjuk", "a counsellor is on leave"), casework.leave),
)

NEXT_MORNING = (Step("still-open", ("yang masih terbuka esok paginya", "what the next morning finds open"), still_open.play),)

STEPS = (*BEGINNING, *BEFORE_SCHOOL, *CONCERNS, *STORIES, *ENDING, *NEXT_MORNING)
"""The sample's day."""

OWN_CONCERNS = (*BEGINNING, *CONCERNS, *ENDING)
"""The day of concerns of one's own: no story is known of them."""


def play(day: Day, steps: Sequence[Step], telling: Telling) -> None:
    """Plays what was not played yet. Raises: TanggapError: a step of a day that began just now was refused."""
    goes_on = day.kept.begun
    for step in steps:
        if step.each_start or step.name not in day.kept.steps:
            began = time.monotonic()
            telling.step(*step.words)
            _play(day, step, goes_on=goes_on)
            day.keep(step.name, time.monotonic() - began)


def _play(day: Day, step: Step, *, goes_on: bool) -> None:
    """goes_on: the day was cut off before. What had been done of a step may then refuse the rest, and the step stays as it is."""
    try:
        step.play(day)
    except LeftAlone as left:
        day.kept.left.append((step.name, str(left)))
    except TanggapError as refused:
        if not goes_on:
            raise
        day.kept.left.append((step.name, f"terputus tadi / cut off before: {refused}"))
