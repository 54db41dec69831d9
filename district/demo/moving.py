"""A student moves on the sample day: an emergency at the new school alerts its staff, who work it at once; then the case follows with a receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx

from district.commands.directory import import_bundle
from district.commands.shell import checked
from district.demo.day import Day
from district.sample.people import District, Someone
from district.sample.roster import write_roster

STUDENT, OLD, NEW, CLASS = "smp1-murid-150", "smp1", "sma1", "10A"
BEFORE, AFTER = "pindah-sebelum", "pindah-sesudah"
"""The keys of the concern before the move, and of the emergency after it."""


def play(day: Day) -> None:
    """Nothing where an earlier run has played it: the case is at the new school then."""
    _raise(day, BEFORE, OLD, "bullying", {}, "Sering diejek sejak awal tahun (fiktif).")
    case = _case(day, strands=1)
    if case is None or case["school"] != day.ids(OLD):
        return
    day.handle(case)
    _move(day)
    _raise(day, AFTER, NEW, "weapon", {"weapon": True}, "Membawa pisau di hari pertamanya (fiktif).")
    if _case(day, strands=2) and day.wait(lambda: _is_alerted(day, case["id"]), f"{AFTER}: the new school alerted"):
        day.told.append((f"{NEW}: {_new(day).key}", f"{AFTER}: murid pindahan / a student who moved"))
        _work_and_receive(day, case)


def _raise(day: Day, key: str, school: str, category: str, facts: dict[str, bool], narrative: str) -> None:
    body: dict[str, Any] = {
        "school": day.ids(school), "students": [{"id": day.ids(STUDENT), "role": "affected"}], "kind": "incident", "categories": [category],
        "narrative": narrative, "facts": facts, "channel": "api", "reporter": {"kind": "staff", "id": day.ids(f"{school}-staf-06")},
    }  # fmt: skip
    day.raise_concern({"key": key, "note": "a student who moves", "body": body})


def _case(day: Day, strands: int) -> dict[str, Any] | None:
    """The student's case, once it has so many strands."""
    found: list[dict[str, Any]] = []

    def landed() -> bool:
        day.read_cases()
        found[:] = [case for case in day.cases.values() if case["student"] == day.ids(STUDENT)]
        return bool(found) and len(found[0]["strands"]) >= strands

    return found[0] if day.wait(landed, "the moved student's case") else None


def _move(day: Day) -> None:
    """The next export has the student at the new school."""
    people = [replace(each, school=NEW, classroom=CLASS) if each.key == STUDENT else each for each in day.district.people]
    bundle = write_roster(District(day.district.schools, people), day.stage.home.folder / "demo-roster-moved.zip")
    import_bundle(day.stage.origin, day.stage.home.service_headers(), bundle, allow_drop=False)


def _is_alerted(day: Day, case: str) -> bool:
    answer = day.client.get(
        f"{day.stage.origin}/notifications/api/deliveries", params={"case": case}, headers=day.stage.home.service_headers()
    )  # fmt: skip
    return any(each["receiver"] == day.ids(_new(day).key) and each["sent_at"] for each in checked(answer)["items"])


def _new(day: Day) -> Someone:
    return day.district.staff(NEW, "counsellor")[0]


def _work_and_receive(day: Day, case: dict[str, Any]) -> None:
    """The old school may not silence the alert; the new one takes it in hand, asks for the case and has it with the receipt."""
    there, here = day.stage.token(day.ids(_new(day).key)), day.counsellor(case)
    day.note_refusal(f"{OLD}: {AFTER}", _act(day, case, "acknowledge", here))
    checked(_act(day, case, "acknowledge", there))
    checked(_act(day, case, "assess-case", there, field="social", findings="Pisau diserahkan, murid aman (fiktif).", safe=True))
    checked(_act(day, case, "ask-for-case", there))
    checked(_act(day, case, "transfer-case", here, to=day.ids(NEW), reason="Murid pindah sekolah (fiktif)."))
    checked(_act(day, case, "receive-transfer", there))


def _act(day: Day, case: dict[str, Any], command: str, who: dict[str, str], /, **body: Any) -> httpx.Response:
    """One command, after the move: the same words were said of this case before it, so the key is another one."""
    key = {"idempotency-key": f"demo-moved-{case['id']}-{command}"}
    return day.client.post(f"{day.stage.origin}/cases/api/cases/{case['id']}/{command}", json=body, headers=who | key)
