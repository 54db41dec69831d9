"""Real PostgreSQL from the binaries of a wheel, over a socket that only its owner may enter, and for whoever knows a password."""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from district.embedded.cluster import ADMINISTRATOR, binaries, create, secure
from district.embedded.folders import leave, private_folder, socket_path
from district.embedded.process import as_unprivileged, dying_with_us, needs_copies
from district.secret_file import secret_in
from shared.errors import StartRefused

START = 30.0
"""Seconds a start may take (crash recovery included) before it is refused."""

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    "log_min_messages": "fatal",  # an error message of the server may quote a value
    "log_min_error_statement": "panic",
}


@dataclass
class Postgres:
    """A running server of ours. data: its folder. sockets: the folder of its socket. password: the administrator's."""

    data: Path
    sockets: Path
    password: str = field(repr=False)
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """The administrator's address."""
        return administrators_url(self.sockets, self.password, database)

    def stop(self) -> None:
        """Clean shutdown: a fast one, then an immediate one after ten seconds."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)
        leave(self.sockets)

    def kill(self) -> None:
        """Kill -9 of the server and all its children, as a power cut would."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        for child in family:
            child.kill()
        psutil.wait_procs(family, 10)
        self.process.wait()

    def restart(self) -> None:
        """Starts again over the same data."""
        self.process = _launch(self.data, self.sockets, self.password)


def administrators_url(sockets: Path, password: str, database: str = "postgres") -> str:
    """The administrator's address at a server of ours."""
    return f"postgresql://{ADMINISTRATOR}:{quote(password)}@/{database}?host={quote(str(sockets))}"


def administrators_password(home: Path) -> str:
    """Made when the district's data is; kept in the home folder for its owner alone."""
    return secret_in(home / "database_administrator.secret")


def start_postgres(home: Path) -> Postgres:
    """Starts PostgreSQL with its data under `home`, creating it the first time.

    Raises: StartRefused: another program serves this data, the server does not come up, or its folder is not ours alone.
    """
    sockets = private_folder(socket_path(home / "postgresql"))
    data = (sockets if needs_copies() else home) / "postgresql"
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (data / "PG_VERSION").exists():
        create(data)
    _clear_leftover(data)
    password = administrators_password(home)
    secure(data, password)
    return Postgres(data, sockets, password, _launch(data, sockets, password))


def _clear_leftover(data: Path) -> None:
    """A crashed program may leave a server that is still stopping, or a pid file that names somebody else by now."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split("\n", 1)[0] or 0)
    if not _is_ours(pid, data):
        pid_file.unlink(missing_ok=True)
        return
    server = psutil.Process(pid)
    parent = server.parent()
    if parent is not None and parent.pid != 1:
        raise StartRefused(f"another Tanggap (process {parent.pid}) is running on {data.parent}: stop it, or set TANGGAP_HOME to another folder")
    server.send_signal(signal.SIGINT)
    psutil.wait_procs([server], START)


def _is_ours(pid: int, data: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and str(data) in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _launch(data: Path, sockets: Path, password: str) -> subprocess.Popen[bytes]:
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = (*as_unprivileged(), str(binaries() / "postgres"), "-D", str(data), "-k", str(private_folder(sockets)), *settings)
    log = (data / "server.log").open("ab")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", preexec_fn=dying_with_us())  # noqa: S603
    log.close()
    _wait(process, data, administrators_url(sockets, password))
    return process


def _wait(process: subprocess.Popen[bytes], data: Path, url: str) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    process.kill()
    tail = (data / "server.log").read_text(errors="replace")[-300:].strip()
    raise StartRefused(f"PostgreSQL did not start on {data}: {tail or 'no message'}")
