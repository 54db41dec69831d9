"""What the day came to: did every loop close, who was told and who was not, how long it took. The page is short; the tables have everything."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from statistics import median
from typing import Any

from district.commands.shell import Table, checked
from district.demo.day import Day
from district.demo.kept import Raised
from district.demo.wrong_export import refused_table
from district.sample.agencies import AGENCIES, agency_id
from services.cases.reading.vocabulary import words_of
from shared.eventstore.verify import Verified

LEVELS = ("emergency", "high", "medium", "low")

_ENDED = {"rejected", "completed", "cancelled", "failed"}
_WAITING = ("queued", "sending")
_QUIET = ("deadlines-set", "deadlines-met", "alert-recorded", "staff-to-be-told", "strand-added", "concern-joined-case")
"""Left to the case's own page."""


def still_open(day: Day, verified: list[Verified]) -> list[str]:
    """What did not come to its end: loops of the day's own cases, hashes that do not fit, and what was missed on the way."""
    open_loops = [loop for case in day.own_cases() for loop in _open_loops(case)]
    waiting = [f"a message ({each['kind']}) is still {each['state']}" for each in deliveries(day) if each["state"] in _WAITING]
    unread = [f"{each.key}: its reporter's status did not move on" for each in own_raised(day) if status_of(day, each) == "received"]
    return [*day.missing, *open_loops, *waiting, *unread, *(f"{each.service}: {each.broken}" for each in verified if each.broken)]


def _open_loops(case: dict[str, Any]) -> list[str]:
    name, open_states = case["id"][:8], [each["state"] for each in case["referrals"] if each["state"] not in _ENDED]
    untaken = [] if case["acknowledged_by"] else [f"case {name} was not taken in hand"]
    return untaken + [f"a referral of case {name} is still {state}" for state in open_states]


def settled(day: Day) -> bool:
    """Nothing of the day is waiting to be sent, and every reporter's status has moved on."""
    day.read_cases()
    return all(each["state"] not in _WAITING for each in deliveries(day)) and all(status_of(day, each) == "closed" for each in own_raised(day))


def own_raised(day: Day) -> list[Raised]:
    """The concerns whose cases are the day's alone."""
    own = {strand["concern"] for case in day.own_cases() for strand in case["strands"]}
    return [each for each in day.raised if each.concern in own]


def deliveries(day: Day) -> list[dict[str, Any]]:
    """Every message about the day's own cases."""
    own, found, page = {case["id"] for case in day.own_cases()}, list[dict[str, Any]](), dict[str, str]()
    while True:
        told = checked(day.client.get(f"{day.stage.origin}/notifications/api/deliveries", params=page, headers=day.stage.home.service_headers()))
        found += [each for each in told["items"] if each["case"] in own]
        if told["next"] is None:
            return found
        page = {"cursor": told["next"]}


def status_of(day: Day, raised: Raised) -> str:
    """What its reporter sees."""
    headers = day.stage.home.service_headers() | {"receipt": raised.receipt}
    told = checked(day.client.get(f"{day.stage.origin}/intake/api/concerns/{raised.concern}", headers=headers))
    return str(told["state"])


def tables(day: Day, verified: list[Verified], missing: list[str]) -> list[Table]:
    """Everything there is to say of the day. missing: as `still_open` gives it."""
    cases = day.own_cases()
    return [
        Table("Kepedulian / Concerns", ("what", "count"), _concerns(day)),
        refused_table(day),
        Table("Kasus / Cases", ("case", "urgency", "state", "note"), [_case(day, case) for case in cases]),
        Table("Keputusan rujukan / Referral decisions", ("decision", "count"), list(_decisions(day, cases).items())),
        Table("Rujukan / Referrals", ("case", "agency", "answer", "reason"), _referrals(cases)),
        Table("Diberi tahu / Told", ("who", "how"), [*alerts(day), *day.told]),
        Table("TIDAK diberi tahu, dan mengapa / NOT told, and why", ("who", "why"), untold(day)),
        Table("Dibiarkan / Left alone", ("step", "why"), day.kept.left),
        Table("Batas waktu / Clocks", ("what", "until"), day.shown),
        Table("Strategi / Strategies", ("strategy", "activities"), _strategies(day, cases)),
        Table("Kasus berat dalam kata-kata / The severe case in words", ("at", "Indonesia", "English"), _story(day, "khusus-sabtu")),
        Table("Waktu / Latency", ("what", "median", "largest"), [("an emergency accepted → its first staff alert handed to SMTP", *latency(day))]),
        Table("Riwayat / History", ("service", "events", "streams", "hashes"), [_history(each) for each in verified]),
        Table("BELUM SELESAI / STILL OPEN", ("what",), [(each,) for each in missing]),
    ]


def _concerns(day: Day) -> list[tuple[str, int]]:
    states = Counter(status_of(day, each) for each in own_raised(day))
    return [("raised (a repeat counts once)", len(day.raised)), *((f"reporter sees: {name}", count) for name, count in states.items())]


def _case(day: Day, case: dict[str, Any]) -> tuple[str, str, str, str]:
    concerns = {strand["concern"] for strand in case["strands"]}
    notes = dict.fromkeys(each.note for each in day.raised if each.concern in concerns)
    return case["id"][:8], case["urgency"], case["state"], "; ".join(notes)


def _referrals(cases: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    names = {agency_id(key): name for key, name, *_ in AGENCIES}
    return [
        (case["id"][:8], names.get(each["agency"], each["agency"]), each["state"], each["reason"] or "")
        for case in cases
        for each in case["referrals"]
    ]


def _history(each: Verified) -> tuple[str, int, int, str]:
    return each.service, each.events, each.streams, str(each.broken or "verified")


def _story(day: Day, key: str) -> list[tuple[str, str, str]]:
    """The history of a case in words."""
    case = day.case_of(key)
    if case is None:
        return []
    told = checked(day.client.get(f"{day.stage.origin}/cases/api/cases/{case['id']}/history", headers=day.auditor()))["items"]
    return [(each["recorded_at"][11:19], *words_of().sentence(each["type"], each["data"])) for each in told if each["type"] not in _QUIET]


def _strategies(day: Day, cases: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """How many services of each kind the month's report of the district's schools counts."""
    headers = day.stage.home.service_headers()
    month = datetime.now().astimezone().strftime("%Y-%m")
    counted: Counter[str] = Counter()
    for school in sorted({case["school"] for case in cases}):
        told = day.client.get(f"{day.stage.origin}/cases/api/reports/monthly", params={"school": school, "month": month}, headers=headers)
        counted.update(checked(told)["services"])
    return list(counted.items())


def _decisions(day: Day, cases: list[dict[str, Any]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for case in cases:
        told = checked(day.client.get(f"{day.stage.origin}/cases/api/cases/{case['id']}/decisions", headers=day.auditor()))
        counted.update(each["chosen"] for each in told["items"] if each.get("chosen"))
    return counted


def alerts(day: Day) -> list[tuple[str, str]]:
    """How many messages of each kind went out, and to whom."""
    sent = Counter(each["kind"] for each in deliveries(day) if each["state"] in ("sent", "delivered", "acknowledged"))
    told = {"alert": "staf / staff", "notice": "wali, tanpa isi / guardian, without content", "webhook": "lembaga, bertanda tangan / agency, signed"}
    return [(told[kind], f"{count} × {kind}") for kind, count in sent.items()]


def untold(day: Day) -> list[tuple[str, str]]:
    """Who is left out because a concern names them, and what was refused on the day."""
    own = [day.read(case, day.counsellor(case)).json() for case in day.own_cases()]
    named = dict.fromkeys(
        (day.name_of(person["person"]), f"disebut dalam laporan / named in the concern: {person['role']} {person['relation']}")
        for case in own
        for strand in case.get("strands", ())
        for person in strand.get("people", ())
        if person["person"]
    )
    unsafe = [
        (f"semua wali, kasus {case['id'][:8]} / all guardians", "an accused guardian without a name")
        for case in own
        if case.get("guardians", {}).get("all_unsafe")
    ]
    return [*named, *unsafe, *day.untold]


def latency(day: Day) -> tuple[str, str]:
    """From a concern that is accepted to the first alert of its case that is handed over: median and largest, of emergencies.

    Other cases may tell the hour alone, for the sake of a reporter without a name.
    """
    timed = [case for case in day.own_cases() if case["urgency"] == "emergency"]
    handed, recorded = _handed_over(day), {case["id"]: min(strand["recorded_at"] for strand in case["strands"]) for case in timed}
    first: dict[str, float] = {}
    for each in deliveries(day):
        if each["kind"] == "alert" and each["step"] == 0 and each["id"] in handed and each["case"] in recorded:
            first[each["case"]] = min(first.get(each["case"], float("inf")), handed[each["id"]])
    seconds = [at - datetime.fromisoformat(recorded[case]).timestamp() for case, at in first.items()]
    return (f"{median(seconds) * 1000:.0f} ms", f"{max(seconds) * 1000:.0f} ms") if seconds else ("-", "-")


def _handed_over(day: Day) -> dict[str, float]:
    """When each alert first reached the mail server, by its id."""
    mails: dict[str, float] = {}
    if day.stage.mails.exists():
        for line in day.stage.mails.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            for alert in told["alerts"]:
                mails.setdefault(alert, told["at"])
    return mails
