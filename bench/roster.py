"""Measures the import of a district's roster: the whole, the same again, a day's changes; memory of each service, and the neighbours' delay."""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx

from bench.district import District, started
from bench.people import SCHOOL, Crowd, write
from bench.table import Row
from shared.access import service_principal

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "20000"))
"""A district has a million."""

A_DAY = 100
"""One student in so many changes on a day."""


def run(folder: Path) -> list[Row]:
    """Starts an empty district and imports its people."""
    with started(folder) as district:
        rest, before = _peaks(district), district.processor()
        whole = _bring(district, Crowd(PEOPLE), "whole")
        behind = _until_neighbours_know(district)
        peaks, after = _peaks(district), district.processor()
        again = _bring(district, Crowd(PEOPLE), "again")
        repeated = district.processor()
        changes = _bring(district, Crowd(PEOPLE, changed=A_DAY), "changes")
        last = _peaks(district)
    count = Crowd(PEOPLE).schools * SCHOOL
    return [
        Row(f"roster: {count:,} people, whole", count / whole, "/s", ">= 6,000"),
        Row("roster: neighbours behind at the end", behind, "s", "<= 5"),
        *(Row(f"roster: processor time of {name}, each person", 1e6 * (after[name] - before[name]) / count, "us", "") for name in after),
        Row("roster: processor time of the same again, each", 1e6 * (sum(repeated.values()) - sum(after.values())) / count, "us", ""),
        Row("roster: the same again, for a million", again * 1_000_000 / count, "s", "<= 60"),
        Row("roster: a day's changes (1 %), for a million", changes * 1_000_000 / count, "s", "<= 20"),
        *(Row(f"roster: memory of {service} at most ({rest[service]:.0f} at rest)", peaks[service], "MiB", "<= 300") for service in peaks),
        Row("roster: memory of intake at most, after all", last["intake"], "MiB", "<= 300"),
    ]


def _bring(district: District, crowd: Crowd, name: str) -> float:
    """Seconds that one import takes."""
    bundle = write(crowd, district.folder / f"{name}.zip")
    headers = district.headers(service_principal("bench"))
    began = time.perf_counter()
    with bundle.open("rb") as content, httpx.Client(timeout=3600, trust_env=False, headers=headers) as client:
        answer = client.post(f"{district.deployment.origin('intake')}/intake/api/roster", content=content)
    answer.raise_for_status()
    took = time.perf_counter() - began
    told = answer.json()
    print(f"{name}: {took:.1f} s, applied {told['applied']:,}, unchanged {told['unchanged']:,}, set aside {len(told['quarantined'])}", flush=True)
    return took


def _until_neighbours_know(district: District) -> float:
    began, people = time.perf_counter(), district.scalar("SELECT count(*) FROM intake.person_v1")
    for service in ("cases", "notifications"):
        district.wait(f"SELECT count(*) FROM {service}.person_v1", people, within=600)
    return time.perf_counter() - began


def _peaks(district: District) -> dict[str, float]:
    """The most memory that each service has had, in MiB."""
    return {service: _peak(process.pid) for service, process in district.deployment.processes.items()}


def _peak(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in told if line.startswith("VmHWM:"))
