"""A restore brings everything of one moment back, ends what let people in, and changes nothing where it cannot be done."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from pyrage.x25519 import Identity
from typer.testing import CliRunner

from district.__main__ import app
from district.backups.making import make
from district.backups.reading import Reading
from district.backups.restoring import Wanted, restore
from district.deployment import new_secrets
from district.home import Home
from services.intake.domain.api_key import API_KEYS, STREAM, ApiKeyIssued
from services.intake.domain.session import SESSION
from services.intake.sessions.word import session_stream
from shared.errors import Invalid, StartRefused
from shared.events import SessionBegun
from tests.backups import AT, OCCASION, append, fill, verified
from tests.logins import PASSWORDS

KEY = Identity.generate()
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
SECRETS = new_secrets()
SESSION_ID, MACHINE = "5e" * 32, "0123456789abcdef"


@pytest.fixture(autouse=True)
def _logins(monkeypatch):
    """Logins belong to the whole server, which other tests use."""
    for service, password in PASSWORDS.items():
        monkeypatch.setenv(f"{service.upper()}_DATABASE_PASSWORD", password)


@pytest.fixture
def backup(database, tmp_path):
    fill(database, "intake", 60)
    fill(database, "cases", 40)
    begun = SessionBegun(session=SESSION_ID, person="p-1", kind="person", level="single", way="password", proved_at=AT, ends_at=NOW)
    append(database, "intake", session_stream(SESSION_ID), [SESSION.codec.encode(begun, session_stream(SESSION_ID), OCCASION, 0)])
    key = ApiKeyIssued(key=MACHINE, holder="rsud", kind="agency", scopes=("referrals:read",), hash="ab", until=NOW, at=AT)
    append(database, "intake", STREAM, [API_KEYS.codec.encode(key, STREAM, OCCASION, 0)])
    rows(database, "INSERT INTO notifications.notice_v1 VALUES ('\\x00', 'notice-1') RETURNING notice")
    rows(database, f"INSERT INTO notifications.task_link_v1 VALUES ('\\x00', 'task-1', 1, '{NOW}') RETURNING task")
    rows(database, f"INSERT INTO intake.invitation_link VALUES ('ab', 'p-1', '{NOW}') RETURNING hash")
    rows(database, "INSERT INTO keyring.key (person, purpose, wrapped) VALUES ('p-1', 'identity', '\\x01') RETURNING kid")
    return make(database, SECRETS, tmp_path / "whole.age", KEY.to_public()).file


def restored(url: str, folder: Path, file: Path):
    reading = Reading(file, KEY)
    try:
        return restore(url, Home(folder), Wanted(reading, None, "Bu Sri"), NOW, partitions=8)
    finally:
        reading.close()


def test_nobody_restores_without_naming_who_accepts_what_is_not_covered(backup, tmp_path):
    (tmp_path / "key").write_text(str(KEY), encoding="utf-8")
    done = CliRunner().invoke(app, ["restore", str(backup), "--key", str(tmp_path / "key")], env={"TANGGAP_HOME": str(tmp_path / "home")})
    assert done.exit_code != 0
    assert "name who accepts that with --accepted-by NAME" in " ".join(done.output.split())
    assert not (tmp_path / "home").exists()


def rows(url: str, query: str):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def events(url: str) -> int:
    """How many of intake's are there; none where its schema is not."""
    return rows(url, "SELECT count(*) FROM intake.event")[0][0] if rows(url, "SELECT to_regclass('intake.event')")[0][0] else 0


EVENTS = "SELECT * FROM {}.event WHERE type NOT IN ('session-ended', 'api-key-revoked') ORDER BY position"


def test_everything_of_the_moment_comes_back_byte_by_byte_and_histories_verify(database, empty_database, backup, tmp_path):
    fill(database, "intake", 10, begin=500)  # after the moment
    restored(empty_database, tmp_path / "home", backup)
    for service, count in (("intake", 62), ("cases", 40), ("notifications", 0)):
        there = rows(empty_database, EVENTS.format(service))
        assert there == rows(database, EVENTS.format(service))[:count]
    assert rows(empty_database, "TABLE keyring.key") == rows(database, "TABLE keyring.key")
    assert [verified(empty_database, service, SECRETS) for service in ("intake", "cases", "notifications")] == [None] * 3


def test_what_was_restored_goes_on(empty_database, backup, tmp_path):
    restored(empty_database, tmp_path / "home", backup)
    fill(empty_database, "intake", 5, begin=900)
    assert verified(empty_database, "intake", SECRETS) is None
    assert rows(empty_database, "SELECT count(*) FROM intake.event") == [(69,)]


def test_sessions_links_and_invitations_end_and_each_store_begins_an_epoch(empty_database, backup, tmp_path):
    done = restored(empty_database, tmp_path / "home", backup)
    assert (done.settled.sessions, done.settled.links, done.settled.machines) == (1, 3, 1)
    ended = rows(empty_database, "SELECT stream, body::jsonb ->> 'why' FROM intake.event WHERE type = 'session-ended'")
    assert ended == [(session_stream(SESSION_ID), "by-administrator")]
    revoked = rows(empty_database, "SELECT stream, body::jsonb ->> 'key', body::jsonb ->> 'why' FROM intake.event WHERE type = 'api-key-revoked'")
    assert revoked == [(STREAM, MACHINE, "restored")]
    assert rows(empty_database, "SELECT number, began_after FROM intake.epoch") == [(2, 62)]
    assert rows(empty_database, "SELECT count(*) FROM notifications.notice_v1") == [(0,)]


def test_what_lets_people_in_is_drawn_anew_and_the_master_secret_stays(empty_database, backup, tmp_path):
    restored(empty_database, tmp_path / "home", backup)
    known = Home(tmp_path / "home").secrets().read()
    assert known.of("master") == SECRETS.of("master")
    for name in ("access", "intake", "cases", "notifications"):
        old, new = known.of(name)
        assert (old.value, old.accepted_at(NOW), new.accepted_at(NOW)) == (SECRETS.of(name)[0].value, False, True)


def test_a_district_that_lives_is_never_replaced(database, backup, tmp_path):
    before = rows(database, EVENTS.format("intake"))
    with pytest.raises(StartRefused, match="lives here already"):
        restored(database, tmp_path / "home", backup)
    assert rows(database, EVENTS.format("intake")) == before
    assert not (tmp_path / "home" / "secrets").exists()


@pytest.mark.parametrize("tenths", range(1, 10, 2))
def test_a_restore_from_a_damaged_file_leaves_nothing_half_and_can_be_repeated(empty_database, backup, tmp_path, tenths):
    whole = backup.read_bytes()
    damaged = tmp_path / "damaged.age"
    damaged.write_bytes(whole[: len(whole) * tenths // 10])
    with pytest.raises(Invalid):
        restored(empty_database, tmp_path / "home", damaged)
    assert events(empty_database) == 0
    restored(empty_database, tmp_path / "home", backup)
    assert rows(empty_database, "SELECT count(*) FROM intake.event WHERE type NOT IN ('session-ended', 'api-key-revoked')") == [(62,)]


def test_a_backup_of_a_newer_release_is_refused_by_name(database, empty_database, tmp_path):
    rows(database, "INSERT INTO cases.migration (name) VALUES ('9999_of_tomorrow.sql') RETURNING name")
    file = make(database, SECRETS, tmp_path / "newer.age", KEY.to_public()).file
    with pytest.raises(Invalid, match="9999_of_tomorrow"):
        restored(empty_database, tmp_path / "home", file)
