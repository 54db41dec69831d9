"""Row 18 of what an attacker with a role found: heads leave the database, and a gap, a cut or a rewriting is named (ADR 50)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from district.commands.auditing import FITS, NONE_OUTSIDE, audited
from services.cases.reading.chained_reads import ReadSigner, verify_reads
from services.cases.reading.read_log import record_read
from shared.database import Database
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.signing import HeadSigner
from shared.eventstore.store import Item, Write
from shared.heartbeat import Heartbeats
from shared.journal.heads import HeadKeeper, heads_file, newest
from shared.message import NewEvent
from tests.keys import keys
from tests.logins import login


class Store:
    """The store of cases, its heads signed and kept outside."""

    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self.database, self.url, self.folder, self.keys = database, url, folder, keys("cases")
        heartbeats = Heartbeats(database)
        self.signer, self.keeper = HeadSigner(database, self.keys, heartbeats), HeadKeeper(folder, database, self.keys, heartbeats)
        self.reads = ReadSigner(database, self.keys, heartbeats)

    async def grows(self, count: int = 1) -> None:
        now, store = datetime.now(UTC), PostgresEventStore(self.database)
        for _ in range(count):
            event = NewEvent(uuid4(), "case-told", 1, "{}", "k", False, "a", None, now, uuid4(), uuid4())
            await store.append(Item((Write(f"case-{uuid4()}", 0, (event,)),)))
        await self.signer.vouch()
        await self.signer.sign_head()
        await self.keeper.keep()

    async def says(self, kept: Path | None = None) -> tuple[str, str, str]:
        found = await audited(self.database, self.keys, self.folder, None, kept)
        return str(found.broken or ""), found.outside, found.reads

    def administrator(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement)


@asynccontextmanager
async def store(url: str, folder: Path) -> AsyncIterator[Store]:
    database = Database(login(url, "cases"), "cases")
    await database.open()
    try:
        yield Store(database, url, folder)
    finally:
        await database.close()


def test_what_stands_as_it_was_kept_is_verified_and_without_heads_outside_it_is_said(database, tmp_path):
    async def scenario():
        async with store(database, tmp_path / "journal") as cases:
            assert await cases.says() == ("", NONE_OUTSIDE, FITS)
            await cases.grows(3)
            await cases.grows()
            assert len(heads_file(cases.folder, "cases").read_bytes().splitlines()) == 2
            assert await cases.says() == ("", FITS, FITS)

    asyncio.run(scenario())


CUT = (
    "DELETE FROM cases.event WHERE position > 2", "DELETE FROM cases.signed_head WHERE position > 2",
    "UPDATE cases.store_head SET position = 2, store_hash = (SELECT store_hash FROM cases.event WHERE position = 2)",
)  # fmt: skip


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (CUT, "the history was cut: position 4, which was kept outside, is missing"),
        (("DELETE FROM cases.signed_head",), "signed heads are missing: the one of position 4 was kept outside"),
        (
            ("UPDATE cases.event SET store_hash = '\\x00' WHERE position = 4",),
            "the history was rewritten: position 4 is not the one that was kept outside",
        ),
    ],
)
def test_a_cut_a_gap_and_a_rewriting_are_named_also_where_the_database_s_own_heads_went_with_it(database, tmp_path, done, told):
    async def scenario():
        async with store(database, tmp_path) as cases:
            await cases.grows(4)
            cases.administrator(*done)
            broken, outside, _ = await cases.says()
            assert outside == told
            assert broken == "" or "UPDATE cases.event" in done[0]  # the database alone would not have told

    asyncio.run(scenario())


def test_heads_that_somebody_kept_elsewhere_name_a_rewriting_also_where_the_journal_was_rewritten_with_it(database, tmp_path):
    async def scenario():
        kept = tmp_path / "heads.txt"
        async with store(database, tmp_path) as cases:
            for _ in range(2):
                await cases.grows(2)
                with kept.open("a") as file:
                    file.write(f"{newest(heads_file(tmp_path, 'cases'))}\n")
            assert await cases.says(kept) == ("", FITS, FITS)
            heads_file(tmp_path, "cases").unlink()
            cases.administrator(*CUT)
            assert await cases.says(kept) == ("", "the history was cut: position 4, which was kept outside, is missing", FITS)
            kept.write_text(kept.read_text().replace('"position":4', '"position":2'))
            assert (await cases.says(kept))[1] == "heads.txt, line 2: nobody who is trusted signed it"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "change", [lambda lines: lines[1:], lambda lines: [lines[0].replace(b'"position":1', b'"position":2'), lines[1]], lambda _: [b"x\n"]]
)
def test_a_file_of_heads_that_was_changed_is_named_by_line(database, tmp_path, change):
    async def scenario():
        async with store(database, tmp_path) as cases:
            await cases.grows()
            await cases.grows()
            path = heads_file(tmp_path, "cases")
            path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
            assert (await cases.says())[1].startswith("cases.heads, line 1:")

    asyncio.run(scenario())


async def read(cases: Store, *readers: str) -> None:
    for reader in readers:
        await record_read(cases.database, reader, "case-1", "history", 1)
    await cases.signer.vouch()
    await cases.reads.sign()


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("DELETE FROM cases.read_log WHERE number = 2", "a read before number 3 is missing"),
        ("DELETE FROM cases.read_log WHERE number = 3", "the last 1 reads are missing"),
        ("UPDATE cases.read_log SET reader = 'nobody' WHERE number = 2", "read number 2 was changed"),
    ],
)
def test_the_record_of_reads_is_chained_and_signed(database, tmp_path, done, told):
    async def scenario():
        async with store(database, tmp_path) as cases:
            await read(cases, "ani", "budi", "citra")
            assert (await verify_reads(cases.database, cases.keys)).broken == ""
            cases.administrator(done)
            assert (await verify_reads(cases.database, cases.keys)).broken == told

    asyncio.run(scenario())


def test_nobody_numbers_their_own_reads_and_many_at_once_make_one_chain(database, tmp_path):
    async def scenario():
        async with store(database, tmp_path) as cases:
            await asyncio.gather(*(record_read(cases.database, f"r-{number}", "case-1", "history", 1) for number in range(40)))
            async with cases.database.acting_as("reads").connection() as connection:
                await connection.execute(
                    "INSERT INTO read_log (reader, case_id, what, version, number, previous_hash, hash) VALUES ('x', 'c', 'w', 1, 7, '', '')"
                )
            assert await verify_reads(cases.database, cases.keys) == type(await verify_reads(cases.database, cases.keys))(41)

    asyncio.run(scenario())
