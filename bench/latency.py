"""Measures the time from an accepted concern to the alert at the mail server and to the agency's webhook, and the whole loop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import psycopg
import uvloop

from bench.client import LightClient
from bench.district import ENLARGED, District, running
from bench.referring import EACH, Referring
from bench.table import Row, percentile
from district.sample.people import SCHOOLS
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import service_principal

SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))

_SCHOOLS = tuple((school.key, school.students * ENLARGED) for school in SCHOOLS)


def concern_of(number: int, students: int) -> dict[str, Any]:
    """What a reporter sends; of others for each number."""
    key, size = _SCHOOLS[number % 4]
    places = [(number // 4 * 7 + each) % size + 1 for each in range(students)]
    named = [{"id": person_id(SOURCE, f"{key}-murid-{place:03}"), "role": "affected"} for place in places]
    return {
        "school": school_id(SOURCE, key), "students": named, "kind": "incident", "categories": ["learning"], "narrative": "x" * 300,
        "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip


async def raise_at(
    district: District, rate: float, seconds: float, referring: Referring | None = None, answered: list[float] | None = None,
    ended: asyncio.Event | None = None,
) -> dict[str, float]:  # fmt: skip
    """Raises concerns at a rate, with 1.2 students each; where asked, one in ten is referred. Gives the time at which each concern was accepted.

    answered: is filled with the milliseconds that each reporter waited. ended: nobody reports any more, though the seconds are not over.
    """
    accepted: dict[str, float] = {}
    waited = [] if answered is None else answered
    client = LightClient(district.deployment.origin("intake"))
    headers = district.headers(service_principal("bench"))

    async def one(number: int) -> None:
        key = {"idempotency-key": f"bench-{number}-{rate}-{seconds}"}
        sent = time.perf_counter()
        answer = await client.post("/intake/api/concerns", concern_of(number, 2 if number % 5 == 0 else 1), headers | key)
        accepted[answer["concern_id"]] = time.time()
        waited.append((time.perf_counter() - sent) * 1000)
        if referring and number % EACH == 1:
            referrals.append(asyncio.create_task(referring.refer(answer["concern_id"])))

    referrals: list[asyncio.Task[None]] = []
    started, tasks = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        if ended and ended.is_set():
            break
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks, *referrals)
    client.close()
    return accepted


def alert_latencies(district: District, accepted: dict[str, float]) -> list[float]:
    """Milliseconds from accepting a concern to the first mail of its alert."""
    return [(min(mails) - accepted[concern]) * 1000 for concern, mails in _alerted(district, accepted).items()]


def _alerted(district: District, accepted: dict[str, float]) -> dict[str, list[float]]:
    """The time at which the mail server took the first mail of each alert, by concern. Raises: KeyError: there was none."""
    mails: dict[str, float] = {}
    for line in (district.folder / "mails.jsonl").read_text().splitlines():
        told = json.loads(line)
        for alert in told["alerts"]:
            mails.setdefault(alert, told["at"])
    with psycopg.connect(district.database_url) as connection:
        rows = connection.execute(
            "SELECT t.body::json ->> 'concern', o.id::text FROM notifications.outbox_v1 o"
            " JOIN cases.event t ON o.stream = 'alert-' || (t.body::json ->> 'case') || '-' || t.id AND t.type = 'case-triaged' WHERE o.step = 0"
        ).fetchall()
    taken: dict[str, list[float]] = {}
    for concern, outbox in rows:
        if concern in accepted:
            taken.setdefault(concern, []).append(mails[outbox])
    assert len(taken) == len(accepted), "not every concern was alerted"
    return taken


def _behind(district: District, accepted: dict[str, float], referring: Referring) -> float:
    """Milliseconds that the loop is behind at the end: from the last accepted concern to the last alert, or from a last referral to its webhook."""
    end = max(accepted.values())
    alerted = max(at for mails in _alerted(district, accepted).values() for at in mails)
    received = [at - max(end, sent) for sent, at in referring.received()]
    assert len(received) == len(referring.sent), "not every referral arrived"
    return max(alerted - end, *received) * 1000


def run(folder: Path) -> list[Row]:
    """Measures latencies at 50 concerns per second, and the memory of the three processes."""
    return _measured(folder, 50, (60, 250))


def hurried(folder: Path) -> list[Row]:
    """The same at 100 concerns per second. What is accepted is in its agency's hands as fast on a busy day as on a quiet one."""
    return _measured(folder, 100, (30, 120))


def _measured(folder: Path, rate: int, bars: tuple[int, int]) -> list[Row]:
    """bars: for the median and the 99th percentile."""
    with running(folder) as district:
        uvloop.run(raise_at(district, 20, 2))
        before = district.deployment.processor()
        accepted, referring = uvloop.run(_referred(district, rate))
        _through(district, referring)
        spent = sum(district.deployment.processor().values()) - sum(before.values())
        alerts, webhooks = alert_latencies(district, accepted), referring.latencies()
        memory = sum(district.deployment.memory().values())
    half, most = (f"<= {bar} ms" for bar in bars)
    return [
        Row(f"accept → alert handed to SMTP, {rate}/s: p50 ({len(alerts)})", percentile(alerts, 0.5), "ms", half),
        Row(f"accept → alert handed to SMTP, {rate}/s: p99", percentile(alerts, 0.99), "ms", most),
        Row(f"accept referral → webhook received, {rate}/s: p50 ({len(webhooks)})", percentile(webhooks, 0.5), "ms", half),
        Row(f"accept referral → webhook received, {rate}/s: p99", percentile(webhooks, 0.99), "ms", most),
        Row(f"the three services' own processor time, of one concern at {rate}/s", 1000 * spent / len(accepted), "ms", ""),
        Row("memory of the three services (proportional set size)", memory, "MiB", "<= 400 MiB"),
    ]


async def _referred(district: District, rate: float, answered: list[float] | None = None) -> tuple[dict[str, float], Referring]:
    referring = Referring(district)
    await referring.open()
    accepted = await raise_at(district, rate, SECONDS, referring, answered)
    await referring.close()
    return accepted, referring


def _through(district: District, referring: Referring) -> None:
    """Waits until every message about what was accepted has been sent."""
    expected = district.scalar("SELECT count(*) FROM intake.event WHERE type = 'concern-raised'")
    district.wait("SELECT count(*) FROM notifications.event WHERE type = 'alert-raised'", expected)
    district.wait("SELECT count(*) FROM notifications.event WHERE type = 'task-requested'", len(referring.sent))
    district.wait(_NOTHING_UNSEEN, 0)
    district.wait(_NOTHING_WAITS, 0)


_NOTHING_UNSEEN = "SELECT (SELECT min(position) FROM notifications.view_checkpoint) - (SELECT max(position) FROM notifications.event)"
"""Minus how many positions the outbox is behind the store; 0 when everything that was decided is in it."""

_NOTHING_WAITS = "SELECT -count(*) FROM notifications.outbox_v1 WHERE state IN ('queued', 'sending')"


def loop(folder: Path) -> list[Row]:
    """Measures the whole loop at 150 concerns per second, one in ten referred: latencies, and the lag at the end. Then intake to case alone."""
    with running(folder) as district:
        started = time.time()
        answered: list[float] = []
        accepted, referring = uvloop.run(_referred(district, 150, answered))
        took = max(accepted.values()) - started
        _through(district, referring)
        behind = _behind(district, accepted, referring)
        burst = _burst(district)
    return [
        Row(f"whole loop, offered 150/s for {SECONDS} s: concerns accepted", len(accepted) / took, "/s", "150/s"),
        Row(
            f"whole loop: lag at the end ({len(accepted):,} concerns alerted, {len(referring.sent)} referrals received)", behind, "ms", "<= 1,000 ms"
        ),
        Row("whole loop: a reporter waits for the answer: p50", percentile(answered, 0.5), "ms", ""),
        Row("whole loop: a reporter waits for the answer: p99", percentile(answered, 0.99), "ms", ""),
        Row("intake to case alone", burst, "/s", ">= 500/s"),
    ]


def _burst(district: District, count: int = 3000) -> float:
    """Concerns per second that cases works off when a backlog waits. Notifications is stopped all the while, cases while intake accepts.

    The time ends when cases has recorded the last strand.
    """
    strands = "SELECT count(*) FROM cases.event WHERE type = 'strand-added'"
    before = district.scalar(strands)
    district.deployment.send("notifications", signal.SIGSTOP)
    district.deployment.send("cases", signal.SIGSTOP)
    uvloop.run(raise_at(district, 400, count / 400))
    expected = district.scalar("SELECT count(*) FROM intake.event WHERE type = 'concern-raised'")
    started = time.time()
    district.deployment.send("cases", signal.SIGCONT)
    district.wait(strands, expected)
    district.deployment.send("notifications", signal.SIGCONT)
    with psycopg.connect(district.database_url) as connection:
        (last,) = connection.execute("SELECT max(recorded_at) FROM cases.event WHERE type = 'strand-added'").fetchall()[0]
    return (expected - before) / float(last.timestamp() - started)
