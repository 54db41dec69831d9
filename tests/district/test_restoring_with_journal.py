"""What must outlive a restore does: marks, suspensions and endings after the backup's moment are told again before anything serves (ADR 49)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pyrage.x25519 import Identity

from district.backups.making import make
from district.backups.reading import Reading
from district.backups.restoring import Restored, Wanted, restore
from district.deployment import new_secrets
from district.home import Home
from services.intake.domain.account.deciding import ACCOUNT
from services.intake.domain.account.standing import AccountClosed
from services.intake.domain.credentials import CredentialAdded, CredentialRemoved
from services.intake.domain.roster import ROSTER
from services.intake.domain.session import SESSION, Begin, End
from services.intake.sessions.word import session_stream
from services.notifications.domain.register import REGISTER, MarkUnsafe
from shared.decider import load
from shared.errors import Invalid
from shared.events import PersonReinstated, PersonSuspended, SessionBegun
from shared.eventstore.codec import EventCodec
from shared.eventstore.store import Item, Write
from shared.journal.reading import read_journal
from shared.message import Event, NewEvent
from shared.settings import read_settings
from tests.backups import AT, OCCASION, append, fill, verified
from tests.journals import told, with_store
from tests.keys import keys
from tests.logins import PASSWORDS
from tests.notifications.desk import KEY, Mailbox, desk, mail_server
from tests.notifications.scenes import in_states, staffed, to_be_told

BACKUP_KEY = Identity.generate()
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
SECRETS = new_secrets()
SESSION_ID = "5e" * 32
BEGUN = SessionBegun(session=SESSION_ID, person="p-1", kind="person", level="single", way="password", proved_at=AT, ends_at=NOW + timedelta(days=9))


@pytest.fixture(autouse=True)
def _logins(monkeypatch):
    """Logins belong to the whole server, which other tests use."""
    for service, password in PASSWORDS.items():
        monkeypatch.setenv(f"{service.upper()}_DATABASE_PASSWORD", password)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def world(database, folder, tmp_path):
    """A district with a session, a backup, and what happened after it."""
    fill(database, "cases", 3)
    told(database, "intake", folder, SECRETS, SESSION, session_stream(SESSION_ID), Begin(told=BEGUN))
    added = CredentialAdded(person="p-1", credential="c-1", kind="passkey", name="n")
    append(database, "intake", "account-p-1", [ACCOUNT.codec.encode(added, "account-p-1", OCCASION, 0)])
    told(database, "notifications", folder, SECRETS, REGISTER, "contact-before", mark("before"))
    file = make(database, SECRETS, tmp_path / "older.age", BACKUP_KEY.to_public()).file
    told(database, "intake", folder, SECRETS, SESSION, session_stream(SESSION_ID), End(why="by-person"))
    told(database, "notifications", folder, SECRETS, REGISTER, "contact-after", mark("after"))
    told(database, "cases", folder, SECRETS, REGISTER, "contact-elsewhere")
    return file


def mark(student: str) -> MarkUnsafe:
    return MarkUnsafe(student=student, school="sd-1", guardians=("ibu",))


def restored(url: str, home: Path, file: Path, journal: Path | None, accepted_by: str = "") -> Restored:
    reading = Reading(file, BACKUP_KEY)
    try:
        return restore(url, Home(home), Wanted(reading, journal, accepted_by), NOW, partitions=8)
    finally:
        reading.close()


def forbidden(url: str, student: str, folder: Path) -> bool:
    async def work(store, _):
        return (await load(store, REGISTER, f"contact-{student}")).state.forbids("ibu")

    return with_store(url, "notifications", folder / "other", SECRETS, work)


def rows(url: str, query: str):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def why_ended(url: str) -> list[str]:
    found = rows(url, "SELECT body::jsonb ->> 'why' FROM intake.event WHERE type = 'session-ended'")
    return [why for (why,) in found]


def test_marks_and_endings_after_the_backup_are_told_again(world, empty_database, folder, tmp_path):
    done = restored(empty_database, tmp_path / "home", world, folder, "Bu Sri")
    assert done.told == 2
    assert [forbidden(empty_database, each, folder) for each in ("before", "after")] == [True, True]
    assert why_ended(empty_database) == ["by-person"]
    assert rows(empty_database, "SELECT count(*) FROM notifications.event WHERE type = 'guardian-marked-unsafe'") == [(2,)]
    assert [verified(empty_database, service, SECRETS) for service in ("intake", "cases", "notifications")] == [None] * 3


def test_without_the_journal_they_are_lost_and_somebody_has_to_accept_that(world, empty_database, folder, tmp_path):
    """The protection switched off: the same restore forgets the mark."""
    with pytest.raises(Invalid, match=r"nothing is known of intake after .* --accepted-by NAME"):
        restored(empty_database, tmp_path / "home", world, None)
    assert rows(empty_database, "SELECT count(*) FROM intake.event") == [(0,)]
    done = restored(empty_database, tmp_path / "home", world, None, "Bu Sri")
    assert (forbidden(empty_database, "after", folder), why_ended(empty_database)) == (False, ["by-administrator"])
    assert set(done.uncovered) == {"intake", "cases", "notifications"}
    assert rows(empty_database, "SELECT accepted_by FROM intake.epoch") == [("Bu Sri",)]


def test_with_a_whole_journal_nobody_has_to_accept_anything(world, database, empty_database, folder, tmp_path):
    with_store(database, "cases", folder, SECRETS, lambda store, journal: journal.follow(store))
    done = restored(empty_database, tmp_path / "home", world, folder)
    assert (done.uncovered, rows(empty_database, "SELECT accepted_by FROM intake.epoch")) == ({}, [("",)])


def test_a_journal_older_than_the_backup_is_named(world, database, empty_database, folder, tmp_path):
    with_store(database, "cases", folder, SECRETS, lambda store, journal: journal.follow(store))
    old = tmp_path / "old"
    old.mkdir()
    for each in folder.iterdir():
        (old / each.name).write_bytes(each.read_bytes())
    told(database, "notifications", folder, SECRETS, REGISTER, "contact-latest", mark("latest"))
    newer = make(database, SECRETS, tmp_path / "newer.age", BACKUP_KEY.to_public()).file
    with pytest.raises(Invalid, match="nothing is known of notifications after 2026-03-02T08:00:00"):
        restored(empty_database, tmp_path / "home", newer, old)
    restored(empty_database, tmp_path / "home", newer, folder)
    assert forbidden(empty_database, "latest", folder)


def test_a_damaged_journal_restores_nothing(world, empty_database, folder, tmp_path):
    file = folder / "notifications.journal"
    file.write_bytes(file.read_bytes().replace(b"contact-after", b"contact-aftex"))
    with pytest.raises(Invalid, match=r"line 2 of .*notifications\.journal: it was changed"):
        restored(empty_database, tmp_path / "home", world, folder, "Bu Sri")
    assert not (tmp_path / "home" / "secrets").exists()


def test_a_folder_without_a_journal_is_named(world, empty_database, tmp_path):
    with pytest.raises(Invalid, match="holds no journal"):
        restored(empty_database, tmp_path / "home", world, tmp_path, "Bu Sri")


def test_a_suspension_outlives_also_where_the_person_came_after_the_backup(world, database, empty_database, folder, tmp_path):
    """And what belongs to something that the backup does not have is left out: there is nothing to end."""
    happened: tuple[tuple[str, EventCodec[Any], Event], ...] = (
        ("person-p-2", ROSTER.codec, PersonSuspended(person="p-2")),
        ("person-p-3", ROSTER.codec, PersonReinstated(person="p-3")),
        ("account-p-1", ACCOUNT.codec, CredentialRemoved(person="p-1", credential="c-1", why="person")),
        ("account-p-9", ACCOUNT.codec, AccountClosed(person="p-9")),
    )
    for number, (stream, codec, event) in enumerate(happened):
        _add(database, folder, stream, int(stream == "account-p-1"), codec.encode(event, f"{stream}-{number}", OCCASION, 1))
    restored(empty_database, tmp_path / "home", world, folder, "Bu Sri")
    after = "SELECT stream FROM intake.event WHERE stream ~ '^(person|account)-' ORDER BY position"
    assert rows(empty_database, after) == [("account-p-1",), ("person-p-2",), ("account-p-1",)]

    async def account(store, _):
        return (await load(store, ACCOUNT, "account-p-1")).state.verifies("c-1")

    assert with_store(empty_database, "intake", folder / "other", SECRETS, account) is False


def _add(url: str, folder: Path, stream: str, expected: int, event: NewEvent) -> None:
    with_store(url, "intake", folder, SECRETS, lambda store, _: store.append(Item((Write(stream, expected, (event,)),))))


def test_a_restored_district_keeps_the_same_journal_on(world, empty_database, folder, tmp_path):
    """Its secrets are new, and positions begin anew: a second restore reads old and new lines."""
    restored(empty_database, tmp_path / "home", world, folder, "Bu Sri")
    known = Home(tmp_path / "home").secrets().read()
    told(empty_database, "notifications", folder, known, REGISTER, "contact-again", mark("again"))
    for each in (SECRETS, known):
        found = read_journal(folder, "notifications", keys("notifications", each).held("journal"))
        assert [line.stream for line in found.told] == ["contact-before", "contact-after", "contact-after", "contact-again"]


@pytest.mark.anyio
async def test_no_marked_guardian_is_written_to_after_a_restore_from_an_older_backup(database, empty_database, redis_url, folder, tmp_path):
    """Security 23: chosen and marked after the backup; after the restore the notice is asked for again, and no mail leaves."""
    mailbox = Mailbox()
    known = (
        read_settings({"DATABASE_URL": database, "REDIS_URL": redis_url, "TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY}).secret_source().read()
    )
    async with mail_server(mailbox) as smtp:
        async with desk(database, redis_url, smtp, TANGGAP_JOURNAL=str(folder)) as running:
            await staffed(running)
            file = make(database, known, tmp_path / "older.age", BACKUP_KEY.to_public()).file
            body = {"student": "siswa", "guardian": "ibu", "school": "school-1"}
            counsellor = running.as_person("ani", "counsellor", "school-1")
            assert (await running.client.post("/notifications/api/do-not-contact", json=body, headers=counsellor)).status_code == 200
        restored(empty_database, tmp_path / "home", file, folder, "Bu Sri")
        secrets_file = str(Home(tmp_path / "home").secrets_file)
        async with desk(empty_database, redis_url, smtp, TANGGAP_SECRETS_FILE=secrets_file) as running:
            await running.hear(to_be_told("case-1"))
            await in_states(running, "case-1", "cancelled")
    assert mailbox.messages == []
