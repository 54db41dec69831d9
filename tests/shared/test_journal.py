"""The journal has what must outlive a restore before it is acknowledged, and whoever reads it knows which line is wrong (ADR 49)."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from services.cases import app as _cases
from services.intake import app as _intake
from services.notifications import app as _notifications
from services.notifications.domain.register import REGISTER, MarkUnsafe
from shared.clock import FixedClock
from shared.decider import execute
from shared.errors import Invalid, Unavailable
from shared.eventstore.store import Item, Stored, Write
from shared.journal import outliving
from shared.journal.reading import Read, read_journal
from shared.secretset import SecretSet
from tests.backups import AT, append
from tests.journals import occasion, told, with_store
from tests.keys import keys, secrets

SECRETS = secrets()
STREAM = "contact-siswa"


def mark(*guardians: str) -> MarkUnsafe:
    return MarkUnsafe(student="siswa", school="sd-1", guardians=guardians)


def read(folder: Path, known: SecretSet = SECRETS, now: datetime = AT) -> Read:
    return read_journal(folder, "notifications", keys("notifications", known, FixedClock(now)).held("journal"))


def marked(url: str, folder: Path, *guardians: str, known: SecretSet = SECRETS) -> None:
    told(url, "notifications", folder, known, REGISTER, STREAM, *(mark(each) for each in guardians))


def bodies(found: Read) -> list[str]:
    return [each.body for each in found.told]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


def file(folder: Path) -> Path:
    return folder / "notifications.journal"


def test_what_outlives_a_restore_is_said_by_the_events_themselves():
    assert all((_intake, _cases, _notifications))
    always = {"guardian-marked-unsafe", "home-marked-unsafe", "person-suspended", "erasure-requested", "erasure-decided", "keys-destroyed"}
    with_stream = {
        "person-reinstated", "person-dismissed", "account-locked", "account-unlocked", "account-closed", "credential-removed", "recovery-code-used",
        "session-ended", "api-key-revoked",
    }  # fmt: skip
    found = outliving()
    assert {kind for kind, where in found.items() if where == "always"} >= always
    assert {kind for kind, where in found.items() if where == "with-its-stream"} >= with_stream
    assert "concern-raised" not in found


def test_a_mark_is_in_the_journal_when_it_is_acknowledged(database, folder):
    async def work(store, _):
        await execute(store, REGISTER, STREAM, mark("ibu"), occasion())
        return bodies(read(folder))

    (body,) = with_store(database, "notifications", folder, SECRETS, work)
    assert body == '{"type":"guardian-marked-unsafe","version":1,"student":"siswa","guardian":"ibu","school":"sd-1"}'


def test_nothing_else_is_in_it(database, folder):
    async def work(store, _):
        event = replace(REGISTER.codec.encode(REGISTER.decide(mark("ibu"), REGISTER.initial)[0], "x", occasion(), 0), type="something-else")
        return await store.append(Item((Write("x", 0, (event,)),)))

    assert isinstance(with_store(database, "notifications", folder, SECRETS, work), Stored)
    assert not file(folder).exists()


def test_a_mark_that_the_journal_cannot_take_is_not_acknowledged_nor_its_repeat(database, folder, tmp_path):
    """It is stored, and answered with 503 until the journal has it: also where the repeat finds nothing left to decide."""
    tmp_path.joinpath("journal").write_text("a file where the folder should be")

    async def work(store, journal):
        for _ in range(2):
            with pytest.raises(Unavailable, match="journal of notifications cannot be written"):
                await execute(store, REGISTER, STREAM, mark("ibu"), occasion())
        folder.unlink()
        done = await execute(store, REGISTER, STREAM, mark("ibu"), occasion())
        return done.changed, done.state.unsafe

    assert with_store(database, "notifications", folder, SECRETS, work) == (False, frozenset({"ibu"}))
    assert len(read(folder).told) == 1


def test_nothing_is_built_on_a_mark_that_the_journal_does_not_have(database, folder):
    folder.write_text("a file where the folder should be")

    async def work(store, _):
        for each in ("ibu", "ayah"):
            with pytest.raises(Unavailable, match="journal of notifications cannot be written"):
                await execute(store, REGISTER, STREAM, mark(each), occasion())
        return [event.version for event in await store.read_stream(STREAM)]

    assert with_store(database, "notifications", folder, SECRETS, work) == [1]


def test_others_go_on_while_the_journal_cannot_be_written(database, folder):
    folder.write_text("a file where the folder should be")

    async def work(store, _):
        event = replace(REGISTER.codec.encode(REGISTER.decide(mark("ibu"), REGISTER.initial)[0], "x", occasion(), 0), type="concern")
        return await store.append(Item((Write("x", 0, (event,)),)))

    assert isinstance(with_store(database, "notifications", folder, SECRETS, work), Stored)


def test_what_a_killed_process_did_not_write_down_the_next_one_does(database, folder):
    stored = REGISTER.decide(mark("ibu", "ayah"), REGISTER.initial)
    append(database, "notifications", STREAM, [REGISTER.codec.encode(each, STREAM, occasion(), place) for place, each in enumerate(stored)])
    with_store(database, "notifications", folder, SECRETS, lambda store, journal: journal.follow(store))
    assert len(read(folder).told) == 2


def test_many_at_once_are_each_written_once_by_processes_that_share_the_file(database, folder):
    async def work(store, _):
        await asyncio.gather(*(execute(store, REGISTER, f"contact-{each}", mark("ibu"), occasion()) for each in range(40)))

    with_store(database, "notifications", folder, SECRETS, work)
    with_store(database, "notifications", folder, SECRETS, work)
    marked(database, folder, "ayah")
    found = read(folder)
    assert len({each.id for each in found.told}) == len(found.told) == 41


def test_a_half_line_of_a_killed_process_is_cut_off(database, folder):
    marked(database, folder, "ibu")
    whole = file(folder).read_bytes()
    file(folder).write_bytes(whole + whole[:50])
    assert len(read(folder).told) == 1
    marked(database, folder, "ayah")
    assert len(read(folder).told) == 2


def test_what_another_process_writes_meanwhile_makes_no_store_older_than_its_journal(database, folder, monkeypatch):
    async def work(store, journal):
        asked = store.head

        async def head_before_the_other_writes():
            found = await asked()
            monkeypatch.undo()
            await asyncio.to_thread(marked, database, folder, "ibu")
            return found

        monkeypatch.setattr(store, "head", head_before_the_other_writes)
        await journal.follow(store)

    with_store(database, "notifications", folder, SECRETS, work)
    marked(database, folder, "ayah")
    assert len(read(folder).told) == 2


def test_a_store_that_is_older_than_its_journal_is_named(database, folder):
    """As after a restore with other tools: what it tells now would be taken for what the journal has."""
    marked(database, folder, "a")
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE notifications.event DISABLE TRIGGER USER")
        connection.execute("DELETE FROM notifications.event")
    with pytest.raises(Unavailable, match="older than its journal"):
        with_store(database, "notifications", folder, SECRETS, lambda store, journal: journal.follow(store))


@pytest.fixture
def five(database, folder):
    marked(database, folder, "a", "b", "c", "d", "e")
    return file(folder)


def refused(folder: Path, known: SecretSet = SECRETS) -> str:
    with pytest.raises(Invalid) as caught:
        read(folder, known)
    return str(caught.value)


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_flipped_bit_is_named_by_its_line(five, folder, number):
    lines = five.read_bytes().splitlines(keepends=True)
    for place in range(0, len(lines[number - 1]) - 1, 37):
        flipped = bytearray(lines[number - 1])
        flipped[place] ^= 1
        five.write_bytes(b"".join((*lines[: number - 1], bytes(flipped), *lines[number:])))
        assert f"line {number} of" in refused(folder), place


def test_a_gap_is_named_by_the_line_after_it(five, folder):
    lines = five.read_bytes().splitlines(keepends=True)
    five.write_bytes(b"".join((*lines[:2], *lines[3:])))
    assert "line 3 of" in refused(folder)
    assert "what stood before it is missing" in refused(folder)


@pytest.mark.parametrize("kept", [0, 2, 4])
def test_a_cut_end_is_named_by_the_first_line_that_is_missing(five, folder, kept):
    five.write_bytes(b"".join(five.read_bytes().splitlines(keepends=True)[:kept]))
    assert f"line {kept + 1} of" in refused(folder)
    assert f"the end is cut off: {5 - kept} lines are missing" in refused(folder)


def test_a_cut_within_a_line_is_named(five, folder):
    five.write_bytes(five.read_bytes()[:-20])
    assert "line 5 of" in refused(folder)


def test_a_head_that_is_missing_or_of_another_journal_is_named(five, folder):
    head = folder / "notifications.journal.head"
    content = head.read_bytes()
    head.write_bytes(content.replace(b'"lines":5', b'"lines":4'))
    assert "notifications.journal.head was changed" in refused(folder)
    head.unlink()
    assert "is missing beside it: copy both" in refused(folder)


def test_a_journal_of_other_secrets_is_refused(five, folder):
    assert "a key that nobody vouches for" in refused(folder, secrets(b"z"))


def test_after_rotations_whoever_trusts_one_key_reads_all_lines(database, folder):
    """A restore has the secrets of its backup, which may be older or newer than any line."""
    first = SECRETS
    marked(database, folder, "a", known=first)
    second = first.rotated("notifications", b"2" * 32, since=AT, until=AT + timedelta(days=1))
    marked(database, folder, "b", known=second)
    third = second.rotated("notifications", b"3" * 32, since=AT, until=AT + timedelta(days=1))
    marked(database, folder, "c", known=third)
    (oldest, *_, newest) = third.of("notifications")
    for only in (oldest, newest):
        known = SecretSet((*first.only({"master", "access"}).secrets, only))
        assert len(read(folder, known).told) == 3


def test_a_key_that_vouches_for_itself_is_not_believed(database, folder):
    marked(database, folder, "a")
    foreign = secrets(b"z").rotated("notifications", b"y" * 32, since=AT, until=AT + timedelta(days=1))
    marked(database, folder, "b", known=foreign)
    assert "line 2 of" in refused(folder)
