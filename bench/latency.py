"""The three services as processes: from an accepted concern to the staff alert at the mail server and to the agency's webhook; and the whole loop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvloop

from bench.client import LightClient
from bench.table import Row, percentile
from district.deployment import Deployment, free_port
from district.embedded.postgres import start_postgres
from district.embedded.redis import start_redis
from district.sample.people import SCHOOLS, generate
from district.sample.roster import SOURCE, write_roster
from services.intake.roster.people import person_id, school_id
from shared.access import Principal, issue_token, service_principal

SECONDS = int(os.environ.get("BENCH_SECONDS", "20"))
AGENCY = "agency-1"
ENLARGED = 10
"""Times the sample's 600 students: in a school year a student has a case or two, not twenty."""

_SCHOOLS = tuple((school.key, school.students * ENLARGED) for school in SCHOOLS)


@dataclass
class District:
    """A running district with a mailbox and an agency."""

    folder: Path
    deployment: Deployment
    database_url: str
    agency_origin: str

    def headers(self, principal: Principal) -> dict[str, str]:
        key = urlsafe_b64decode(self.deployment.token_key)
        return {"authorization": f"Bearer {issue_token(key, principal, datetime.now(UTC) + timedelta(hours=6))}"}

    def duty(self, number: int) -> dict[str, str]:
        return self.headers(Principal(person_id(SOURCE, f"dinas-staf-0{number}"), "person", frozenset({"district-duty"})))

    def scalar(self, query: str) -> int:
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def wait(self, query: str, at_least: int, within: float = 120.0) -> float:
        started = time.perf_counter()
        while self.scalar(query) < at_least:
            if time.perf_counter() - started > within:
                raise TimeoutError(query)
            time.sleep(0.05)
        return time.perf_counter() - started


@contextmanager
def running(folder: Path) -> Iterator[District]:
    """Servers, services, mailbox, agency, sample roster."""
    folder.mkdir(parents=True)
    postgres, redis = start_postgres(folder), start_redis(folder)
    mail_port, agency_port = free_port(), free_port()
    secret = f"whsec_{b64encode(os.urandom(32)).decode()}"
    config = folder / "agency.json"
    config.write_text(json.dumps({"origin": "", "agencies": {AGENCY: {"secret": secret, "token": "", "behaviour": "silent"}}}))
    helpers = [
        subprocess.Popen([sys.executable, "-m", module, *given], stdin=subprocess.DEVNULL)
        for module, *given in (
            ("district.simulators.mailbox", str(mail_port), str(folder / "mails.jsonl")),
            ("district.simulators.agency", str(agency_port), str(config)),
        )
    ]
    settings = {"TANGGAP_DEMO_SIGN_IN": "true", "SMTP_URL": f"smtp://127.0.0.1:{mail_port}", "TANGGAP_LOG_LEVEL": "ERROR"}
    deployment = Deployment(folder, postgres.url(), redis.url, settings=settings)
    try:
        deployment.start()
        deployment.wait_ready(within=60)
        district = District(folder, deployment, postgres.url(), f"http://127.0.0.1:{agency_port}")
        _fill(district, secret)
        yield district
    finally:
        deployment.stop()
        for helper in helpers:
            helper.terminate()
            helper.wait()
        redis.stop()
        postgres.stop()


def _fill(district: District, secret: str) -> None:
    bundle = write_roster(generate(enlarged=ENLARGED), district.folder / "roster.zip")
    headers = district.headers(service_principal("bench"))
    with httpx.Client(timeout=300, trust_env=False, headers=headers) as client:
        client.post(f"{district.deployment.origin('intake')}/intake/api/roster", content=bundle.read_bytes()).raise_for_status()
        agency = {"id": AGENCY, "name": "x", "url": f"{district.agency_origin}/agencies/{AGENCY}", "secret": secret}
        client.post(f"{district.deployment.origin('notifications')}/notifications/api/agencies", json=agency).raise_for_status()
    people = district.scalar("SELECT count(*) FROM intake.person_v1")
    for service in ("cases", "notifications"):
        district.wait(f"SELECT count(*) FROM {service}.person_v1", people)


def _body(number: int, students: int) -> dict[str, Any]:
    key, size = _SCHOOLS[number % 4]
    places = [(number // 4 * 7 + each) % size + 1 for each in range(students)]
    named = [{"id": person_id(SOURCE, f"{key}-murid-{place:03}"), "role": "affected"} for place in places]
    return {
        "school": school_id(SOURCE, key), "students": named, "kind": "incident", "categories": ["learning"], "narrative": "x" * 300,
        "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip


async def raise_at(district: District, rate: float, seconds: float) -> dict[str, float]:
    """Raises concerns at a rate, 1.2 students each; when each was accepted, by concern."""
    accepted: dict[str, float] = {}
    url = f"{district.deployment.origin('intake')}/intake/api/concerns"
    client = LightClient(url, district.headers(service_principal("bench")))

    async def one(number: int) -> None:
        answer = await client.post(_body(number, 2 if number % 5 == 0 else 1), f"bench-{number}-{seconds}")
        accepted[answer["concern_id"]] = time.time()

    started, tasks = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    client.close()
    return accepted


def alert_latencies(district: District, accepted: dict[str, float]) -> list[float]:
    """Milliseconds from the acceptance to the first mail about the concern's alert."""
    mails: dict[str, float] = {}
    for line in (district.folder / "mails.jsonl").read_text().splitlines():
        told = json.loads(line)
        mails.setdefault(told["message_id"].strip("<>").split("@")[0], told["at"])
    with psycopg.connect(district.database_url) as connection:
        rows = connection.execute(
            "SELECT t.body::json ->> 'concern', o.id::text FROM notifications.outbox_v1 o"
            " JOIN cases.event t ON o.stream = 'alert-' || (t.body::json ->> 'case') || '-' || t.id AND t.type = 'case-triaged' WHERE o.step = 0"
        ).fetchall()
    first: dict[str, float] = {}
    for concern, outbox in rows:
        if outbox in mails and concern in accepted:
            first[concern] = min(first.get(concern, 1e12), mails[outbox])
    return [(at - accepted[concern]) * 1000 for concern, at in first.items()]


def refer(district: District, count: int) -> list[float]:
    """Sends referrals one after another; milliseconds from the sent command to the webhook's arrival."""
    sent: dict[str, float] = {}
    with httpx.Client(timeout=30, trust_env=False) as client, psycopg.connect(district.database_url) as connection:
        cases = [row[0] for row in connection.execute("SELECT case_id FROM cases.case_list_v1 LIMIT %s", (count,)).fetchall()]
        for case in cases:
            base = f"{district.deployment.origin('cases')}/cases/api/cases/{case}"
            draft = {"agency": AGENCY, "why": "x", "alternatives": ["other"], "consent": "given"}
            client.post(f"{base}/draft-referral", json=draft, headers=district.duty(1)).raise_for_status()
            referral = client.get(base, headers=district.duty(1)).json()["referrals"][-1]["referral"]
            client.post(f"{base}/approve-referral", json={"referral": referral}, headers=district.duty(2)).raise_for_status()
            sent[referral] = time.time()  # before it is accepted: the webhook may arrive before the answer does
            client.post(f"{base}/send-referral", json={"referral": referral, "package": "x"}, headers=district.duty(1)).raise_for_status()
        district.wait("SELECT count(*) FROM notifications.outbox_v1 WHERE kind = 'webhook' AND state = 'delivered'", len(cases))
        log = httpx.get(f"{district.agency_origin}/log", timeout=10, trust_env=False).json()
        arrived = {each["task"].rsplit("/", 1)[1]: each["at"] for each in log}
        tasks = connection.execute(
            "SELECT body::json ->> 'referral', body::json ->> 'task' FROM notifications.event WHERE type = 'task-requested'"
        ).fetchall()
    return [(arrived[task] - sent[referral]) * 1000 for referral, task in tasks if task in arrived and referral in sent]


def run(folder: Path) -> list[Row]:
    """Latencies at 50 concerns a second; and what the three processes weigh."""
    with running(folder) as district:
        uvloop.run(raise_at(district, 20, 2))
        accepted = uvloop.run(raise_at(district, 50, SECONDS))
        district.wait("SELECT count(*) FROM notifications.event WHERE type = 'alert-raised'", len(accepted))
        time.sleep(1)
        alerts = alert_latencies(district, accepted)
        webhooks = refer(district, 30)
        memory = sum(district.deployment.memory().values())
    return [
        Row(f"accept → alert handed to SMTP, 50/s: p50 ({len(alerts)})", percentile(alerts, 0.5), "ms", "<= 60 ms"),
        Row("accept → alert handed to SMTP, 50/s: p99", percentile(alerts, 0.99), "ms", "<= 250 ms"),
        Row(f"send referral → webhook received: p50 ({len(webhooks)})", percentile(webhooks, 0.5), "ms", "<= 60 ms"),
        Row("send referral → webhook received: p99", percentile(webhooks, 0.99), "ms", "<= 250 ms"),
        Row("memory of the three services (proportional set size)", memory, "MiB", "<= 400 MiB"),
    ]


def loop(folder: Path) -> list[Row]:
    """150 concerns a second through the whole loop; how far behind it is at the end; and intake to case alone."""
    with running(folder) as district:
        started = time.perf_counter()
        accepted = uvloop.run(raise_at(district, 150, SECONDS))
        took = time.perf_counter() - started
        strands = "SELECT count(*) FROM cases.event WHERE type = 'strand-added'"
        expected = district.scalar("SELECT count(*) FROM intake.event WHERE type = 'concern-raised'")
        behind_cases = district.wait(strands, expected)
        behind = behind_cases + district.wait("SELECT count(*) FROM notifications.event WHERE type = 'alert-raised'", expected)
        behind += district.wait("SELECT -count(*) FROM notifications.outbox_v1 WHERE state IN ('queued', 'sending')", 0)
        burst = _burst(district)
    return [
        Row("whole loop, offered 150/s: concerns accepted", len(accepted) / took, "/s", "150/s"),
        Row("whole loop: lag at the end", behind * 1000, "ms", "<= 1,000 ms"),
        Row("intake to case alone", burst, "/s", ">= 500/s"),
    ]


def _burst(district: District, count: int = 3000) -> float:
    """Concerns that cases folds in a second when a backlog waits: cases is stopped while intake accepts, notifications all the time."""
    strands = "SELECT count(*) FROM cases.event WHERE type = 'strand-added'"
    before = district.scalar(strands)
    district.deployment.send("notifications", signal.SIGSTOP)
    district.deployment.send("cases", signal.SIGSTOP)
    uvloop.run(raise_at(district, 400, count / 400))
    expected = district.scalar("SELECT count(*) FROM intake.event WHERE type = 'concern-raised'")
    started = time.perf_counter()
    district.deployment.send("cases", signal.SIGCONT)
    district.wait(strands, expected)
    took = time.perf_counter() - started
    district.deployment.send("notifications", signal.SIGCONT)
    return (expected - before) / took
