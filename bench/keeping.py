"""Measures a backup beside reporters who wait for their answer, and the time from an empty folder to a district that serves again."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvloop
from pyrage.x25519 import Identity

from bench.district import District, running
from bench.history import write_history
from bench.latency import raise_at
from bench.table import Row, percentile
from district.deployment import free_port
from district.home import ROOT
from shared.keys import SERVICES
from shared.secretfile import write_secrets

EVENTS = int(os.environ.get("BENCH_EVENTS", "200000"))

CONCERNS = 50
"""A second."""

_ALONE = 20.0
"""Seconds for which reporters are answered without a backup beside."""

_LONGEST = 1800.0
_CAUGHT_UP = "SELECT (SELECT min(position) FROM cases.view_checkpoint) - (SELECT max(position) FROM cases.event)"


def run(folder: Path) -> list[Row]:
    """Fills, backs up under load, and restores into a second folder."""
    key, file = Identity.generate(), folder / "backup.age"
    with running(folder / "district") as district:
        uvloop.run(write_history(district.deployment.databases["cases"], EVENTS))
        district.wait(_CAUGHT_UP, 0, within=_LONGEST)
        alone: list[float] = []
        beside: list[float] = []
        uvloop.run(raise_at(district, CONCERNS, _ALONE, answered=alone))
        made = uvloop.run(_backed_up(district, key, file, beside))
    (folder / "key").write_text(f"{key}\n")
    restored, serving = _came_back(folder / "second", file, folder / "key")
    held = f"{made['events']:,} events, {made['plain'] / 1e6:,.0f} MB, {made['bytes'] / 1e6:,.0f} MB as a file"
    return [
        Row(f"backup of {held}", made["mb_per_second"], "MB/s", ">= 40 MB/s"),
        Row("the command as a whole: begun, written, read back", made["whole"], "s", ""),
        Row("of it for each second of its own processor time", made["plain"] / 1e6 / made["spent"], "MB/s", ""),
        Row(f"intake answers beside it, {CONCERNS}/s: p50 ({len(beside)}; peer: alone)", percentile(beside, 0.5), "ms", "", percentile(alone, 0.5)),
        Row("intake answers beside it: p99 (peer: alone)", percentile(beside, 0.99), "ms", "<= 2x", percentile(alone, 0.99)),
        Row("restored into an empty folder", restored, "s", ""),
        Row("and serving again: all three services ready", serving, "s", "<= 180 s"),
    ]


async def _backed_up(district: District, key: Identity, file: Path, answered: list[float]) -> dict[str, Any]:
    """What the operator's command says of a backup, run as deploy/tanggap-backup.service does: behind whoever reports.

    answered: is filled with the milliseconds that each reporter waited meanwhile.
    """
    secrets, ended, began = district.folder / "secrets-of-the-district", asyncio.Event(), time.perf_counter()
    write_secrets(secrets, district.deployment.secrets)
    told = {
        "DATABASE_ADMIN_URL": district.database_url, "TANGGAP_SECRETS_FILE": str(secrets), "TANGGAP_HOME": str(district.folder / "operator"),
        "TANGGAP_BACKUP_RECIPIENT": str(key.to_public()),
    }  # fmt: skip
    reporters = asyncio.create_task(raise_at(district, CONCERNS, _LONGEST, answered=answered, ended=ended))
    command = ("nice", "-n", "10", sys.executable, "-m", "district", "backup", str(file), "--json")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=_environment(told), stdout=subprocess.PIPE)
    before = _processor_of_those_that_ended()
    output, _ = await process.communicate()
    whole, spent = time.perf_counter() - began, _processor_of_those_that_ended() - before
    ended.set()
    await reporters
    assert process.returncode == 0, "the backup failed"
    made: dict[str, Any] = json.loads(output)
    return made | {"whole": whole, "spent": spent, "plain": made["mb_per_second"] * made["seconds"] * 1e6}


def _processor_of_those_that_ended() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _came_back(home: Path, file: Path, key: Path) -> tuple[float, float]:
    """Seconds until everything was restored, and until all three services were ready; both from the beginning."""
    port, began = free_port(), time.perf_counter()
    told = _environment({"TANGGAP_HOME": str(home), "TANGGAP_PORT": str(port)})
    restoring = (sys.executable, "-m", "district", "restore", str(file), "--key", str(key), "--accepted-by", "bench", "--json")
    subprocess.run(restoring, cwd=ROOT, env=told, check=True, stdout=subprocess.DEVNULL)
    restored = time.perf_counter() - began
    with _up(told):
        while not _ready(port):
            assert time.perf_counter() - began < _LONGEST, "the restored district does not get ready"
            time.sleep(0.25)  # asking more often would take processor time from the services that start
        return restored, time.perf_counter() - began


@contextmanager
def _up(told: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen((sys.executable, "-m", "district", "up"), cwd=ROOT, env=told, stdout=subprocess.DEVNULL) as district:
        try:
            yield
        finally:
            district.terminate()


def _ready(port: int) -> bool:
    try:
        return all(httpx.get(f"http://127.0.0.1:{port}/{service}/readyz", timeout=5, trust_env=False).is_success for service in SERVICES)
    except httpx.TransportError:
        return False


def _environment(told: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_", "REDIS_"))} | told
