"""What the day came to: did every loop close, who was told and who was not, how long it took."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from statistics import median
from typing import Any

import httpx

from district.commands.shell import checked, console, show_table
from district.demo.day import Day
from services.cases.reading.vocabulary import words_of
from shared.eventstore.verify import Verified

_ENDED = {"rejected", "completed", "cancelled", "failed"}


def check_loops(day: Day, verified: list[Verified]) -> None:
    """Adds to `day.missing` whatever is still open."""
    day.read_cases()
    for case in day.cases.values():
        if not case["acknowledged_by"]:
            day.missing.append(f"case {case['id'][:8]} was not taken in hand")
        for referral in case["referrals"]:
            if referral["state"] not in _ENDED:
                day.missing.append(f"referral of case {case['id'][:8]} is still {referral['state']}")
    waiting = [each for each in _deliveries(day) if each["state"] in ("queued", "sending")]
    day.missing += [f"a message ({each['kind']}) is still {each['state']}" for each in waiting]
    day.missing += [
        f"{each.key}: its reporter's status did not move on" for each in day.raised if _status(day, each.concern, each.receipt)["state"] == "received"
    ]
    day.missing += [f"{each.service}: {each.broken}" for each in verified if each.broken]


def _deliveries(day: Day) -> list[dict[str, Any]]:
    told = checked(day.client.get(f"{day.stage.origin}/notifications/api/deliveries", headers=day.stage.home.service_headers()))
    items: list[dict[str, Any]] = told["items"]
    return items


def settled(day: Day) -> bool:
    """Nothing is waiting to be sent, and every reporter's status has moved on."""
    return all(each["state"] not in ("queued", "sending") for each in _deliveries(day)) and all(
        _status(day, each.concern, each.receipt)["state"] == "closed" for each in day.raised
    )


def _status(day: Day, concern: str, receipt: str) -> dict[str, Any]:
    headers = day.stage.home.service_headers() | {"receipt": receipt}
    told: dict[str, Any] = checked(day.client.get(f"{day.stage.origin}/intake/api/concerns/{concern}", headers=headers))
    return told


def show(day: Day, verified: list[Verified], seconds: float) -> None:
    """The tables of the day."""
    cases = list(day.cases.values())
    states = Counter(_status(day, each.concern, each.receipt)["state"] for each in day.raised)
    show_table(
        "Kepedulian / Concerns",
        ("what", "count"),
        [("raised (a repeat counts once)", len(day.raised)), *((f"reporter sees: {name}", count) for name, count in states.items())],
    )
    show_table("Kasus / Cases", ("urgency", "cases", "closed"), _by_urgency(cases))
    show_table("Keputusan rujukan / Referral decisions", ("decision", "count"), list(_decisions(day, cases).items()))
    referrals = [
        (case["id"][:8], referral["agency"][:8], referral["state"], referral["reason"] or "") for case in cases for referral in case["referrals"]
    ]
    show_table("Rujukan / Referrals", ("case", "agency", "answer", "reason"), referrals)
    show_table("Diberi tahu / Told", ("who", "how"), [*_alerts(day), *day.told])
    show_table("TIDAK diberi tahu, dan mengapa / NOT told, and why", ("who", "why"), [*_excluded(cases), *day.untold])
    if day.shown:
        show_table("Batas waktu / Clocks", ("what", "until"), day.shown)
    show_table("Strategi / Strategies", ("strategy", "activities"), _strategies(day, cases))
    show_table("Kasus berat dalam kata-kata / The severe case in words", ("at", "Indonesia", "English"), _story(day, "khusus-sabtu"))
    show_table("Waktu / Latency", ("what", "median", "largest"), _latencies(day))
    show_table(
        "Riwayat / History",
        ("service", "events", "streams", "hashes"),
        [(each.service, each.events, each.streams, each.broken or "verified") for each in verified],
    )
    console.print(f"Hari ini dimainkan dalam {seconds:.0f} s / played in {seconds:.0f} s", markup=False)
    if day.missing:
        show_table("BELUM SELESAI / STILL OPEN", ("what",), [(each,) for each in day.missing])


def _story(day: Day, key: str) -> list[tuple[str, str, str]]:
    """The history of a case in words; deadlines and alerts are left to the case's own page."""
    case = day.case_of(key)
    if case is None:
        return []
    told = checked(day.client.get(f"{day.stage.origin}/cases/api/cases/{case['id']}/history", headers=day.duty()))["items"]
    quiet = ("deadlines-set", "deadlines-met", "alert-recorded", "staff-to-be-told", "strand-added", "concern-joined-case")
    return [(each["recorded_at"][11:19], *words_of().sentence(each["type"], each["data"])) for each in told if each["type"] not in quiet]


def _strategies(day: Day, cases: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """How many services of each kind the month's report of the district's schools counts."""
    headers = day.stage.home.service_headers()
    month = datetime.now().astimezone().strftime("%Y-%m")
    counted: Counter[str] = Counter()
    for school in sorted({case["school"] for case in cases}):
        told = day.client.get(f"{day.stage.origin}/cases/api/reports/monthly", params={"school": school, "month": month}, headers=headers)
        counted.update(checked(told)["services"])
    return list(counted.items())


def _by_urgency(cases: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [
        (level, len(mine), sum(1 for case in mine if case["state"] == "closed"))
        for level in ("emergency", "high", "medium", "low")
        if (mine := [case for case in cases if case["urgency"] == level])
    ]


def _decisions(day: Day, cases: list[dict[str, Any]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for case in cases:
        told = checked(day.client.get(f"{day.stage.origin}/cases/api/cases/{case['id']}/decisions", headers=day.duty()))
        counted.update(each["chosen"] for each in told["items"] if each.get("chosen"))
    return counted


def _alerts(day: Day) -> list[tuple[str, str]]:
    sent = Counter(each["kind"] for each in _deliveries(day) if each["state"] in ("sent", "delivered", "acknowledged"))
    return [
        (
            f"{count} × {kind}",
            {"alert": "staff, by mail", "notice": "guardian, by mail without content", "webhook": "agency, signed and thin"}[kind],
        )
        for kind, count in sent.items()
    ]


def _excluded(cases: list[dict[str, Any]]) -> list[tuple[str, str]]:
    named = [
        (person["person"], f"{person['role']} {person['relation']}")
        for case in cases
        for strand in case["strands"]
        for person in strand["people"]
        if person["person"]
    ]
    unsafe = [(f"all guardians of case {case['id'][:8]}", "an accused guardian without a name") for case in cases if case["guardians"]["all_unsafe"]]
    return [(f"person {person[:8]}", f"named in the concern: {role}") for person, role in named] + unsafe


def _latencies(day: Day) -> list[tuple[str, str, str]]:
    mails: dict[str, float] = {}
    if day.stage.mails.exists():
        for line in day.stage.mails.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            for alert in told["alerts"]:
                mails.setdefault(alert, told["at"])
    recorded = {case["id"]: min(strand["recorded_at"] for strand in case["strands"]) for case in day.cases.values()}
    first: dict[str, float] = {}
    for each in _deliveries(day):
        if each["kind"] == "alert" and each["step"] == 0 and each["id"] in mails:
            first[each["case"]] = min(first.get(each["case"], 1e12), mails[each["id"]])
    alerts = [at - datetime.fromisoformat(recorded[case]).timestamp() for case, at in first.items() if case in recorded]
    log = httpx.get(f"{day.stage.agency_origin}/log", timeout=5, trust_env=False).json()
    return [
        ("accepted → first staff alert handed to SMTP", *_spread(alerts)),
        ("webhooks received by agencies", str(len(log)), str(len({each["id"] for each in log}))),
    ]


def _spread(seconds: list[float]) -> tuple[str, str]:
    if not seconds:
        return "-", "-"
    return f"{median(seconds) * 1000:.0f} ms", f"{max(seconds) * 1000:.0f} ms"
