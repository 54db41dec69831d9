"""Measures case work: mixed commands from 32 callers; and over 100,000 cases with two million events: lists, one long case, what-if and rebuild."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import uvloop

from bench.district import District, running
from bench.table import Row, medians, percentile
from district.sample.roster import SOURCE
from services.cases.commands.possible import Asking, possible
from services.cases.domain.case.case import CASE
from services.cases.domain.case.planning import AssessCase, Goal, PlanCase
from services.cases.domain.case.strands import Acknowledge, AddNote, TakeConcern
from services.cases.domain.casework import CASEWORK
from services.cases.domain.steps.activity import ActivityCommand
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.deadline import DeadlinesMet
from services.cases.domain.strategies.counselling import HoldCounselling, RequestCounselling, ScheduleCounselling
from services.cases.domain.strategies.teacher import AnswerAsTeacher, AskTeacher
from services.cases.policies import policy_for, read_policy
from services.cases.reading.what_if import replay
from services.intake.roster.people import school_id
from shared.access import Identity, Permissions, Principal, service_principal
from shared.database import Database
from shared.decider import execute
from shared.events import CaseClosed, ConcernRaised, Post
from shared.eventstore.postgres import PostgresEventStore
from shared.message import TANGGAP, Event, Fact, Occasion
from shared.sealed import Sealed
from shared.sealing import KeyringVault, ToSeal
from shared.wrapping import MasterKey

CASES = int(os.environ.get("BENCH_CASES", "100000"))
EVENTS = 20
"""How many events each case has when the lists are measured."""

SMALL = 500
NOW = datetime.now(UTC)


def _commands(number: int, text: Sealed, student: str) -> list[Fact]:
    """The commands of an ordinary case, in order."""
    concern = ConcernRaised(
        concern=f"c-{number}", school="s", student=student, role="affected", kind="incident", categories=("bullying",), facts={"repeated": False},
        text=text, channel="web", reporter_kind="staff",
    )  # fmt: skip

    def step(command: type[Command] | Any, **told: Any) -> Fact:
        made: Fact = command(act=str(uuid4()), by="counsellor", at=NOW, **told)
        return made

    held = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), text)
    goal = Goal(goal="g", field="social", words=text, owner="counsellor", due=NOW + timedelta(days=30))
    return [
        TakeConcern(case=f"{number}", concern=concern, policy=policy_for(NOW.date()), decision=f"d-{number}", at=NOW), step(Acknowledge),
        step(AssessCase, field="social", findings=text, safe=True), step(PlanCase, goals=(goal,)),
        step(AddNote, note=f"n-{number}", text=text), step(RequestCounselling, activity="a", origin="self", field="social", reason=text),
        step(ScheduleCounselling, activity="a", when=NOW, place=text),
        step(HoldCounselling, activity="a", meeting=1, confidentiality_told=True, **held),
        step(AskTeacher, activity="t", teacher="teacher", aim="information", question=text, respond_by=NOW),
        step(AnswerAsTeacher, activity="t", answer=text),
    ]  # fmt: skip


def _note(note: str, text: Sealed) -> AddNote:
    return AddNote(act=note, by="counsellor", at=NOW, note=note, text=text)


async def commands_rate(url: str, callers: int, cases: int) -> float:
    """Commands decided and appended per second, with every text sealed."""
    database = Database(url, "cases")
    await database.open()
    store, vault = PostgresEventStore(database), KeyringVault(database, MasterKey(os.urandom(32)))
    run = uuid4().hex[:8]

    async def one(caller: int) -> int:
        done = 0
        for number in range(cases):
            stream, student = f"case-{run}-{caller}-{number}", f"student-{run}-{caller}-{number}"
            (text,) = await vault.seal_many([ToSeal(student, "case", "x" * 80, stream)])
            for command in _commands(caller * 10_000 + number, text, student):
                cause = uuid4()
                await execute(store, CASE, stream, command, Occasion("bench", "s", NOW, cause, cause))
                done += 1
        return done

    started = time.perf_counter()
    done = sum(await asyncio.gather(*(one(caller) for caller in range(callers))))
    took = time.perf_counter() - started
    await database.close()
    return done / took


async def case_of(store: PostgresEventStore, vault: KeyringVault, case: str) -> None:
    """An ordinary case, for whoever measures how it is read."""
    stream, student = f"case-{case}", f"student-{case}"
    (text,) = await vault.seal_many([ToSeal(student, "case", "x" * 80, stream)])
    for command in _commands(0, text, student):
        taken, cause = command.model_copy(update={"case": case}) if isinstance(command, TakeConcern) else command, uuid4()
        await execute(store, CASE, stream, taken, Occasion("bench", "s", NOW, cause, cause))


def look_ahead(activities: int) -> tuple[int, float]:
    """Events of a case of so many activities, and median milliseconds until it is known what its counsellor may do next."""
    text, case, events = Sealed(kid="k", context="c", box="QUJD"), CASE.initial, 0
    for number in range(activities // 2):
        for command in _commands(0, text, "student"):
            said = command.model_copy(update={"activity": f"{command.activity}{number}"}) if isinstance(command, ActivityCommand) else command
            told = CASE.decide(said, case)
            case, events = CASE.fold(told, case), events + len(told)
    counsellor = Principal("counsellor", "person", frozenset({Post("counsellor", "s")}))
    asking = Asking(CASEWORK, counsellor, Permissions(), NOW, policy_for(NOW.date()), ("g",))

    def timed() -> float:
        started = time.perf_counter()
        assert len(possible(asking, case)) > activities
        return (time.perf_counter() - started) * 1000

    return events, percentile([timed() for _ in range(40)], 0.5)


def run(url: str) -> list[Row]:
    """Measures mixed commands from 32 callers, and what is possible next. url: the address of cases."""
    rate = medians(lambda: uvloop.run(commands_rate(url, 32, 8)))
    events, ahead = look_ahead(20)
    return [
        Row("case work: mixed commands, 32 callers", rate, "/s", ">= 1,500/s"),
        Row(f"what is possible next on a case of 20 activities, {events} events", ahead, "ms", "<= 30 ms"),
    ]


# over two million events -------------------------------------------------------------------------------------------


def life(*, closed: bool) -> list[Event]:
    """The events from which the rows of a case are made. `@` stands for the number of the case."""
    text = Sealed(kid="00000000-0000-0000-0000-000000000000", context="c", box="QUJD" * 30)
    case, told = CASE.initial, []
    for command in _commands(0, text, "@student"):
        events = CASE.decide(command, case)
        case = CASE.fold(events, case)
        told += list(events)
    told = told[: EVENTS - 2 if closed else EVENTS]
    if closed:
        told += [_deadlines_met(case.deadlines), CaseClosed(case="0", student="@student", school="s", concerns=("c-0",), outcome="helped")]
    return told


def _deadlines_met(deadlines: Any) -> Event:
    return DeadlinesMet(keys=tuple(deadlines))


def fill(url: str, first: int, last: int) -> None:
    """Writes cases `first` to `last` straight into the store, four in five of them closed. Hashing is not measured here, so hashes are not real."""
    school = school_id(SOURCE, "smp1")
    told = {"school": school, "now": NOW, "first": first, "last": last}
    with psycopg.connect(url, autocommit=True) as connection:
        for closed in (True, False):
            codec = CASE.codec
            for version, event in enumerate(life(closed=closed), start=1):
                body = codec.encode(event, "case", Occasion("b", "s", NOW, TANGGAP, TANGGAP), version).body.replace(
                    '"school":"s"', f'"school":"{school}"'
                )
                connection.execute(
                    "INSERT INTO cases.event SELECT number::bigint * 100 + %(version)s, gen_random_uuid(), 'case-bench-' || number, %(version)s, 0,"
                    " NULL, 'case-bench-' || number, %(type)s, 1, replace(replace(replace(%(body)s, '@student', 'student-' || number),"
                    ' \'"case":"0"\', \'"case":"bench-\' || number || \'"\'), \'"by":"counsellor"\','
                    " '\"by\":\"counsellor-' || number %% 40 || '\"'),"
                    " false, %(school)s, 'bench', %(now)s::timestamptz - number * interval '20 seconds',"
                    " %(now)s::timestamptz - number * interval '20 seconds', gen_random_uuid(), gen_random_uuid(), '', '', '', ''"
                    " FROM generate_series(%(first)s::int, %(last)s::int) number WHERE (number %% 5 <> 0) = %(closed)s",
                    told | {"version": version, "type": event.type, "body": body, "closed": closed},
                )
        connection.execute("UPDATE cases.store_head SET position = (SELECT max(position) FROM cases.event)")
        connection.execute("ANALYZE cases.event")


_LISTS = ("today", "overdue", "waiting-for-me", "commitments", "referrals-without-answer", "ladder", "unidentified")


def _list_times(district: District, headers: dict[str, str], rounds: int = 40) -> dict[str, float]:
    """The 95th percentile of each list and of the case list, in milliseconds."""
    base = f"{district.deployment.origin('cases')}/cases/api"
    with httpx.Client(timeout=60, trust_env=False, headers=headers) as client:

        def timed(path: str) -> float:
            started = time.perf_counter()
            client.get(f"{base}/{path}").raise_for_status()
            return (time.perf_counter() - started) * 1000

        paths = {name: f"lists/{name}" for name in _LISTS} | {"cases": "cases?state=in-progress"}
        for path in paths.values():
            timed(path)
        return {name: percentile([timed(path) for _ in range(rounds)], 0.95) for name, path in paths.items()}


def _long_case(district: District, headers: dict[str, str]) -> float:
    """Median milliseconds to open a case of a thousand events."""
    text = Sealed(kid=str(uuid4()), context="c", box="QUJD" * 30)
    case, told = CASE.initial, []
    for command in _commands(0, text, "student-long"):
        events = CASE.decide(command, case)
        case = CASE.fold(events, case)
        told += list(events)
    told += [
        event
        for place in range(1000 - len(told))
        for event in CASE.decide(AddNote(act=f"long-{place}", note=f"long-{place}", text=text, by="counsellor", at=NOW), case)
    ]
    school = school_id(SOURCE, "smp1")
    occasion = Occasion("bench", school, NOW, TANGGAP, TANGGAP)
    with psycopg.connect(district.database_url, autocommit=True) as connection, connection.cursor() as cursor:
        head = connection.execute("SELECT max(position) FROM cases.event").fetchone()
        rows = []
        for place, event in enumerate(told, start=1):
            body = CASE.codec.encode(event, "case-long", occasion, place).body.replace('"school":"s"', f'"school":"{school}"')
            rows.append(((head or (0,))[0] + place, uuid4(), place, event.type, body, school, NOW, NOW, uuid4(), uuid4()))
        cursor.executemany(
            "INSERT INTO cases.event SELECT %s, %s, 'case-long', %s, 0, NULL, 'case-long', %s, 1, %s, false, %s, 'bench', %s, %s, %s, %s,"
            " '', '', '', ''",
            rows,
        )
        connection.execute("UPDATE cases.store_head SET position = (SELECT max(position) FROM cases.event)")
    with httpx.Client(timeout=60, trust_env=False, headers=headers) as client:
        times = []
        for _ in range(15):
            started = time.perf_counter()
            client.get(f"{district.deployment.origin('cases')}/cases/api/cases/long").raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
    return percentile(times, 0.5)


async def _what_if(url: str) -> float:
    """Events per second when a draft policy runs over all history."""
    database = Database(url, "cases")
    await database.open()
    store = PostgresEventStore(database)
    draft = read_policy(Path(__file__).parents[1] / "services" / "cases" / "policies" / "default-2026.toml")
    started = time.perf_counter()
    told = await replay(store, draft)
    took = time.perf_counter() - started
    async with database.statement() as connection:
        row = await (await connection.execute("SELECT count(*) FROM event")).fetchone()
    await database.close()
    assert told.decisions > 0
    return float(row[0]) / took if row else 0.0


def _rebuild(district: District, headers: dict[str, str]) -> float:
    """Events per second when all read models of cases are rebuilt."""
    events = district.scalar("SELECT count(*) FROM cases.event")
    url = f"{district.deployment.origin('cases')}/cases/api/views/case_list_v2/rebuild"
    started = time.perf_counter()
    httpx.post(url, headers=headers, timeout=900, trust_env=False).raise_for_status()
    return events / (time.perf_counter() - started)


def large(folder: Path) -> list[Row]:
    """Measures what must not get slower as history grows."""
    with running(folder) as district:
        headers, service = district.headers(Identity("counsellor-7", "person")), district.headers(service_principal("bench"))
        counsellor = {"person": "counsellor-7", "name": "Konselor", "role": "counsellor", "school": school_id(SOURCE, "smp1")}
        httpx.post(f"{district.deployment.origin('intake')}/intake/api/appointments", json=counsellor, headers=service).raise_for_status()
        fill(district.database_url, 1, SMALL)
        _rebuild(district, service)
        small = _list_times(district, headers)
        fill(district.database_url, SMALL + 1, CASES)
        rebuilt = _rebuild(district, service)
        big = _list_times(district, headers)
        long_case = _long_case(district, district.duty(1))
        events = district.scalar("SELECT count(*) FROM cases.event")
        what_if = uvloop.run(_what_if(district.deployment.databases["cases"]))
    slowest, grown = max(big, key=lambda name: big[name]), max(big, key=lambda name: big[name] / small[name])
    return [
        Row(f"lists, p95 of the slowest ({slowest}) with {CASES:,} cases, {events:,} events", big[slowest], "ms", "<= 30 ms"),
        Row(f"lists, p95 grown most ({grown}, from {small[grown]:.1f} ms with {SMALL * EVENTS:,} events)", big[grown] / small[grown], "x", "<= 1.3x"),
        Row("a case of 1,000 events opens", long_case, "ms", "<= 50 ms"),
        Row("what-if: a draft policy over all history", what_if, " events/s", ">= 60,000/s"),
        Row("rebuilding all read models of cases", rebuilt, " events/s", ">= 30,000/s"),
    ]  # fmt: skip
