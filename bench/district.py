"""A running district to measure: servers, the three services as processes, a mailbox, an agency and a sample roster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import psycopg

from district.deployment import Deployment, free_port
from district.embedded.postgres import start_postgres
from district.embedded.redis import start_redis
from district.logins import prepared
from district.sample.office import appoint_office
from district.sample.people import generate
from district.sample.roster import SOURCE, write_roster
from services.intake.roster.people import person_id
from shared.access import Identity, issue_token, service_principal

AGENCY = "agency-1"
ENLARGED = 10
"""Factor on the sample's 600 students, because a student has one or two cases in a school year, not twenty."""


def duty(number: int) -> Identity:
    """One of the district's officers."""
    return Identity(person_id(SOURCE, f"dinas-staf-0{number}"), "person")


@dataclass
class District:
    """A running district with a mailbox and an agency. database_url: the administrator's, who sees everything. servers: the process of each."""

    folder: Path
    deployment: Deployment
    database_url: str
    agency_origin: str
    servers: Mapping[str, int]

    def processor(self, more: Sequence[Deployment] = ()) -> dict[str, float]:
        """Seconds of processor time that each service and each server has had, with all that it started. more: processes of the same services."""
        sets = [each.processes for each in (self.deployment, *more)]
        ours = {service: sum(_processor(each[service].pid) for each in sets) for service in self.deployment.processes}
        return ours | {name: _processor(pid) for name, pid in self.servers.items()}

    def headers(self, principal: Identity) -> dict[str, str]:
        return {"authorization": f"Bearer {issue_token(self.deployment.keys(), principal, datetime.now(UTC) + timedelta(hours=6))}"}

    def duty(self, number: int) -> dict[str, str]:
        return self.headers(duty(number))

    def scalar(self, query: str) -> int:
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def wait(self, query: str, at_least: int, within: float = 120.0) -> None:
        """Waits until the number is reached. It polls seldom and over one connection, so that watching does not slow down what is measured.

        Raises: TimeoutError.
        """
        started = time.perf_counter()
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while ((connection.execute(query).fetchone() or (0,))[0] or 0) < at_least:
                if time.perf_counter() - started > within:
                    raise TimeoutError(query)
                time.sleep(0.25)


@contextmanager
def running(folder: Path) -> Iterator[District]:
    """Starts servers, services, mailbox and agency, and imports the sample roster."""
    secret = f"whsec_{b64encode(os.urandom(32)).decode()}"
    with started(folder, secret) as district:
        _fill(district, secret)
        yield district


@contextmanager
def started(folder: Path, secret: str = "") -> Iterator[District]:
    """Starts servers, services, mailbox and agency, without a roster. secret: of the agency."""
    folder.mkdir(parents=True)
    postgres, redis = start_postgres(folder), start_redis(folder)
    mail_port, agency_port = free_port(), free_port()
    config = folder / "agency.json"
    config.write_text(json.dumps({"origin": "", "agencies": {AGENCY: {"secret": secret, "token": "", "behaviour": "silent"}}}))
    helpers = [
        subprocess.Popen([sys.executable, "-m", module, *given], stdin=subprocess.DEVNULL)
        for module, *given in (
            ("district.simulators.mailbox", str(mail_port), str(folder / "mails.jsonl")),
            ("district.simulators.agency", str(agency_port), str(config)),
        )
    ]
    settings = {
        "TANGGAP_DEMO_SIGN_IN": "true",
        "TANGGAP_LOOPBACK_WEBHOOKS": "true",
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "TANGGAP_LOG_LEVEL": "ERROR",
    }
    deployment = Deployment(folder, prepared(postgres.url(), folder), redis.url, settings=settings)
    try:
        deployment.start()
        deployment.wait_ready(within=60)
        servers = {"PostgreSQL": postgres.process.pid, "Redis": redis.process.pid}
        yield District(folder, deployment, postgres.url(), f"http://127.0.0.1:{agency_port}", servers)
    finally:
        deployment.stop()
        for helper in helpers:
            helper.terminate()
            helper.wait()
        redis.stop()
        postgres.stop()


def _processor(pid: int) -> float:
    """What has ended counts in the times of who started it."""
    process = psutil.Process(pid)
    return float(sum(sum(each.cpu_times()[:4]) for each in (process, *process.children(recursive=True))))


def _fill(district: District, secret: str) -> None:
    bundle = write_roster(generate(enlarged=ENLARGED), district.folder / "roster.zip")
    headers = district.headers(service_principal("bench"))
    with httpx.Client(timeout=300, trust_env=False, headers=headers) as client:
        client.post(f"{district.deployment.origin('intake')}/intake/api/roster", content=bundle.read_bytes()).raise_for_status()
        appoint_office(client, district.deployment.origin("intake"), headers, generate())
        agency = {"id": AGENCY, "name": "x", "url": f"{district.agency_origin}/agencies/{AGENCY}", "secret": secret}
        client.post(f"{district.deployment.origin('notifications')}/notifications/api/agencies", json=agency).raise_for_status()
    people = district.scalar("SELECT count(*) FROM intake.person_v1")
    for service in ("cases", "notifications"):
        district.wait(f"SELECT count(*) FROM {service}.person_v1", people)
