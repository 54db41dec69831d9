"""Who gets into the embedded servers (security, row 6): nobody without a password, and nobody through a folder that somebody else prepared."""

import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from district.embedded import cluster
from district.embedded.cluster import binaries
from district.embedded.folders import socket_path
from district.embedded.postgres import start_postgres
from district.embedded.process import NOBODY, as_unprivileged
from district.embedded.redis import start_redis
from district.secret_file import secret_in
from shared.errors import StartRefused

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short temporary folder of the test's own."""
    with tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o1777)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def refused_without_a_password(sockets: Path, user: str) -> bool:
    try:
        psycopg.connect(host=str(sockets), dbname="postgres", user=user).close()
    except psycopg.OperationalError as error:
        return "password" in str(error)
    return False


def answer(url: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute("SELECT * FROM kept").fetchall()


# passwords -----------------------------------------------------------------------------------------------------------


def test_nobody_signs_in_without_a_password(tmp_path):
    server = start_postgres(tmp_path)
    try:
        with psycopg.connect(server.url(), autocommit=True) as administrator:
            administrator.execute("CREATE ROLE tanggap_cases LOGIN")
            methods = administrator.execute("SELECT type, database, user_name, auth_method FROM pg_hba_file_rules").fetchall()
        assert methods == [("local", ["all"], ["all"], "scram-sha-256")]
        assert all(refused_without_a_password(server.sockets, user) for user in ("postgres", "tanggap_cases", "root"))
    finally:
        server.stop()


def test_the_administrator_s_password_is_kept_for_the_owner_alone_and_holds_after_a_restart(tmp_path):
    server = start_postgres(tmp_path)
    first = server.url()
    server.stop()
    kept = tmp_path / "database_administrator.secret"
    assert (stat.S_IMODE(kept.stat().st_mode), kept.read_text() in first) == (0o600, True)
    server = start_postgres(tmp_path)
    assert server.url() == first
    server.stop()
    server.restart()
    psycopg.connect(first).close()
    server.stop()


def test_a_password_that_was_lost_is_made_anew_over_the_same_data(tmp_path):
    server = start_postgres(tmp_path)
    with psycopg.connect(server.url(), autocommit=True) as administrator:
        administrator.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    lost = server.url()
    server.stop()
    (tmp_path / "database_administrator.secret").unlink()
    server = start_postgres(tmp_path)
    try:
        assert answer(server.url()) == [(42,)]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(lost)
    finally:
        server.stop()


@pytest.fixture
def trusting(tmp_path: Path) -> Path:
    """A home folder as releases before made it: whoever reaches the socket is in. It holds a table."""
    data = tmp_path / "postgresql"
    data.mkdir(mode=0o700)
    command = (*as_unprivileged(), str(binaries() / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C")
    subprocess.run(command, check=True, capture_output=True, cwd="/")
    single = (*as_unprivileged(), str(binaries() / "postgres"), "--single", "-D", str(data), "postgres")
    subprocess.run(single, check=True, capture_output=True, cwd="/", input=b"CREATE TABLE kept AS SELECT 42 AS answer\n")
    return tmp_path


def test_data_of_a_release_that_asked_for_no_password_keeps_everything_and_asks_from_its_first_start_on(trusting):
    server = start_postgres(trusting)
    try:
        assert answer(server.url()) == [(42,)]
        assert refused_without_a_password(server.sockets, "postgres")
    finally:
        server.stop()


def test_an_entry_that_was_added_by_hand_is_gone_at_the_next_start(tmp_path):
    start_postgres(tmp_path).stop()
    with (tmp_path / "postgresql" / "pg_hba.conf").open("a") as entry:
        entry.write("local all all trust\nhost all all 0.0.0.0/0 trust\n")
    server = start_postgres(tmp_path)
    server.stop()
    assert (tmp_path / "postgresql" / "pg_hba.conf").read_text() == cluster._ENTRY


def test_two_who_make_a_secret_at_once_get_the_same_one(tmp_path, monkeypatch):
    path = tmp_path / "x.secret"
    monkeypatch.setattr(Path, "exists", lambda _: False)  # each believes to be the first
    first, second = secret_in(path), secret_in(path)
    assert (first, len(first), [each.name for each in tmp_path.iterdir()]) == (second, 43, ["x.secret"])


# folders that can be guessed -----------------------------------------------------------------------------------------


def open_to_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def readable(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o750)


def of_somebody_else(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder of somebody else's")
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)


def a_link_to_our_own(folder: Path) -> None:
    other = folder.with_name("other")
    other.mkdir(mode=0o700)
    folder.symlink_to(other)


def a_link_to_nowhere(folder: Path) -> None:
    folder.symlink_to(folder.with_name("nowhere"))


def a_file(folder: Path) -> None:
    folder.write_text("")


FOREIGN = [open_to_all, readable, of_somebody_else, a_link_to_our_own, a_link_to_nowhere, a_file]


@pytest.mark.parametrize("prepare", FOREIGN)
@pytest.mark.parametrize(("start", "name"), [(start_postgres, "postgresql"), (start_redis, "redis")])
def test_a_folder_that_was_there_before_and_is_not_ours_alone_is_refused(tmp_path, prepare, start, name):
    folder = socket_path(tmp_path / name)
    prepare(folder)
    with pytest.raises(StartRefused) as caught:
        start(tmp_path)
    assert str(caught.value).startswith(f"{folder} is not ours alone")
    assert "remove it, or set TMPDIR" in str(caught.value)


@pytest.mark.parametrize("prepare", [open_to_all, of_somebody_else, a_link_to_our_own, a_link_to_nowhere, a_file])
def test_programs_in_a_folder_that_others_may_write_to_are_never_run(tmp_path, monkeypatch, temporary, prepare):
    monkeypatch.setattr(cluster, "needs_copies", lambda: True)
    prepare(temporary / "tanggap-postgresql-18")
    with pytest.raises(StartRefused, match="tanggap-postgresql-18 is not ours alone"):
        binaries()


def test_a_copy_of_the_programs_is_whole_or_not_there(monkeypatch, temporary):
    monkeypatch.setattr(cluster, "needs_copies", lambda: True)
    with monkeypatch.context() as interrupted:
        interrupted.setattr(Path, "rename", interrupt)
        with pytest.raises(KeyboardInterrupt):
            binaries()
    assert not (temporary / "tanggap-postgresql-18").exists()
    assert (binaries() / "initdb").exists()
    assert stat.S_IMODE((temporary / "tanggap-postgresql-18").stat().st_mode) == 0o755


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt
