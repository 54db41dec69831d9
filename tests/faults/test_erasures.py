"""People's data ends whole while concerns come in and services are killed: each erasure ends, everybody else's history is what it was (ADR 50).

`make faults RUNS=60` erases 160 people, eight in each of twenty runs; RUNS=190 some five hundred. CONCERNS_A_SECOND=50 lets so many concerns about others
go on for as long as each run lasts. The last run is looked at from outside, too: in a dump, in Redis' log and every other file, and in a backup of before
that comes back with the journal.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median, quantiles
from uuid import uuid4

import httpx
import pytest

from district.sample.roster import SOURCE
from services.intake.roster.people import school_id
from shared.access import service_principal
from shared.keys import SERVICES
from tests.faults.outside import Backup, backed_up, brought_back, places_with
from tests.faults.rig import chance, rig
from tests.faults.test_faults import RUNS, SEED

pytestmark = pytest.mark.faults

TOGETHER = 8
"""People who are erased in one run, around one kill."""

KILLS = max(1, RUNS // 3)
"""Runs of this test: one takes as long as three of the others."""

LOAD = 24
"""Concerns about others that come in meanwhile, at the least."""

A_SECOND = float(os.environ.get("CONCERNS_A_SECOND", "0"))
"""How many more come, for as long as somebody is being erased. None: the load alone."""

WORD = "KATAKUNCI-HILANG"
"""Stands in what is written about each of them."""

STAY = {"identity", "contact", "sign-in"}
"""Purposes whose keys a duty keeps while somebody is in the roster."""


def test_erasures_under_load_and_kills_end_whole_and_touch_nobody_else(tmp_path_factory):
    folder, journal = tmp_path_factory.mktemp("erasures"), tmp_path_factory.mktemp("journal")
    with rig(folder, TANGGAP_JOURNAL=str(journal)) as district:
        victims, took = _victims(district), Took()
        runs = [victims[start : start + TOGETHER] for start in range(0, min(len(victims), KILLS * TOGETHER), TOGETHER)]
        for number, people in enumerate(runs):
            luck = chance(SEED * 7000 + number)
            cases = {person: _closed_case(district, person, school) for person, school in people}
            before = _histories(district, cases.values())
            backup = backed_up(district, tmp_path_factory.mktemp("backup")) if people is runs[-1] else None
            _erased_while_killed(district, list(cases), luck, took)
            took.settled(lambda: district.settle(within=60 + took.behind))
            after = _histories(district, cases.values())
            assert {place: digest for place, digest in after.items() if place in before} == before
            for person, case in cases.items():
                assert (person, _living(district, person) - STAY, _living(district, f"case-{case}")) == (person, set(), set())
            assert _words_left(district) == []
            if backup:
                _require_ended_outside(district, cases, backup, journal, tmp_path_factory.mktemp("restored") / "home")
        print(f"erased {sum(map(len, runs))} people in {len(runs)} runs, one kill each; {len(district.acknowledged)} concerns, none lost or doubled")
        print(took.told())


@dataclass
class Took:
    """Seconds: each person from the request to the receipt, the load of each run, and until its last concern was in a case. came: concerns of the load."""

    people: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    settling: list[float] = field(default_factory=list)
    came: int = 0

    @property
    def behind(self) -> float:
        """How long the cases may need for the load of the last run: a fifth of what one core is sure to manage, beside the load itself."""
        return self.loads[-1] * A_SECOND / 5

    def settled(self, settle: Callable[[], None]) -> None:
        began = time.monotonic()
        settle()
        self.settling.append(time.monotonic() - began)

    def told(self) -> str:
        slow = quantiles(self.people, n=20)
        load = f"{self.came / sum(self.loads):.0f} concerns/s meanwhile, in a case {median(self.settling):.1f} s after the last, {max(self.settling):.1f} s at most"
        return f"an erasure took {median(self.people):.2f} s, {slow[-1]:.2f} s at p95; {load}"


def _require_ended_outside(district, cases: dict[str, str], backup: Backup, journal, home) -> None:
    """The keys that the backup holds alive are ended in it again, before anything serves; and no word of the erased can be read anywhere."""
    assert places_with(WORD, district) == []
    owners = [*cases, *(f"case-{case}" for case in cases.values())]
    left, is_read = brought_back(backup, journal, home, owners, WORD)
    assert ({(owner, purpose) for owner, purpose in left if purpose not in STAY}, is_read) == (set(), False)
    lost, _ = brought_back(backup, None, home.with_name("forgetful"), owners, WORD)
    assert {owner for owner, purpose in lost if purpose not in STAY} >= set(cases), (
        "without the journal the backup brings them back: the look finds them"
    )


def _victims(district) -> list[tuple[str, str]]:
    """Students of other schools than the one about which the load speaks, each with the school."""
    query = "SELECT person, school FROM intake.left_v1 WHERE kind = 'student' AND school <> %s ORDER BY person"
    return district.sql(query, school_id(SOURCE, "smp1"))


def _closed_case(district, person: str, school: str) -> str:
    """Somebody reported; the district's duty dealt with it."""
    body = {
        "school": school, "students": [{"id": person, "role": "affected"}], "kind": "incident", "categories": ["bullying"],
        "narrative": WORD, "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    district.attempted += 1
    told = _given(district, "intake", "POST", "concerns", body, district.service())
    district.acknowledged[told["concern_id"]] = person
    case = district.wait_for(lambda: district._case_of(told["concern_id"]), "a case of whoever is erased")
    _given(district, "cases", "POST", f"cases/{case}/take-over-case", {"reason": "x"}, district.duty())
    _given(district, "cases", "POST", f"cases/{case}/close", {"outcome_class": "helped", "task_reviewed": WORD}, district.duty())
    return str(case)


def _erased_while_killed(district, people: list[str], luck, took: Took) -> None:
    """The load and the erasures run in threads; servers are started by this one, whose death they watch."""
    service, reached = luck.choice(SERVICES), len(district.acknowledged) + luck.randrange(LOAD)
    with ThreadPoolExecutor(max_workers=len(people) + 1) as pool:
        erasing = [pool.submit(_timed, district, person) for person in people]
        loading = pool.submit(lambda: asyncio.run(_load(district, lambda: all(each.done() for each in erasing), took)))
        district.wait_for(lambda: len(district.acknowledged) >= reached, "the moment of the kill")
        district.deployment.kill(service)
        district.deployment.start(service)
        loading.result()
        took.people += [each.result() for each in erasing]


async def _load(district, is_over: Callable[[], bool], took: Took) -> None:
    """The load, and beside it a steady stream until it is over; as many as are due are raised together."""
    began, due, streaming = time.monotonic(), 0, [asyncio.create_task(district.load(LOAD, at_once=4))]
    while A_SECOND and not is_over():
        owed = int((time.monotonic() - began) * A_SECOND) - due
        streaming += [asyncio.create_task(district.load(owed))] * bool(owed)
        due += owed
        await asyncio.sleep(0.1)
    await asyncio.gather(*streaming)
    took.loads.append(time.monotonic() - began)
    took.came += LOAD + due


def _timed(district, person: str) -> float:
    began = time.monotonic()
    _erased(district, person)
    return time.monotonic() - began


def _erased(district, person: str) -> None:
    """Asked for once, and pursued until it is over; its receipt is signed by us."""
    operator = district.headers(service_principal("operator"))
    _given(district, "intake", "POST", "erasures", {"person": person}, operator)

    def over():
        told = _given(district, "intake", "GET", f"erasures/{person}", None, operator)
        return told if told["state"] == "completed" else None

    told = district.wait_for(over, f"the end of {person}'s data")
    assert _given(district, "intake", "POST", "erasures/receipts/check", told["receipt"], operator) == {"ours": True}


def _given(district, service: str, method: str, path: str, body: object, headers: dict[str, str]) -> dict:
    """Until the service is there again and takes it, once."""
    url, key = f"{district.deployment.origin(service)}/{service}/api/{path}", str(uuid4())

    def taken() -> httpx.Response | None:
        try:
            answer = httpx.request(method, url, json=body, headers=headers | {"idempotency-key": key}, timeout=20, trust_env=False)
        except httpx.TransportError:
            return None
        return answer if answer.status_code < 500 else None

    return district.wait_for(taken, f"an answer to {method} {path}").raise_for_status().json()


def _histories(district, closed) -> dict[tuple[str, int], bytes]:
    """Every event of cases that nobody ended, by its place."""
    mine = {f"case-{case}" for case in closed}
    rows = district.sql("SELECT stream, version, hash FROM cases.event WHERE stream LIKE 'case-%%' AND %s = 1", 1)
    return {(stream, version): bytes(digest) for stream, version, digest in rows if stream not in mine}


def _living(district, owner: str) -> set[str]:
    """Purposes of an owner's keys that are still there."""
    return {purpose for (purpose,) in district.sql("SELECT purpose FROM keyring.key WHERE person = %s AND wrapped IS NOT NULL", owner)}


def _words_left(district) -> list[str]:
    """Where words of the erased stand in a store, a message or a file."""
    folders = [each for each in district.folder.rglob("*") if each.is_file() and each.suffix in (".log", ".jsonl", ".json")]
    found = [each.name for each in folders if WORD in each.read_text(encoding="utf-8", errors="replace")]
    for service in SERVICES:
        rows = district.sql(f"SELECT type FROM {service}.event WHERE body LIKE %s", f"%{WORD}%")
        found += [json.dumps([service, kind]) for (kind,) in rows]
    return found
