"""Every list and report of cases is whole while read models are rebuilt under load: each answer is what a fold of the store says."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from shared.eventstore import building, filling, generations, projection
from tests.cases.desk import accused, soon
from tests.cases.folded import Asker
from tests.cases.reading import Reader, Readers
from tests.logins import past_the_wall

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def slowly(monkeypatch):
    """Small batches, so that building takes many of them."""
    monkeypatch.setattr(filling, "BATCH", 8)


async def work(cases, school, stop):
    """Concerns come in, and counsellors work: each case is taken in hand, a teacher is asked and answers, some are urgent, some are closed."""
    for number in range(30):
        if stop.is_set():
            return
        people = (accused(school.named("other")),) if number % 7 == 0 else ()
        case = await school.concern(f"student-{number}" if number % 3 else None, people=people)
        await cases.done(case, "acknowledge", school.counsellor)
        asked = await school.ask(case, minutes=-20) if number % 4 == 0 else await school.ask(case, days=3)
        if number % 2:
            await cases.done(case, "answer-as-teacher", school.teacher, activity=asked, answer="x")
        if number % 5 == 0:
            await cases.done(case, "set-urgency", school.counsellor, urgency="high", reason="x")
        if number % 6 == 0:
            await cases.done(case, "agree-safety-plan", school.counsellor, words="x", review_by=soon(minutes=-1))


@asynccontextmanager
async def busy(cases):
    """A school at work, and people who read everything all the time: a counsellor, a coordinator, and somebody whom a concern names."""
    school, stop = await cases.school(), asyncio.Event()
    people = [Asker(school.named(name), school.id, name == "coordinator") for name in ("counsellor", "other", "coordinator")]
    readers = Readers([Reader(cases, school, each) for each in people])
    working = asyncio.create_task(work(cases, school, stop))
    readers.start()
    try:
        yield readers
    finally:
        stop.set()
        await working
        await readers.stop()


async def rebuilt(cases, times):
    for _ in range(times):
        answer = await cases.client.post("/cases/api/views/case_list_v2/rebuild", headers=cases.service)
        assert answer.status_code == 200, answer.text


async def test_no_list_and_no_report_lacks_anything_while_it_is_rebuilt_under_load(cases):
    async with busy(cases) as readers:
        await readers.have_read(2)
        await rebuilt(cases, 4)
        await readers.have_read(4)
    print(f"answers while cases was rebuilt four times: {dict(readers.statuses)}")
    assert await readers.wrong() == []
    assert readers.statuses[200] >= 100


async def test_the_lag_of_what_is_built_shows_in_readiness_and_metrics(cases):
    school = await cases.school()
    await school.ask(await school.case())
    under_way = asyncio.create_task(rebuilt(cases, 2))
    shown, measured = [], []
    while not under_way.done():
        told = (await cases.client.get("/cases/readyz", headers=cases.service)).json()["parts"]["case_list_v2"]
        metrics = (await cases.client.get("/cases/metrics", headers=cases.service)).text
        shown += [told["building"]["lag"]] if "building" in told else []
        measured += [line for line in metrics.splitlines() if line.startswith("tanggap_view_lag{") and 'state="building"' in line]
        assert told["lag"] is not None, "the other generation answers"
    await under_way
    assert any(lag > 0 for lag in shown), shown
    assert any(float(line.split()[-1]) > 0 for line in measured), measured


async def test_a_switch_that_comes_too_early_is_found_by_the_comparison(cases, monkeypatch):
    """The control: what is built answers half-filled, and readers trust it."""
    async with busy(cases) as readers:
        await readers.have_read(2)
        monkeypatch.setattr(building, "is_last", lambda _: True)
        monkeypatch.setattr(building, "_level", lambda *_: True)
        monkeypatch.setattr(generations.Answering, "position", property(lambda found: found.head))
        await rebuilt(cases, 1)
        await readers.have_read(3)
    assert await readers.wrong()


async def test_a_cursor_from_before_the_switch_goes_on_behind_it(cases):
    school = await cases.school()
    made = [await school.concern(f"student-{number}") for number in range(3)]
    case = await school.case("student-8")
    for minutes in (50, 10, 30, 20):
        await school.ask(case, minutes=-minutes)
    for path, name in (("cases", "id"), ("lists/overdue", "key")):
        whole = [row[name] for row in (await cases.get(path, school.counsellor)).json()["items"]]
        first = (await cases.get(path, school.counsellor, limit=2)).json()
        await rebuilt(cases, 1)
        rest = (await cases.get(path, school.counsellor, cursor=first["next"])).json()
        assert [row[name] for row in first["items"] + rest["items"]] == whole
    assert set(made) < {row["id"] for row in (await cases.get("cases", school.counsellor)).json()["items"]}


async def test_a_list_that_cannot_be_whole_is_refused_and_never_half_filled(cases, monkeypatch):
    """The view stands still: whoever wrote something is told to ask again, by every list, report and page."""
    school = await cases.school()
    case = await school.case()
    reader = Reader(cases, school, Asker(school.named("counsellor"), school.id))
    async with past_the_wall(cases.kernel.database).connection() as connection:
        await connection.execute("SELECT 1 FROM view_checkpoint WHERE view = 'case_list_v2' FOR UPDATE")  # as a process that stops in the middle
        await cases.done(case, "note", school.counsellor, text="x")
        with monkeypatch.context() as hasty:
            hasty.setattr(projection, "PATIENCE", 0.2)
            await asyncio.gather(*(reader.read(path) for path in ("cases", "lists/today", "reports/monthly")))
            page = await cases.client.get("/cases/", headers=school.counsellor)
    assert (reader.statuses, page.status_code, page.headers["retry-after"]) == ({503: 3}, 503, "1")
    assert page.json()["type"] == "/problems/behind-write"
    await reader.read("cases")
    assert reader.statuses == {503: 3, 200: 1}
