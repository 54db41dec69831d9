"""Gathers what is kept about one person, in words: what intake itself has, and what cases has. What is of others is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import format_date

from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.events import ConcernAddedTo, ConcernAnswered, ConcernReceived
from services.intake.domain.credentials import CredentialKind
from services.intake.domain.doubles import DOUBLES, STREAM
from services.intake.domain.roster import ROSTER, Entry
from services.intake.erasure.view import Erasures
from services.intake.views import Directory
from shared.decider import load
from shared.errors import NotFound
from shared.message import Event
from shared.neighbours import Told
from shared.sealed import Erased, Sealed
from shared.service import Kernel
from shared.subjects import Asked, Held, Part, Reader, ToPrint

KINDS = {"student": "murid", "guardian": "orang tua/wali", "staff": "pendidik atau tenaga kependidikan"}

DECIDED_BY_A_PERSON = Part(
    title="Keterangan lain",
    title_en="Anything else",
    facts=(
        (
            "Tanyakan kepada petugas",
            "Jika ada keterangan lain, petugas sekolah atau dinas yang memutuskan apa yang disampaikan kepada orang tua/wali.",
        ),
    ),
)
"""Stands in every guardian's copy, whatever is kept: by what a copy lacks, nobody learns whether there is a case."""

_REPORTED = "SELECT stream FROM event WHERE type = 'concern-received' AND body::json ->> 'reporter' = %s ORDER BY position"
_FILES = "SELECT count(*) FROM event WHERE stream = %s AND type = 'file-attached'"
_CALLED: Mapping[CredentialKind, str] = {
    "passkey": "kunci sandi di perangkat",
    "openid": "akun dari penyedia lain",
    "password": "kata sandi",
    "one-time-code": "kode dari aplikasi",
    "recovery-codes": "kode pemulihan",
}
_WAYS = "SELECT kind, count(*) FROM verifier WHERE person = %s GROUP BY kind ORDER BY kind"


@dataclass(frozen=True, slots=True)
class Copies:
    """cases: the sibling that has the histories, and prints."""

    kernel: Kernel
    directory: Directory
    erasures: Erasures
    cases: Told

    async def other_record(self, person: str) -> str | None:
        """The other id of a child who stands in the roster twice (ADR 58)."""
        return (await load(self.kernel.store, DOUBLES, STREAM)).state.same_child(person)

    async def of(self, person: str, by: str, reader: Reader, other: str | None = None) -> Held:
        """Everything. by: who asks for it. other: the child's other record, of which only the child's own copy tells: a guardian of one record
        may be kept away in the other.

        Raises: NotFound: nobody has this id. Unavailable.
        """
        records = [await self._record(each, by, reader) for each in (person, other if reader == "student" else None) if each]
        return Held(parts=tuple(part for parts in records for part in parts))

    async def _record(self, person: str, by: str, reader: Reader) -> tuple[Part, ...]:
        entry = (await load(self.kernel.store, ROSTER, f"person-{person}")).state
        if entry.person is None:
            raise NotFound("nobody in this district has this id")
        theirs = await self.cases.post("held", Asked(person=person, by=by, reader=reader), Held)
        own = [await self._roster(entry, reader), *(await self._of_their_own(person) if reader == "student" else [DECIDED_BY_A_PERSON])]
        return (*own, *theirs.parts)

    async def printed(self, person: str, by: str, reader: Reader, other: str | None = None) -> bytes:
        """The same as PDF. Raises: as `of`."""
        held = await self.of(person, by, reader, other)
        day = self.kernel.clock.now().astimezone(ZoneInfo(self.kernel.settings.time_zone)).date()
        name = dict(held.parts[0].facts).get("Nama", "")
        told = ToPrint(name=name, day=day, district=self.kernel.settings.district, reader=reader, parts=held.parts)
        return await self.cases.bytes("print", told)

    async def _of_their_own(self, person: str) -> list[Part]:
        """What is nobody's but theirs, so that no guardian is handed it: how they sign in, and what they reported, perhaps of that guardian."""
        return [await self._account(person), *await self._reported(person)]

    async def _roster(self, entry: Entry, reader: Reader) -> Part:
        told = entry.person
        if told is None:
            return Part(title="Data induk", title_en="Roster")
        schools = {str(each["school"]): str(each["name"]) for each in await self.directory.schools()}
        facts = {
            "Nama": await self._opened(told.name),
            "Sebagai": KINDS[told.kind],
            "Tanggal lahir": _aloud(await self._opened(told.born)),
            "Alamat surel": await self._opened(told.email) if reader == "student" else "",
            "Telepon": await self._opened(told.phone) if reader == "student" else "",
            "Sekolah": schools.get(told.school, ""),
            "Kelas": told.homeroom or "",
            "Orang tua/wali tercatat": f"{len(told.guardians)} orang" if told.kind == "student" else "",
        }
        return Part(title="Data induk", title_en="Roster", facts=_filled(facts))

    async def _account(self, person: str) -> Part:
        async with self.kernel.database.acting_as("sign-in").connection() as connection:
            rows = await (await connection.execute(_WAYS, (person,))).fetchall()
        ways = ", ".join(f"{_CALLED[kind]} ({count})" if count > 1 else _CALLED[kind] for kind, count in rows)
        return Part(title="Akun", title_en="Account", facts=(("Cara masuk", ways or "tidak ada akun"),))

    async def _reported(self, person: str) -> list[Part]:
        """What they reported themselves, in their own words. An anonymous report is nobody's."""
        async with self.kernel.database.connection() as connection:
            rows = await (await connection.execute(_REPORTED, (person,))).fetchall()
        return [await self._report(stream) for (stream,) in rows]

    async def _report(self, stream: str) -> Part:
        """How it began, and what was written about it since on both sides, whichever release stored it."""
        told = CONCERN.codec.decode_many(await self.kernel.store.read_stream(stream))
        files = await self._files(stream)
        facts = [fact for event in told for fact in await self._written(event)]
        counted = [("Lampiran", f"{files} berkas")] if files else []
        return Part(title="Laporan yang Anda buat", title_en="A report of yours", facts=(*facts, *counted))

    async def _written(self, event: Event) -> Sequence[tuple[str, str]]:
        match event:
            case ConcernReceived():
                told = {"Isi": event.narrative, "Cara menghubungi": event.reply_to}
            case ConcernAddedTo():
                told = {"Tambahan dari Anda": event.text}
            case ConcernAnswered():
                told = {"Jawaban petugas": event.text}
            case _:
                return ()
        return _filled({label: await self._opened(text) for label, text in told.items()})

    async def _files(self, stream: str) -> int:
        """How many came with it. The copy holds none: others may be seen in them, and a person decides about that."""
        async with self.kernel.database.statement() as connection:
            row = await (await connection.execute(_FILES, (stream,))).fetchone()
        return row[0] if row else 0

    async def _opened(self, sealed: Sealed | None) -> str:
        opened = await self.kernel.vault.open(sealed) if sealed else ""
        return "sudah dihapus" if isinstance(opened, Erased) else opened


def _aloud(day: str) -> str:
    """As one says a day; whatever else stands there stays as it is."""
    try:
        return format_date(date.fromisoformat(day), "d MMMM y", locale="id")
    except ValueError:
        return day


def _filled(facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in facts.items() if value)
