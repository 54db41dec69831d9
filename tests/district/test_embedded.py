"""The embedded servers of a district that names none of its own: they start beside others and stop cleanly, and only their data stays."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis

from district.embedded import cluster, process
from district.embedded import postgres as postgresql
from district.embedded.cluster import binaries
from district.embedded.postgres import Postgres, start_postgres
from district.embedded.process import NOBODY
from district.embedded.redis import Redis, binary, start_redis
from district.embedded.servers import Servers
from shared.errors import StartRefused

pytestmark = pytest.mark.servers

CHECKOUT = Path(__file__).parents[2]
PATIENCE = 20.0


PROGRAM = """
import json, sys
from pathlib import Path
from district.embedded.servers import Servers

with Servers(Path(sys.argv[1]), {}) as servers:
    pids = [servers.postgres.process.pid, servers.redis.process.pid]
    print(json.dumps({"database": servers.administrator, "redis": servers.redis_url, "pids": pids}), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short folder for sockets, open to other users, of which nothing stays. It comes after pytest's own, which would move into it."""
    with tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def keep() -> Iterator[Callable[[Postgres | Redis], Postgres | Redis]]:
    """Kills a server at the end of the test if it still runs."""
    with ExitStack() as stack:

        def kept(server):
            stack.callback(lambda: server.kill() if server.process.poll() is None else None)
            return server

        yield kept


class Program:
    """A process of its own that has started both servers. told: what it says of them."""

    def __init__(self, home: Path, **more) -> None:
        command = (more.pop("python", sys.executable), "-c", more.pop("before", "") + PROGRAM, str(home))
        environment = os.environ | {"TMPDIR": tempfile.gettempdir(), "PYTHONDONTWRITEBYTECODE": "1"} | more.pop("env", {})
        self.process: subprocess.Popen[str] = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **more
        )
        self.servers: list[psutil.Process] = []

    def says(self) -> str:
        """The next line of its output."""
        assert self.process.stdout
        return self.process.stdout.readline()

    def complains(self) -> str:
        """Everything that it wrote to standard error."""
        assert self.process.stderr
        return self.process.stderr.read()

    def ready(self) -> dict[str, str]:
        line = self.says()
        assert line, self.complains()
        told = json.loads(line)
        self.servers = [psutil.Process(pid) for pid in told["pids"]]
        return told

    def finish(self) -> int:
        """Lets the program end by itself."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def still_there(self, *, after: float = PATIENCE) -> list[psutil.Process]:
        return psutil.wait_procs(self.servers, after)[1]

    def clear(self) -> None:
        for each in (self.process, *self.servers):
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait()
        for pipe in filter(None, (self.process.stdin, self.process.stdout, self.process.stderr)):
            pipe.close()


@contextmanager
def program(home: Path, **more) -> Iterator[Program]:
    started = Program(home, **more)
    try:
        yield started
    finally:
        started.clear()


def write(url: str, redis_url: str = "") -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    if redis_url:
        with redis.Redis.from_url(redis_url) as client:
            client.set("answer", 42)


def read(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    assert row
    return int(row[0])


def read_redis(url: str) -> bytes | None:
    with redis.Redis.from_url(url) as client:
        return client.get("answer")


def state_of(data: Path) -> str:
    """What PostgreSQL wrote about its last stop."""
    told = subprocess.run((str(binaries() / "pg_controldata"), str(data)), check=True, capture_output=True, text=True, env={"LC_ALL": "C"}).stdout
    return next(line.split(":", 1)[1].strip() for line in told.splitlines() if line.startswith("Database cluster state"))


def test_two_programs_that_start_at_once_never_collide(tmp_path):
    with program(tmp_path / "one") as one, program(tmp_path / "two") as two:
        first, second = one.ready(), two.ready()
        write(first["database"], first["redis"])
        with pytest.raises(psycopg.errors.UndefinedTable):
            read(second["database"])
        assert read_redis(second["redis"]) is None
        assert [one.finish(), two.finish()] == [0, 0]


def test_two_programs_that_start_at_once_on_the_same_data_leave_one_that_works(tmp_path):
    Servers(tmp_path, {}).__enter__().stop()
    with program(tmp_path) as one, program(tmp_path) as two:
        told = [each.says() for each in (one, two)]
        (works,) = [json.loads(line) for line in told if line]
        (refused,) = [each for each, line in zip((one, two), told, strict=True) if not line]
        assert "StartRefused" in refused.complains()
        write(works["database"], works["redis"])
        assert read(works["database"]) == 42


def test_a_second_program_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path, keep):
    first, cache = keep(start_postgres(tmp_path)), keep(start_redis(tmp_path))
    with pytest.raises(StartRefused, match="TANGGAP_HOME"):
        start_postgres(tmp_path)
    with pytest.raises(StartRefused, match="TANGGAP_HOME"):
        start_redis(tmp_path)
    write(first.url(), cache.url)
    assert (read(first.url()), read_redis(cache.url)) == (42, b"42")


def test_only_the_owner_may_enter_where_the_sockets_are_and_nothing_listens_on_the_network(tmp_path, keep):
    server, cache = keep(start_postgres(tmp_path)), keep(start_redis(tmp_path))
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (server.sockets, cache.path.parent)] == [0o700, 0o700]
    assert [psutil.Process(each.process.pid).net_connections("inet") for each in (server, cache)] == [[], []]


def test_a_folder_with_a_long_name_works(tmp_path, keep):
    home = tmp_path / ("n" * 120) / "district"
    server, cache = keep(start_postgres(home)), keep(start_redis(home))
    write(server.url(), cache.url)
    assert (read(server.url()), read_redis(cache.url)) == (42, b"42")


def test_servers_of_the_operator_are_used_and_none_of_ours_is_started(tmp_path):
    given = {"DATABASE_URL": "postgresql://db.example/tanggap", "REDIS_URL": "redis://cache.example"}
    with Servers(tmp_path, given) as servers:
        assert (servers.administrator, servers.redis_url) == (given["DATABASE_URL"], given["REDIS_URL"])
        assert (servers.postgres, servers.redis) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_ends_stops_its_servers_cleanly_and_a_second_start_finds_the_data(tmp_path):
    with program(tmp_path) as started:
        told = started.ready()
        write(told["database"], told["redis"])
        assert started.finish() == 0
        assert started.still_there() == []
    assert state_of(tmp_path / "postgresql") == "shut down"
    assert not (tmp_path / "postgresql" / "postmaster.pid").exists()
    with program(tmp_path) as again:
        told = again.ready()
        assert (read(told["database"]), read_redis(told["redis"])) == (42, b"42")


@pytest.mark.parametrize("death", [signal.SIGTERM, signal.SIGKILL])
def test_servers_stop_cleanly_when_the_program_dies(tmp_path, death):
    with program(tmp_path) as started:
        told = started.ready()
        write(told["database"], told["redis"])
        started.process.send_signal(death)
        assert started.process.wait(PATIENCE) == -death
        assert started.still_there() == []
    assert state_of(tmp_path / "postgresql") == "shut down"
    assert not (tmp_path / "postgresql" / "postmaster.pid").exists()


def test_ctrl_c_is_the_programs_to_handle(tmp_path, keep):
    server, cache = keep(start_postgres(tmp_path)), keep(start_redis(tmp_path))
    assert os.getpgrp() not in {os.getpgid(server.process.pid), os.getpgid(cache.process.pid)}


def test_postgresql_stops_cleanly_though_somebody_is_connected(tmp_path, keep):
    server = keep(start_postgres(tmp_path))
    connection = psycopg.connect(server.url())
    connection.execute("SELECT 1")
    server.stop()
    connection.close()
    assert server.process.returncode == 0
    assert state_of(server.data) == "shut down"


def test_a_start_that_fails_half_way_leaves_no_server_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("district.embedded.servers.start_redis", _refuse)
    with pytest.raises(StartRefused, match="planted"):
        Servers(tmp_path, {}).__enter__()
    assert state_of(tmp_path / "postgresql") == "shut down"


def _refuse(home: Path) -> Redis:
    raise StartRefused("planted")


def test_what_a_kill_leaves_behind_does_not_block_the_next_start_and_nothing_is_lost(tmp_path, keep):
    server, cache = keep(start_postgres(tmp_path)), keep(start_redis(tmp_path))
    write(server.url(), cache.url)
    server.kill()
    cache.kill()
    leftovers = (server.data / "postmaster.pid", server.sockets / ".s.PGSQL.5432", server.sockets / ".s.PGSQL.5432.lock", cache.path)
    assert all(each.exists() for each in leftovers)
    again, cache_again = keep(start_postgres(tmp_path)), keep(start_redis(tmp_path))
    assert (read(again.url()), read_redis(cache_again.url)) == (42, b"42")


def test_a_pid_file_that_names_somebody_else_by_now_harms_nobody(tmp_path, keep):
    server = keep(start_postgres(tmp_path))
    write(server.url())
    server.kill()
    pid_file = server.data / "postmaster.pid"
    with subprocess.Popen(("sleep", "600")) as bystander:
        try:
            pid_file.write_text("\n".join([str(bystander.pid), *pid_file.read_text().split("\n")[1:]]))
            again = keep(start_postgres(tmp_path))
            assert read(again.url()) == 42
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_a_pid_file_cut_short_by_a_power_cut_does_not_block(tmp_path, keep):
    server = keep(start_postgres(tmp_path))
    server.kill()
    (server.data / "postmaster.pid").write_text("")
    keep(start_postgres(tmp_path))


def test_servers_of_a_killed_program_that_are_still_stopping_do_not_block_the_next(tmp_path):
    with program(tmp_path) as killed:
        told = killed.ready()
        write(told["database"], told["redis"])
        killed.process.kill()
        with program(tmp_path) as again:
            told = again.ready()
            assert (read(told["database"]), read_redis(told["redis"])) == (42, b"42")


def test_data_that_was_half_created_is_created_again(tmp_path, keep):
    (tmp_path / "postgresql").mkdir()
    (tmp_path / "postgresql" / "base").write_text("half of an initdb")
    write(keep(start_postgres(tmp_path)).url())


def test_data_that_cannot_be_served_refuses_the_start_with_its_folder(tmp_path, keep):
    server = start_postgres(tmp_path)
    server.stop()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartRefused, match=str(server.data)):
        start_postgres(tmp_path)


def test_root_may_start_them_in_a_folder_that_only_root_may_enter(tmp_path, keep):
    if os.geteuid() != 0:
        pytest.skip("only root can be root")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    above = [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder in (home, *home.parents)]
    server, cache = keep(start_postgres(home)), keep(start_redis(home))
    write(server.url(), cache.url)
    assert (read(server.url()), read_redis(cache.url)) == (42, b"42")
    assert above == [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder, *_ in above]


def test_somebody_who_is_not_root_may_start_them_in_a_folder_of_their_own(temporary):
    theirs = temporary / "theirs"
    theirs.mkdir()
    identity: dict[str, Any] = {}
    python: tuple[str, dict[str, str]] = (sys.executable, {})
    if os.geteuid() == 0:
        os.chown(theirs, NOBODY, NOBODY)
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        python = interpreter_for(identity) or pytest.skip("another user can reach neither this interpreter nor the system's, or not the checkout")
    environment = {"TMPDIR": str(theirs), "HOME": str(theirs)} | python[1]
    with program(theirs / "home", python=python[0], env=environment, **identity) as started:
        told = started.ready()
        write(told["database"], told["redis"])
        assert read(told["database"]) == 42
        assert {uid for each in started.servers for uid in each.uids()} == {theirs.stat().st_uid}
        assert 0 not in {uid for each in started.servers for uid in each.uids()}
        assert started.finish() == 0
        assert started.still_there() == []
    assert state_of(theirs / "home" / "postgresql") == "shut down"


def interpreter_for(identity) -> tuple[str, dict[str, str]] | None:
    """An interpreter that this user may run: ours, or the system's of the same version over our packages; and its environment."""
    same = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")
    for python, more in ((sys.executable, {}), (same or "no-such-python", {"PYTHONPATH": sysconfig.get_path("purelib")})):
        probe, environment = (python, "-c", "import district.embedded.servers"), os.environ | more
        try:
            subprocess.run(probe, cwd=CHECKOUT, check=True, capture_output=True, env=environment, **identity)
        except (OSError, TypeError, subprocess.CalledProcessError):
            continue
        return python, more
    return None


FORBIDDEN = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig", "INT")


def test_where_user_namespaces_are_forbidden_root_uses_an_unprivileged_user_with_copies(tmp_path, monkeypatch, keep):
    if os.geteuid() != 0:
        pytest.skip("only root needs another user")
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv here")
    monkeypatch.setattr(process, "as_unprivileged", lambda: FORBIDDEN)
    monkeypatch.setattr(postgresql, "as_unprivileged", lambda: FORBIDDEN)
    monkeypatch.setattr(cluster, "as_unprivileged", lambda: FORBIDDEN)
    server = keep(start_postgres(tmp_path))
    write(server.url())
    assert psutil.Process(server.process.pid).uids().real == NOBODY
    server.stop()
    assert state_of(server.data) == "shut down"
    assert read(keep(start_postgres(tmp_path)).url()) == 42


def test_where_user_namespaces_are_forbidden_servers_stop_too_when_the_program_dies(tmp_path):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root with setpriv needs another user")
    before = (
        "from district.embedded import cluster, postgres, process\n"
        f"process.as_unprivileged = cluster.as_unprivileged = postgres.as_unprivileged = lambda: {FORBIDDEN!r}\n"
    )
    with program(tmp_path, before=before) as started:
        started.ready()
        started.process.kill()
        assert started.still_there(after=5) == []


def fake_redis(folder: Path, version: str) -> str:
    server = folder / "redis-server"
    server.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=00000000:0 malloc=libc bits=64 build=0'\n")
    server.chmod(0o755)
    return str(server)


def test_without_a_usable_redis_the_start_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(StartRefused, match=r"install redis-server 7\.0 or newer .* or set REDIS_URL"):
        start_redis(tmp_path)


def test_a_redis_on_path_is_taken_when_it_is_new_enough(tmp_path, monkeypatch):
    server = fake_redis(tmp_path, "7.0.15")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert binary() == server


def test_a_redis_on_path_that_is_too_old_is_passed_over(tmp_path, monkeypatch):
    old = fake_redis(tmp_path, "6.0.16")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(StartRefused, match=r"7\.0 or newer"):
        binary()
    monkeypatch.undo()
    assert binary() != old


def test_without_postgresql_the_start_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(StartRefused, match="make setup"):
        binaries()
