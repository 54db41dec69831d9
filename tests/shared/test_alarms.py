"""Alarms ask for metrics that there are, and each says what to do (docs/alarms.md)."""

import asyncio
import json
import re
from pathlib import Path

import psycopg

from shared.clock import SystemClock
from shared.logins import SERVICES
from shared.service.kernel import kernel_of
from shared.service.operations import metrics_of
from shared.settings import read_settings
from tests.logins import CODE, login
from tests.notifications.desk import KEY

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "deploy" / "monitoring" / "alerts.yml").read_text(encoding="utf-8")
BOARD = json.loads((ROOT / "deploy" / "monitoring" / "dashboard.json").read_text(encoding="utf-8"))
ALARMS = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")


def told(database: str, redis_url: str) -> str:
    given = {"DATABASE_URL": login(database, "cases"), "REDIS_URL": redis_url, "TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY}

    async def asked() -> bytes:
        kernel = kernel_of("cases", read_settings(given), CODE / "cases" / "schema", SystemClock())
        await kernel.database.open()
        try:
            return await metrics_of(kernel, ["relay", "journal"], [])
        finally:
            await kernel.close()

    return asyncio.run(asked()).decode()


def named(text: str) -> set[str]:
    return set(re.findall(r"\btanggap_\w+", text))


def test_every_alarm_and_every_panel_asks_for_a_metric_that_there_is(database, redis_url):
    there = set(re.findall(r"^# TYPE (\w+)", told(database, redis_url), re.MULTILINE))
    asked = named(" ".join(re.findall(r"expr: (.*)", RULES))) | named(" ".join(each["targets"][0]["expr"] for each in BOARD["panels"]))
    assert asked <= there
    assert there - asked == set()


def test_without_a_backup_the_metrics_say_so_after_the_first_night(database, redis_url):
    assert "tanggap_backup_ok 1.0" in told(database, redis_url).splitlines()
    with psycopg.connect(database) as connection:
        for service in SERVICES:
            connection.execute(f"UPDATE {service}.migration SET applied_at = applied_at - interval '27 hours'".encode())
    lines = told(database, redis_url).splitlines()
    assert "tanggap_backup_ok 0.0" in lines
    assert "tanggap_backup_age_seconds +Inf" in lines


def test_every_alarm_says_what_to_do():
    alarms = re.findall(r"- alert: (\w+)", RULES)
    assert re.findall(r"^## (\w+)", ALARMS, re.MULTILINE) == alarms
    assert re.findall(r"runbook: docs/alarms\.md#(\w+)", RULES) == [each.lower() for each in alarms]


def test_every_metric_is_without_ids(database, redis_url):
    labels = set(re.findall(r'[{,](\w+)="', told(database, redis_url)))
    assert labels <= {"part", "view", "generation", "state"}
