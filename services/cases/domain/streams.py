"""The names of the streams of cases, made and read in this one place."""

from __future__ import annotations

CASE, STUDENT, GROUP, ROTA = "case-", "student-", "group-", "duty-"


def case_stream(case: str) -> str:
    return CASE + case


def student_stream(student: str) -> str:
    return STUDENT + student


def group_stream(group: str) -> str:
    return GROUP + group


def activity_stream(strategy: str, activity: str) -> str:
    """The stream of a partnership or a consultation."""
    return f"{strategy}-{activity}"


def rota_stream(school: str) -> str:
    return ROTA + school


CALENDAR_STREAM = "calendar-district"
"""What is said of every school's calendar."""


def case_of(stream: str) -> str:
    """The case whose stream this is."""
    return stream.removeprefix(CASE)


def register_stream(school: str, year: int) -> str:
    """The register of a school's letters of one year."""
    return f"register-{school}-{year}"


def paper_stream(school: str) -> str:
    """What a school says of its paper: letterhead, emblem, numbers, signatories."""
    return f"paper-{school}"
