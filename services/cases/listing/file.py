"""The list of cases as a spreadsheet: what the page shows, to whom it shows it; that it left is kept in each case's record of reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request

from services.cases.letters.spreadsheet import table
from services.cases.listing.asked import AskedOfList
from services.cases.listing.listing import Listing
from services.cases.reading.read_log import record_reads
from shared.access import Principal
from shared.database import Database
from shared.errors import Refused
from shared.pages import Frame, Text, say

MOST = 5_000
"""Cases of one file."""

WHAT = "list"
"""In the record of reads: a row of a list that left as a file."""

_TITLE = say("Daftar kasus")
_COLUMNS: Sequence[Text] = (
    say("Dibuka"),
    say("Murid"),
    say("Tingkat"),
    say("Keadaan"),
    say("Ditangani oleh"),
    say("Terakhir berubah"),
    say("Sekolah"),
)
_UNKNOWN, _WITHHELD = say("belum diketahui"), say("tidak untuk peran ini")


class TooManyForAFile(Refused):
    code = "too-many-for-a-file"
    status = 422
    indonesian = "Daftar ini terlalu panjang untuk satu berkas (paling banyak 5.000 kasus). Saring dahulu, misalnya menurut sekolah atau tingkat."
    english = "This list is too long for one file (at most 5,000 cases). Narrow it first, for example by school or level."


@dataclass(frozen=True, slots=True)
class ListFile:
    """Writes the file and keeps who took it. writing: one file at a time, beside the event loop: alerts and heartbeats go on meanwhile."""

    listing: Listing
    database: Database
    frame: Frame
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, request: Request, principal: Principal, asked: AskedOfList) -> bytes:
        """In the reader's language. Raises: TooManyForAFile; StillBuilding, BehindWrite, Unavailable."""
        rows = await self.listing.rows(principal, asked, limit=MOST + 1)
        if len(rows) > MOST:
            raise TooManyForAFile
        await record_reads(self.database, principal.id, {row.id: row.version for row in rows}, WHAT)
        speaking = self.frame.speaking(request)
        said = speaking.said
        cells = [
            (
                speaking.moments.day(row.opened, row.zone), row.student or said(_UNKNOWN if row.may_know_who else _WITHHELD), said(row.urgency),
                said(row.state), row.holder or "", speaking.moments.day(row.changed, row.zone), row.school,
            )
            for row in rows
        ]  # fmt: skip
        async with self.writing:
            return await asyncio.to_thread(table, said(_TITLE), [said(each) for each in _COLUMNS], cells)
