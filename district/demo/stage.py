"""The stage of the demonstration: servers, the district behind one origin, simulated agencies and a mailbox, each in a process of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from district.deployment import free_port, is_free
from district.embedded.process import dying_with_us
from district.embedded.servers import Servers
from district.home import ROOT, Home, wanted_port
from district.logins import addresses
from district.sample.agencies import AGENCIES, agency_id
from district.serving import port_in_use
from shared.access import Identity
from shared.errors import StartRefused, Unavailable
from shared.keys import SERVICES

START = 60.0
_BEHAVIOUR = {"psikolog": "decline", "rsud": "accept", "puskesmas": "down"}


@dataclass
class Stage:
    """The addresses of everything on the stage. secrets: the `whsec_…` of the sample agencies. administrator: the address of the database."""

    home: Home
    origin: str
    agency_origin: str
    mails: Path
    secrets: dict[str, str]
    administrator: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def token(self, person: str) -> dict[str, str]:
        """Headers that sign in a person; what they may do is looked up."""
        if person not in self._tokens:
            self._tokens[person] = {"authorization": f"Bearer {self.home.token(Identity(person, 'person'))}"}
        return self._tokens[person]

    def databases(self) -> dict[str, str]:
        """Each service's own address, once the services have started."""
        return addresses(self.administrator, self.home.folder)

    def watch(self) -> None:
        """Waits while everything runs. Raises: Unavailable: something has ended by itself."""
        while all(process.poll() is None for process in self.processes):
            time.sleep(0.5)
        raise Unavailable(f"a part of the demonstration has ended: see {self.home.folder / 'demo.log'}, and start it again")

    def stop(self) -> None:
        """Every helper process, the last one first."""
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demonstration answers. moved_from: the port that was wanted, where somebody else has it."""

    port: int
    moved_from: int | None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sentence(self) -> str:
        """Where it is, and why there."""
        if self.moved_from is None:
            return f"Tanggap: {self.origin}/"
        return f"Port {self.moved_from} sudah dipakai, jadi / is taken, so Tanggap: {self.origin}/"


def find_place() -> Place:
    """The wanted port (TANGGAP_PORT, else 8000), or a free one if it is taken. Raises: StartRefused."""
    wanted = wanted_port()
    return Place(wanted, None) if is_free(wanted) else Place(free_port(), wanted)


@contextmanager
def stage(home: Home, place: Place) -> Iterator[Stage]:
    """Sets everything up and takes it down again. Raises: StartRefused."""
    home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    agency_port, mail_port = free_port(), free_port()
    with Servers(home.folder) as servers:
        mails = home.folder / "demo-mails.jsonl"
        built = Stage(home, place.origin, f"http://127.0.0.1:{agency_port}", mails, _secrets(home), servers.administrator)
        try:
            _start(built, "district.simulators.mailbox", str(mail_port), str(mails))
            _start(built, "district.simulators.agency", str(agency_port), str(_configure(built)))
            environment = {
                "DATABASE_ADMIN_URL": servers.administrator,  # `up` migrates with it
                "REDIS_URL": servers.redis_url,
                "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
                "TANGGAP_HOME": str(home.folder),
                "TANGGAP_PORT": str(place.port),
                "TANGGAP_DEMO_SIGN_IN": "true",
                "TANGGAP_LOOPBACK_WEBHOOKS": "true",
                "TANGGAP_RETRY_SECONDS": "0.5,1,2,4,8,16,30",
            }
            _start(built, "district", "up", **environment)
            _wait_ready(built, place)
            yield built
        finally:
            built.stop()


def _secrets(home: Home) -> dict[str, str]:
    path = home.folder / "demo-agencies.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({key: f"whsec_{b64encode(secrets.token_bytes(32)).decode()}" for key, *_ in AGENCIES}), encoding="utf-8")
    told: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return told


def _configure(built: Stage) -> Path:
    agencies = {}
    for key, *_ in AGENCIES:
        token = built.home.token(Identity(agency_id(key), "agency"))
        agencies[key] = {"secret": built.secrets[key], "token": token, "behaviour": _BEHAVIOUR.get(key, "accept")}
    path = built.home.folder / "demo-agencies.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"origin": built.origin, "agencies": agencies}), encoding="utf-8")
    return path


def _start(built: Stage, module: str, *given: str, **environment: str) -> None:
    log = (built.home.folder / "demo.log").open("ab")
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", module, *given],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=dying_with_us(),
    )
    log.close()
    built.processes.append(process)


def _wait_ready(built: Stage, place: Place) -> None:
    """Until this district serves: another one that took the port meanwhile answers there as well, and is not ours to play in."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in built.processes):
            break
        if port_in_use(built.home.folder) == place.port and all(_is_ready(f"{built.origin}/{service}/readyz") for service in SERVICES):
            return
        time.sleep(0.1)
    raise StartRefused(f"the demonstration did not start: see {built.home.folder / 'demo.log'}")


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3, trust_env=False).is_success
    except httpx.HTTPError:
        return False
