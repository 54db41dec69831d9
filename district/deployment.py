"""The three services as processes of their own over given servers, as a district would run them: for faults and benchmarks."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from shared.clock import SystemClock
from shared.errors import StartRefused
from shared.keys import SERVICES, Keys, needed_by
from shared.secretfile import GivenSecrets, write_secrets
from shared.secretset import SECRET_NAMES, Secret, SecretSet, new_secret

_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that nobody uses now, below those that systems give to outgoing connections: a service that starts again finds it free.

    It is given once until this process ends, also where several of our programs ask: a service listens only seconds later. Raises: StartRefused.
    """
    for port in secrets.SystemRandom().sample(_PORTS, len(_PORTS)):
        if is_free(port) and _claim(port):
            return port
    raise StartRefused(f"no port between {_PORTS.start} and {_PORTS.stop} is free on 127.0.0.1")


def _claim(port: int) -> bool:
    """False where one of our processes has it. The system drops a claim with its process; where it has no such names, nothing is claimed."""
    if sys.platform != "linux":
        return True
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0tanggap-port-{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()  # stays open until this process ends
    return True


def is_free(port: int) -> bool:
    """A server could listen there now: nobody does, whatever they speak."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def new_secrets() -> SecretSet:
    """A new district's, one of each name."""
    return SecretSet(tuple(Secret(name, "1", new_secret()) for name in SECRET_NAMES))


@dataclass
class Deployment:
    """Three service processes that find each other.

    folder: where the logs go. databases: each service's own address. settings: environment added to every process.
    erasure: the address of the login that destroys keys, for intake; empty: nobody can.
    launch: how a service is started, with `{}` for its name; the fault tests put their own module here.
    checkout: where the code lies that is started; None: where we are.
    """

    folder: Path
    databases: Mapping[str, str]
    redis_url: str
    launch: str = "services.{}"
    checkout: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    erasure: str = field(default="", repr=False)
    ports: dict[str, int] = field(default_factory=lambda: {service: free_port() for service in SERVICES})
    secrets: SecretSet = field(default_factory=new_secrets)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def origin(self, service: str) -> str:
        """Base URL of a service."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def keys(self) -> Keys:
        """What the operator's tools may derive."""
        return Keys("district", GivenSecrets(self.secrets), SystemClock())

    def give_secrets(self) -> None:
        """Writes each service's own file, with the secrets it needs and no other's; services that run read it again within a second."""
        for service in SERVICES:
            write_secrets(self._secrets_file(service), self.secrets.only(needed_by(service)))

    def _secrets_file(self, service: str) -> Path:
        return self.folder / "secrets" / service

    def start(self, *services: str, **extra: str) -> None:
        """Starts the services (all where none is named) with `extra` in their environment, and does not wait."""
        self.give_secrets()
        for service in services or SERVICES:
            log = (self.folder / f"{service}.log").open("ab")
            self.processes[service] = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", *self.launch.format(service).split()],
                env={**_without_administrator(os.environ), **self.environment(service), **extra},
                cwd=self.checkout,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            log.close()

    def environment(self, service: str) -> dict[str, str]:
        """What the service is told."""
        origins = {f"TANGGAP_ORIGIN_{each.upper()}": self.origin(each) for each in SERVICES}
        return {
            "DATABASE_URL": self.databases[service],
            "REDIS_URL": self.redis_url,
            "TANGGAP_SECRETS_FILE": str(self._secrets_file(service)),
            "HOST": "127.0.0.1",
            "PORT": str(self.ports[service]),
            **origins,
            **({"TANGGAP_ERASURE_DATABASE_URL": self.erasure} if self.erasure and service == "intake" else {}),
            **self.settings,
        }

    def wait_ready(self, *services: str, within: float = 30.0) -> None:
        """Until every named service (all where none is named) says it is ready. Raises: StartRefused with the log's last lines."""
        deadline = time.monotonic() + within
        for service in services or SERVICES:
            while not self.is_ready(service):
                if time.monotonic() > deadline or self.processes[service].poll() is not None:
                    raise StartRefused(f"{service} did not become ready: {self._tail(service)}")
                time.sleep(0.05)

    def is_ready(self, service: str) -> bool:
        """What its /readyz says now."""
        try:
            return httpx.get(f"{self.origin(service)}/{service}/readyz", timeout=2, trust_env=False).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def send(self, service: str, which: signal.Signals) -> None:
        """Sends a signal to a service's process."""
        self.processes[service].send_signal(which)

    def kill(self, service: str) -> None:
        """Kill -9, and wait until it is gone."""
        self.processes[service].kill()
        self.processes[service].wait()

    def wait_dead(self, service: str, within: float = 30.0) -> None:
        """Until the process has ended by itself. Raises: subprocess.TimeoutExpired."""
        self.processes[service].wait(within)

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL after ten seconds."""
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def memory(self) -> dict[str, float]:
        """Proportional set size of each service in MiB, as the kernel counts it."""
        return {service: _proportional(process.pid) for service, process in self.processes.items()}

    def processor(self) -> dict[str, float]:
        """Seconds of processor time of each service so far. Neighbours on the machine change them less than they change how long anything takes."""
        return {service: _spent(process.pid) for service, process in self.processes.items()}

    def _tail(self, service: str) -> str:
        log = self.folder / f"{service}.log"
        return log.read_text(errors="replace")[-600:] if log.exists() else "(no log)"


def _without_administrator(environment: Mapping[str, str]) -> dict[str, str]:
    """A service refuses to hold the administrator's address, which an operator's shell may know."""
    return {name: value for name, value in environment.items() if name != "DATABASE_ADMIN_URL"}


def _spent(pid: int) -> float:
    after_its_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_its_name[11]) + int(after_its_name[12])) / os.sysconf("SC_CLK_TCK")


def _proportional(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
