"""Whom to call where there is danger now: on the public pages and on every guide."""

from __future__ import annotations

from dataclasses import dataclass

from shared.pages.saying import say


@dataclass(frozen=True, slots=True)
class HelpLine:
    """number: as it is dialled. name: as it is said. who: answers."""

    number: str
    name: str
    who: str


HELP_LINES = (
    HelpLine("112", "112", say("darurat")),
    HelpLine("110", "110", say("polisi")),
    HelpLine("119", "119", say("medis; tekan 8 untuk bantuan kesehatan jiwa")),
    HelpLine("129", "SAPA 129", say("perempuan dan anak")),
)
