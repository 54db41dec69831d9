"""A whole district as real processes, load on it, and an oracle that compares what was acknowledged with what is stored."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg

from district.deployment import Deployment, free_port
from district.embedded.postgres import Postgres, start_postgres
from district.embedded.redis import Redis, start_redis
from district.logins import erasures_address, prepared
from district.sample.office import appoint_office
from district.sample.people import generate
from district.sample.roster import SOURCE, write_roster
from services.intake.roster.people import person_id, school_id
from shared.access import Identity, issue_token, service_principal

AGENCY = "agency-1"
CONSENT = {"giver": "student", "form": "F-1"}
PATIENCE = 60.0
ADDED_TO = 4
"""To every fourth concern of a load its reporter adds something."""


@dataclass
class Rig:
    """The district under test. acknowledged: concern id to its student; added: concerns that their reporter added to; keys: idempotency key to the concern it was answered with."""

    folder: Path
    postgres: Postgres
    redis: Redis
    deployment: Deployment
    agency_origin: str
    helpers: list[subprocess.Popen] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    attempted: int = 0
    problems: list[str] = field(default_factory=list)
    referred: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    _number: int = 0

    # who asks -----------------------------------------------------------------------------------------------------

    def headers(self, principal: Identity) -> dict[str, str]:
        return {"authorization": f"Bearer {issue_token(self.deployment.keys(), principal, datetime.now(UTC) + timedelta(hours=6))}"}

    def service(self) -> dict[str, str]:
        return self.headers(service_principal("faults"))

    def duty(self, number: int = 1) -> dict[str, str]:
        return self.headers(Identity(person_id(SOURCE, f"dinas-staf-0{number}"), "person"))

    # faults -------------------------------------------------------------------------------------------------------

    def arm(self, service: str, point: str, nth: int, run: int) -> None:
        (self.folder / f"fired-{service}").unlink(missing_ok=True)
        (self.folder / f"arm-{service}.json").write_text(json.dumps({"point": point, "nth": nth, "run": run}))

    def fired(self, service: str) -> bool:
        return (self.folder / f"fired-{service}").exists()

    def revive(self, service: str) -> None:
        """Waits for the death and starts the service again."""
        self.deployment.wait_dead(service)
        self.deployment.start(service)

    # load ---------------------------------------------------------------------------------------------------------

    async def load(self, count: int, *, category: str = "bullying", at_once: int = 16) -> list[str]:
        """Raises concerns, each repeated with the same key until it is acknowledged; the concerns' ids."""
        gate = asyncio.Semaphore(at_once)
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            return list(await asyncio.gather(*(self._raise(client, gate, category) for _ in range(count))))

    async def _raise(self, client: httpx.AsyncClient, gate: asyncio.Semaphore, category: str) -> str:
        self._number += 1
        number = self._number
        key, student = f"fault-{number}", person_id(SOURCE, f"smp1-murid-{number % 180 + 1:03}")
        body = {
            "school": school_id(SOURCE, "smp1"), "students": [{"id": student, "role": "affected"}], "kind": "incident", "categories": [category],
            "narrative": f"Kenari {number}", "channel": "api", "reporter": {"kind": "staff"},
        }  # fmt: skip
        self.attempted += 1
        async with gate:
            deadline = time.monotonic() + PATIENCE
            answers: set[tuple[str, str]] = set()
            while time.monotonic() < deadline:
                try:
                    answer = await client.post(
                        f"{self.deployment.origin('intake')}/intake/api/concerns", json=body, headers=self.service() | {"idempotency-key": key}
                    )
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code == 201:
                    told = answer.json()
                    answers.add((told["concern_id"], told["receipt"]))
                    self.acknowledged[told["concern_id"]] = student
                    if number % ADDED_TO == 0:
                        await self._add(client, told, key)
                    return str(told["concern_id"])
                await asyncio.sleep(0.05)
        self.problems.append(f"{key} was never acknowledged")
        return ""

    async def _add(self, client: httpx.AsyncClient, told: dict[str, str], key: str) -> None:
        """The reporter adds something, repeated with the same key until it is acknowledged."""
        path, body = f"/intake/api/concerns/{told['concern_id']}/additions", {"text": f"Kenari lagi {key}", "facts": {"fear": True}}
        headers = {"receipt": told["receipt"], "idempotency-key": key}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = await client.post(f"{self.deployment.origin('intake')}{path}", json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 201:
                self.added.add(told["concern_id"])
                return
            await asyncio.sleep(0.05)
        self.problems.append(f"an addition to {key} was never acknowledged")

    def refer(self, concern: str) -> None:
        """Takes the concern's case to a sent referral, by the duty officers."""
        case = self.wait_for(lambda: self._case_of(concern), f"a case of {concern}")
        base = f"{self.deployment.origin('cases')}/cases/api/cases/{case}"
        with httpx.Client(timeout=10, trust_env=False) as client:
            for officer in (1, 2):
                client.post(f"{base}/take-over-case", json={"reason": "x"}, headers=self.duty(officer)).raise_for_status()
            read = client.get(base, headers=self.duty()).json()
            known = {each["referral"] for each in read["referrals"]}
            draft = {"agency": AGENCY, "why": "x", "alternatives": ["agency-2"], "consent": "given"}
            client.post(f"{base}/draft-referral", json=draft, headers=self.duty()).raise_for_status()
            fresh = next(each["referral"] for each in client.get(base, headers=self.duty()).json()["referrals"] if each["referral"] not in known)
            client.post(f"{base}/record-consent", json={"referral": fresh, **CONSENT}, headers=self.duty()).raise_for_status()
            client.post(f"{base}/approve-referral", json={"referral": fresh}, headers=self.duty(2)).raise_for_status()
            client.post(f"{base}/send-referral", json={"referral": fresh, "package": "Kenari"}, headers=self.duty()).raise_for_status()
        self.referred.add(fresh)

    def _case_of(self, concern: str) -> str | None:
        rows = self.sql("SELECT substr(stream, 6) FROM cases.event WHERE type = 'strand-added' AND body LIKE %s", f"%{concern}%")
        return rows[0][0] if rows else None

    def wait_for(self, found, what: str, within: float = PATIENCE):
        deadline = time.monotonic() + within
        while not (value := found()):
            assert time.monotonic() < deadline, f"not within {within} s: {what}"
            time.sleep(0.05)
        return value

    # the oracle ---------------------------------------------------------------------------------------------------

    def sql(self, query: str, *values: object) -> list[tuple]:
        try:
            with psycopg.connect(self.postgres.url(), connect_timeout=5) as connection:
                return connection.execute(query, values).fetchall()
        except psycopg.OperationalError:
            return []

    def strands(self) -> Counter[str]:
        """How often each concern stands in a case."""
        rows = self.sql("SELECT body::json -> 'concern' ->> 'concern' FROM cases.event WHERE type = 'strand-added'")
        return Counter(row[0] for row in rows)

    def additions(self) -> Counter[str]:
        """How often something was added to each concern in a case."""
        rows = self.sql("SELECT body::json -> 'concern' ->> 'concern' FROM cases.event WHERE type = 'strand-continued'")
        return Counter(row[0] for row in rows)

    def lost(self) -> list[str]:
        """Acknowledged, and in no case: concerns, and what was added to them."""
        there, added = self.strands(), self.additions()
        return [concern for concern in self.acknowledged if not there[concern]] + [concern for concern in self.added if not added[concern]]

    def doubled(self) -> list[str]:
        """In a case more than once, or raised twice for one key."""
        twice = [concern for found in (self.strands(), self.additions()) for concern, count in found.items() if count > 1]
        raised = self.sql("SELECT count(*) FROM intake.event WHERE type = 'concern-received'")[0][0]
        extra = raised - self.attempted
        return twice + [f"{extra} concerns too many"] * (extra > 0)

    def webhooks(self) -> list[dict]:
        try:
            return httpx.get(f"{self.agency_origin}/log", timeout=5, trust_env=False).json()
        except httpx.HTTPError:
            return []

    def settle(self, within: float = PATIENCE) -> None:
        """Until nothing acknowledged is missing and every referral's webhook has arrived; then nothing may be there twice."""
        self.wait_for(lambda: not self.lost(), f"{len(self.lost())} acknowledged concerns in their case", within)
        self.wait_for(lambda: len({each["task"] for each in self.webhooks()}) >= len(self.referred), "a webhook for every referral", within)
        assert self.doubled() == []
        ids = {(each["task"], each["id"]) for each in self.webhooks()}
        assert len(ids) == len({task for task, _ in ids}), "a repeated webhook must carry the same id"
        assert self.problems == []

    def stop(self) -> None:
        self.deployment.stop()
        for helper in self.helpers:
            helper.terminate()
            helper.wait()
        if self.redis.process.poll() is None:
            self.redis.stop()
        if self.postgres.process.poll() is None:
            self.postgres.stop()


@contextmanager
def rig(folder: Path, *, off: str = "", only: tuple[str, ...] = (), **more: str):
    """A running district. more: settings. off: a protection to switch off, in the services named by `only` (all where none is named)."""
    folder.mkdir(parents=True, exist_ok=True)
    postgres = start_postgres(folder)
    redis = start_redis(folder)
    agency_port, mail_port = free_port(), free_port()
    settings = {
        "TANGGAP_DEMO_SIGN_IN": "true", "TANGGAP_LOOPBACK_WEBHOOKS": "true", "TANGGAP_RETRY_SECONDS": "0.3,0.5,1,2,4,8", "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "FAULTS_FOLDER": str(folder),
    } | more  # fmt: skip
    deployment = Deployment(folder, prepared(postgres.url(), folder), redis.url, launch="tests.faults.child {}", settings=settings)
    deployment.erasure = erasures_address(postgres.url(), folder)
    built = Rig(folder, postgres, redis, deployment, f"http://127.0.0.1:{agency_port}")
    try:
        secret = f"whsec_{b64encode(os.urandom(32)).decode()}"
        config = folder / "agency.json"
        config.write_text(json.dumps({"origin": "", "agencies": {AGENCY: {"secret": secret, "token": "", "behaviour": "silent"}}}))
        for module, *given in (
            ("district.simulators.mailbox", str(mail_port), str(folder / "mails.jsonl")),
            ("district.simulators.agency", str(agency_port), str(config)),
        ):
            built.helpers.append(subprocess.Popen([sys.executable, "-m", module, *given], stdin=subprocess.DEVNULL))
        for service in ("intake", "cases", "notifications"):
            deployment.start(service, FAULTS_OFF=off if not only or service in only else "")
        deployment.wait_ready(within=180)
        _fill(built, secret)
        yield built
    finally:
        built.stop()


def _fill(built: Rig, secret: str) -> None:
    bundle = write_roster(generate(), built.folder / "roster.zip")
    with httpx.Client(timeout=60, trust_env=False, headers=built.service()) as client:
        client.post(f"{built.deployment.origin('intake')}/intake/api/roster", content=bundle.read_bytes()).raise_for_status()
        appoint_office(client, built.deployment.origin("intake"), built.service(), generate())
        agency = {"id": AGENCY, "name": "x", "url": f"{built.agency_origin}/agencies/{AGENCY}", "secret": secret}
        client.post(f"{built.deployment.origin('notifications')}/notifications/api/agencies", json=agency).raise_for_status()
    people = built.sql("SELECT count(*) FROM intake.person_v1")[0][0]
    built.wait_for(lambda: built.sql("SELECT count(*) FROM notifications.person_v1")[0][0] == people, "the roster in notifications")
    built.wait_for(lambda: built.sql("SELECT count(*) FROM cases.person_v1")[0][0] == people, "the roster in cases")


def chance(seed: int) -> random.Random:
    return random.Random(seed)


STOP, GO = signal.SIGSTOP, signal.SIGCONT
