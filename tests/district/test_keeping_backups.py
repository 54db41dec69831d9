"""The backup of every night: told where it is read, alarmed where it fails, and gone after 30 days (ADR 39, ADR 49)."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from pyrage.x25519 import Identity

from district.backups.drilling import drill
from district.backups.keeping import keep, note
from district.backups.making import make
from district.deployment import new_secrets
from shared.database import Database
from shared.errors import StartRefused
from shared.service.backed_up import BackedUp, last_backup
from tests.backups import fill
from tests.logins import CODE, login

KEY = Identity.generate()
NOW = datetime(2026, 3, 31, 1, 30, tzinfo=UTC)
SECRETS = new_secrets()


def kept(url, folder, now=NOW):
    return keep(url, folder, now, lambda file: make(url, SECRETS, file, KEY.to_public()))


def told(url) -> BackedUp:
    async def asked() -> BackedUp:
        database = Database(login(url, "cases"), "cases", migrations=CODE / "cases" / "schema", size=2)
        await database.open()
        try:
            return await last_backup(database)
        finally:
            await database.close()

    return asyncio.run(asked())


def test_backups_older_than_thirty_days_are_removed_and_nothing_else(database, tmp_path):
    for name in ("tanggap-20260228T013000Z.age", "tanggap-20260301T013000Z.age", "holiday.age", "tanggap-20250101T013000Z.age.note"):
        (tmp_path / name).write_bytes(b"x")
    done = kept(database, tmp_path)
    assert done.removed == ("tanggap-20260228T013000Z.age",)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "holiday.age", "tanggap-20250101T013000Z.age.note", "tanggap-20260301T013000Z.age", "tanggap-20260331T013000Z.age",
    ]  # fmt: skip


def test_each_service_knows_of_a_good_backup(database, tmp_path):
    kept(database, tmp_path, datetime.now(UTC))
    found = told(database)
    assert (found.well, found.told()) == (True, "made 0 hours ago")


def test_without_any_backup_there_is_an_alarm_after_the_first_night(database):
    young = told(database)
    assert (young.well, young.age) == (True, None)
    assert young.told().startswith("none yet, the first night is still to come: ./tanggap backup key")
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE cases.migration SET applied_at = applied_at - interval '27 hours'")
    found = told(database)
    assert (found.well, found.age) == (False, None)
    assert found.told().startswith("none was ever made: ./tanggap backup key")


def test_a_failure_is_told_removes_nothing_and_is_over_with_the_next_good_one(database, tmp_path):
    (tmp_path / "tanggap-20250101T013000Z.age").write_bytes(b"the only one")

    def full(_):
        raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        keep(database, tmp_path, NOW, full)
    assert told(database).told().startswith("the last backup failed (OSError)")
    assert [each.name for each in tmp_path.iterdir()] == ["tanggap-20250101T013000Z.age"]
    kept(database, tmp_path, datetime.now(UTC))
    assert told(database).well


def test_one_that_is_older_than_a_day_is_no_longer_well(database, tmp_path):
    note(database, make(database, SECRETS, tmp_path / "old.age", KEY.to_public()))
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE cases.backup_made SET moment = moment - interval '27 hours'")
    found = told(database)
    assert (found.well, found.told()) == (False, "made 27 hours ago: look at the timer that runs ./tanggap backup keep FOLDER")
    assert found.age is not None
    assert found.age > timedelta(hours=26)


def test_a_drill_restores_beside_the_district_and_proves_every_history(database, tmp_path, monkeypatch):
    """The settings of the district that works are not handed on: its secrets and its database stay as they are."""
    fill(database, "intake", 30)
    file = make(database, SECRETS, tmp_path / "whole.age", KEY.to_public()).file
    (tmp_path / "key").write_text(str(KEY), encoding="utf-8")
    working = tmp_path / "secrets-of-the-district"
    working.write_text("untouched", encoding="utf-8")
    monkeypatch.setenv("TANGGAP_SECRETS_FILE", str(working))
    monkeypatch.setenv("DATABASE_ADMIN_URL", database)
    done = drill(file, tmp_path / "key", None, None)
    assert (done.restored["intake"], done.broken, working.read_text(encoding="utf-8")) == (30, {}, "untouched")
    assert done.restore_seconds > 0


def test_a_drill_goes_into_an_empty_folder_only(tmp_path):
    (tmp_path / "something").write_text("x")
    with pytest.raises(StartRefused, match="is not empty"):
        drill(tmp_path / "file", tmp_path / "key", None, tmp_path)
