"""When something was seen by whom it was not for: who and what, from the record of reads, and the notice due in 3 × 24 hours (UU PDP, 46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from psycopg import sql
from pydantic import AwareDatetime

from services.cases.domain.case.state import Case
from services.cases.domain.streams import case_stream
from services.cases.reading.read_log import SUMMONS_READ
from shared.access import EVERYWHERE, SignedIn
from shared.conditions import Conditions
from shared.decider import Decider, load
from shared.errors import Fault, Invalid
from shared.message import Event, Fact
from shared.pages.moments import Moments
from shared.service import Kernel

DUE = timedelta(hours=72)
MOST = 5_000
"""Rows of one answer: a longer span is asked for in parts."""

_SEEN = sql.SQL(
    "SELECT case_id, reader, array_agg(DISTINCT what ORDER BY what), min(read_at), max(read_at), count(*) FROM read_log WHERE {}"
    " GROUP BY case_id, reader ORDER BY case_id, reader LIMIT {}"
)

NOTICE = """Pemberitahuan tentang data pribadi (UU 27/2022 pasal 46)

Kepada: {whom}

Pada {first} sampai {last} data pribadi {count} murid dibuka oleh pihak yang tidak berhak.
Yang terlihat: {what}.
Kami mengetahuinya pada {found}. Sejak itu kami melakukan: [ISI: akses ditutup, sesi diakhiri, kata sandi diganti].
Yang dapat terjadi dan yang dapat Anda lakukan: [ISI].
Pertanyaan: [ISI: nama, telepon, alamat surel petugas pelindungan data].

Pemberitahuan ini wajib disampaikan paling lambat {due} kepada subjek data dan lembaga pengawas."""

PARTS = {
    "history": "riwayat kasus",
    "document": "surat resmi",
    SUMMONS_READ: "surat panggilan",
    "readers": "daftar pembaca",
    "decisions": "keputusan",
    "subject-access": "salinan data pribadi",
    "turned-away": "bahwa ada kasus",
}
"""Words of what was read; anything else stands by its code."""


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment until before another; of one reader or one case where they are named."""

    since: datetime
    until: datetime
    reader: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Breaches:
    """decider: of cases."""

    kernel: Kernel
    decider: Decider[Fact, Case, Event]

    async def seen(self, span: Span, schools: frozenset[str]) -> dict[str, Any]:
        """Who read what in the span, whose data it was, and the drafted notice. schools: whose cases who asks may know of.

        Raises: Invalid: too much for one answer. Unavailable.
        """
        wanted = Conditions()
        wanted.add("read_at >= %s AND read_at < %s", span.since, span.until)
        wanted.add_if_asked("reader = %s", span.reader)
        wanted.add_if_asked("case_id = %s", span.case)
        async with self.kernel.database.acting_as("reads").statement() as connection:
            rows = await (await connection.execute(_SEEN.format(wanted.where, MOST + 1), wanted.values)).fetchall()
        if len(rows) > MOST:
            raise Invalid(Fault("/until", "too-many"), message=f"more than {MOST} rows: ask for a shorter span, or for one reader")
        items = [item for row in rows if (item := await self._item(schools, *row))]
        return {"items": items, "students": sorted({each["student"] for each in items if each["student"]}), **self._notice(items)}

    async def _item(
        self, schools: frozenset[str], case: str, reader: str, what: list[str], first: datetime, last: datetime, count: int
    ) -> dict[str, Any] | None:
        state = (await load(self.kernel.store, self.decider, case_stream(case))).state
        if schools != EVERYWHERE and state.school not in schools:
            return None
        return {"case": case, "student": state.student, "reader": reader, "what": what, "first": first, "last": last, "reads": count}

    def _notice(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        found = self.kernel.clock.now()
        if not items:
            return {"due": None, "notice": ""}
        what = ", ".join(sorted({PARTS.get(part, part) for each in items for part in each["what"]}))
        first, last = min(each["first"] for each in items), max(each["last"] for each in items)
        count = len({each["student"] or each["case"] for each in items})
        told = {"first": first, "last": last, "found": found, "due": found + DUE}
        here = Moments("id", self.kernel.settings.time_zone)
        written = {name: here.moment(moment) for name, moment in told.items()}
        return {"due": found + DUE, "notice": NOTICE.format(whom="[ISI: orang tua/wali atau murid]", count=count, what=what, **written)}


def router(breaches: Breaches) -> APIRouter:
    """`GET /cases/api/breaches`."""
    routes = APIRouter(prefix="/cases/api", tags=["breaches"])

    @routes.get("/breaches", summary="Who read what in a span, whose data it was, and the drafted notice, due in 3 × 24 hours")
    async def seen(
        principal: SignedIn,
        since: AwareDatetime,
        until: AwareDatetime,
        reader: Annotated[str | None, Query(max_length=100)] = None,
        case: Annotated[str | None, Query(max_length=100)] = None,
    ) -> dict[str, Any]:
        schools = EVERYWHERE if principal.kind == "service" else principal.schools("district-officer", "auditor")
        return await breaches.seen(Span(since, until, reader, case), schools)

    return routes
