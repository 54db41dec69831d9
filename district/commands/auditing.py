"""What `audit verify` looks at in one store: its own chains and heads, the heads that were kept outside, and the record of reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.cases.reading.chained_reads import verify_reads
from shared.database import Database
from shared.eventstore.signing import public_bytes, recorded_keys, trusted
from shared.eventstore.verify import Broken, verify_store
from shared.journal.heads import HeadLine, compare, heads_file, read_heads, read_kept
from shared.keys import Keys

FITS = "verified"
NONE_OUTSIDE = "none kept"


@dataclass(frozen=True, slots=True)
class Audited:
    """outside, reads: `verified`, what is wrong, or that there is nothing to compare with."""

    service: str
    events: int
    streams: int
    broken: Broken | None
    outside: str
    reads: str

    @property
    def is_broken(self) -> bool:
        return self.broken is not None or self.outside not in (FITS, NONE_OUTSIDE) or self.reads not in (FITS, "-")


async def audited(database: Database, keys: Keys, journal: Path, stream: str | None, kept: Path | None = None) -> Audited:
    """keys: of the store's service. journal: the folder where heads are kept outside. stream: only what touches it. kept: a file of heads that an
    auditor or another machine kept.
    """
    own = await verify_store(database, keys, stream=stream)
    reads = (await verify_reads(database, keys)).broken or FITS if database.service == "cases" else "-"
    return Audited(own.service, own.events, own.streams, own.broken, await _outside(database, keys, journal, kept), reads)


async def _outside(database: Database, keys: Keys, journal: Path, kept: Path | None) -> str:
    path = heads_file(journal, database.service)
    if not path.exists() and not kept:
        return NONE_OUTSIDE
    public = trusted(database.service, keys.held("head"), await recorded_keys(database))
    known = {public_bytes(each).hex() for each in public.values()}
    try:
        lines: list[HeadLine] = read_heads(path, database.service, known) if path.exists() else []
        lines += read_kept(kept, database.service, known) if kept else []
    except ValueError as wrong:
        return str(wrong)
    except OSError as error:
        return f"{kept} cannot be read ({type(error).__name__})"
    return await compare(database, lines) or FITS
