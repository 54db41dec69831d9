"""A person's data ends across the services: one login destroys, a hold wins or loses whole, everybody else's state is what it was (ADR 50)."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT, DataIsEnding
from services.cases.domain.casework import CASEWORK
from services.cases.domain.streams import student_stream
from services.cases.erasing import CaseErasures
from services.cases.reading.projecting import TABLES, VIEW, projecting
from services.cases.subjects.entries import boxes
from services.intake.app import sessions_of
from services.intake.domain.erasure import Erasure, Scope
from services.intake.domain.retention import NO_SCHEDULE, Rule, Schedule
from services.intake.domain.roster import ROSTER, LetGo, RegisterPerson, RegisterSchool
from services.intake.erasure import view as erasures_view
from services.intake.erasure.asking import Inquiry
from services.intake.erasure.continuing import Continuing
from services.intake.erasure.office import ErasureOffice, Wanted
from services.intake.erasure.purging import OwnTraces
from services.intake.erasure.receipt import Receipt, Receipts
from services.intake.erasure.retaining import Retaining
from services.intake.erasure.view import Erasures
from services.intake.views import Directory
from shared.asked import Asked as Command
from shared.decider import execute, load
from shared.destroying import Destroyer
from shared.erasing import Answer, Asked, Ended, Purged
from shared.errors import NotAllowed, NotFound, Unavailable
from shared.events import ConcernRaised, PersonRegistered, SchoolRegistered
from shared.eventstore.projection import Projection
from shared.eventstore.signing import HeadSigner
from shared.eventstore.store import EventStore
from shared.eventstore.verify import verify_store
from shared.heartbeat import Heartbeats
from shared.keys import Service
from shared.message import TANGGAP, Occasion
from shared.running import ended
from shared.sealed import Erased
from tests.cases.desk import Desk, desk
from tests.erasing import erasures_login
from tests.intake.office import Office, opened

pytestmark = pytest.mark.anyio


@dataclass
class Part:
    """A sibling in this process. down: it does not answer. silent_about: nor, about these people."""

    name: Service
    part: CaseErasures | None = None
    down: bool = False
    silent_about: set[str] = field(default_factory=set)

    async def claim(self, asked: Asked) -> Answer:
        self._answers(asked.person)
        return await self.part.claim(asked) if self.part else Answer()

    async def release(self, asked: Asked) -> Answer:
        return await self.part.release(asked) if self.part else Answer()

    async def purge(self, told: Ended) -> Purged:
        self._answers(told.person)
        return await self.part.purge(told) if self.part else Purged(counts={})

    def _answers(self, person: str) -> None:
        if self.down or person in self.silent_about:
            raise Unavailable(f"{self.name} does not answer")


@dataclass
class Town:
    """Intake and cases over one database, and the office of erasures between them."""

    office: Office
    desk: Desk
    erasing: ErasureOffice
    cases: Part
    notifications: Part

    async def registered(self, *people: str, school: str = "smp1") -> None:
        for person in people:
            name = await self.office.kernel.vault.seal(person, "identity", person, f"{person}/name")
            told = PersonRegistered(person=person, kind="student", school=school, name=name)
            await execute(self.office.kernel.store, ROSTER, f"person-{person}", RegisterPerson(person=told, digest="d"), occasion())
        async with self.office.directory.reading():
            pass

    async def leaves(self, *people: str) -> None:
        for person in people:
            await execute(self.office.kernel.store, ROSTER, f"person-{person}", LetGo(person=person, school="smp1"), occasion())

    async def closed_case(self, person: str, words: str) -> str:
        """A case about somebody, with a note, and closed."""
        school = await self.desk.school()
        text = await self.desk.kernel.vault.seal(person, "concern", words, "concern/text")
        await self.desk.hear(PersonRegistered(person=person, kind="student", school=school.id, name=text))
        told = {
            "concern": str(uuid4()), "school": school.id, "student": person, "role": "affected", "kind": "incident", "categories": ("bullying",),
            "facts": {"repeated": False}, "text": text, "channel": "api", "reporter_kind": "staff",
        }  # fmt: skip
        await self.desk.hear(ConcernRaised.model_validate(told))
        await self.desk.caught_up()
        case = (await load(self.desk.kernel.store, STUDENT, student_stream(person))).state.last_case or ""
        await self.desk.done(case, "acknowledge", school.counsellor)
        await self.desk.done(case, "note", school.counsellor, text=words)
        activity = await school.held(case)
        await self.desk.done(case, "evaluate-counselling", school.counsellor, activity=activity, kind="laiseg", helped=True, finding=words)
        await self.desk.done(case, "end-counselling", school.counsellor, activity=activity, result="helped")
        await self.desk.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed=words)
        self.staff = school
        return case

    async def erase(self, person: str, scope: Scope = "everything") -> Erasure:
        return await self.erasing.request(Wanted(person, "asked", scope, "dinas"), await command())

    async def living(self, owner: str) -> set[str]:
        async with await psycopg.AsyncConnection.connect(self.desk._url) as connection:
            rows = await (await connection.execute("SELECT purpose FROM keyring.key WHERE person = %s AND wrapped IS NOT NULL", (owner,))).fetchall()
        return {purpose for (purpose,) in rows}

    async def words(self, case: str) -> list[object]:
        """Everything sealed in the case's history, opened."""
        self.desk.kernel.vault.forget()
        found = [box for event in await self.desk.kernel.store.read_stream(f"case-{case}") for box in boxes(json.loads(event.body))]
        return list(await self.desk.kernel.vault.open_many(found))


async def states(store: EventStore) -> dict[str, Case]:
    """What every case of the store is, folded from the first event; personal text stays sealed in it."""
    found: dict[str, Case] = {}
    for event in await store.read_after(0, limit=10_000):
        if event.stream.startswith("case-"):
            found[event.stream] = CASEWORK.case.fold(CASEWORK.case.codec.decode_many([event]), found.get(event.stream))
    return found


def occasion() -> Occasion:
    return Occasion("service:test", None, datetime.now(UTC), TANGGAP, uuid4())


async def command() -> Command:
    return Command("dinas POST /erasures", None, None, uuid4())  # type: ignore[arg-type]  # without a key no fingerprint is asked for


@pytest.fixture
async def town(database, redis_url, tmp_path) -> AsyncIterator[Town]:
    async with opened(database, tmp_path) as office, desk(database, redis_url) as running:
        kernel = office.kernel
        view = Projection(erasures_view.VIEW, kernel.store, kernel.database, erasures_view.project, erasures_view.TABLES, kernel.heartbeats)
        task = asyncio.create_task(view.run())
        case_view = Projection(VIEW, running.kernel.store, running.kernel.database, projecting(CASEWORK), TABLES, running.kernel.heartbeats)
        cases = Part("cases", CaseErasures(running.kernel, case_view, CASEWORK))
        messages = Part("notifications")
        inquiry = Inquiry(kernel, Directory(kernel.database, office.directory), Erasures(view), NO_SCHEDULE, cases, messages)
        traces = OwnTraces(kernel, sessions_of(office.app))
        erasing = ErasureOffice(kernel, inquiry, Destroyer(erasures_login(database)), traces, Receipts(kernel.database, kernel.keys))
        school = SchoolRegistered(school="smp1", npsn="20100002", name="SMP 1", level="smp")
        await execute(kernel.store, ROSTER, "school-smp1", RegisterSchool(school=school), occasion())
        sessions = asyncio.create_task(sessions_of(office.app)._listed._view.run())
        try:
            yield Town(office, running, erasing, cases, messages)
        finally:
            await ended(task)
            await ended(sessions)


async def test_a_person_s_data_ends_everybody_else_s_state_stays_and_every_chain_verifies(town):
    await town.registered("ani", "budi")
    await town.leaves("ani")
    mine, theirs = await town.closed_case("ani", "KATA-ANI"), await town.closed_case("budi", "KATA-BUDI")
    before, others = await states(town.desk.kernel.store), await town.words(theirs)

    told = await town.erase("ani")

    assert told.completed is not None
    assert await town.living("ani") == await town.living(f"case-{mine}") == set()
    assert all(isinstance(each, Erased) for each in await town.words(mine))
    assert (await states(town.desk.kernel.store), await town.words(theirs)) == (before, others)
    for kernel in (town.office.kernel, town.desk.kernel):
        assert (await verify_store(kernel.database, kernel.keys)).broken is None
    receipt = town.erasing.receipts.of(told)
    await sign_keys(town)
    assert await town.erasing.receipts.is_ours(receipt)
    assert not await town.erasing.receipts.is_ours(Receipt(receipt.statement.replace("ani", "budi"), receipt.key, receipt.signature))
    statement = json.loads(receipt.statement)
    assert statement["keys_destroyed"] == len([each for each in told.destroyed.keys if each.owner == "ani"]) - len(never(told))


def never(told) -> set[str]:
    """Purposes of which the person had no key."""
    return {each.purpose for each in told.destroyed.keys if each.owner == "ani"} - {"identity", "concern", "case", "counselling"}


async def sign_keys(town: Town) -> None:
    await HeadSigner(town.office.kernel.database, town.office.kernel.keys, town.office.kernel.heartbeats).vouch()


async def test_nothing_new_is_ever_kept_about_somebody_erased_also_under_purposes_that_had_no_key(town):
    await town.registered("ani")
    await town.leaves("ani")
    await town.erase("ani")
    for purpose in ("answer", "package", "sign-in", "case"):
        with pytest.raises(NotAllowed):
            await town.office.kernel.vault.seal("ani", purpose, "x", "y")


async def test_a_name_stays_while_a_school_has_the_person_and_the_rest_ends(town):
    await town.registered("ani")
    await town.closed_case("ani", "KATA-ANI")
    told = await town.erase("ani")
    assert {each.purpose: each.rule for each in told.decided.kept} == dict.fromkeys(("identity", "contact", "sign-in"), "roster")
    assert await town.living("ani") == {"identity"}


async def test_counselling_notes_end_before_the_rest(town):
    await town.registered("ani")
    await town.closed_case("ani", "KATA-ANI")
    told = await town.erase("ani", scope="counselling-notes")
    assert {each.purpose for each in told.destroyed.keys} == {"counselling"}
    assert await town.living("ani") == {"identity", "concern", "case"}


async def test_counselling_notes_of_an_open_case_do_not_end(town):
    await town.registered("ani")
    await town.closed_case("ani", "KATA")
    opened = await emergency(town, "ani")
    told = await town.erase("ani", scope="counselling-notes")
    assert ([(each.what, each.about) for each in told.held.holds], told.destroyed) == ([("open-case", opened)], None)
    assert "counselling" in await town.living("ani")


async def test_a_duty_of_the_schedule_keeps_and_says_until_when(town):
    await town.registered("ani")
    await town.leaves("ani")
    await town.closed_case("ani", "KATA-ANI")
    rules = (
        Rule(id="jra-7", kind="case-record", years=5, counted_from="leaving"),
        Rule(id="jra-8", kind="counselling-notes", years=0, counted_from="leaving"),
    )
    office = replace(town.erasing, inquiry=replace(town.erasing.inquiry, schedule=Schedule(source="test", rules=rules)))
    told = await office.request(Wanted("ani", "asked", "everything", "dinas"), await command())
    year = datetime.now(UTC).year + 5
    assert {each.purpose: (each.until.year, each.rule) for each in told.decided.kept if each.purpose in ("case", "identity")} == dict.fromkeys(
        ("case", "identity"), (year, "jra-7")
    )
    assert await town.living("ani") == {"identity", "case"}
    assert json.loads(office.receipts.of(told).statement)["kept"][0]["until"].startswith(str(year))
    retaining = Retaining(office)
    later = datetime(year + 1, 1, 1, tzinfo=UTC).date()
    assert [(each.person, set(each.purposes)) async for each in retaining.over(later)] == [
        ("ani", {"case", "guardian-notice", "package", "answer", "identity"})
    ]
    assert await retaining.run(later) == 1
    assert await town.living("ani") == set()
    assert [each async for each in retaining.over(later)] == []


@pytest.mark.parametrize(("people", "kept"), [((), set()), (({"person": None, "relation": "guardian", "role": "accused"},), {"identity", "case"})])
async def test_where_somebody_is_accused_also_what_is_called_unlawful_stays_as_long_as_the_schedule_says(town, people, kept):
    await town.registered("ani")
    await town.leaves("ani")
    case = await town.closed_case("ani", "KATA")
    opened = await emergency(town, "ani", people=people)
    await town.desk.done(opened, "acknowledge", town.staff.counsellor)
    await town.desk.done(opened, "close", town.staff.counsellor, outcome_class="helped", task_reviewed="KATA")
    rules = (Rule(id="jra-7", kind="case-record", years=5, counted_from="leaving"),)
    office = replace(town.erasing, inquiry=replace(town.erasing.inquiry, schedule=Schedule(source="test", rules=rules)))
    found = await office.dry_run(Wanted("ani", "unlawful", "everything", "dinas"))
    assert (case, {each.purpose for each in found.kept if each.purpose in ("identity", "case")}) == (opened, kept)


async def test_a_legal_hold_wins_or_loses_whole(town):
    """Set at the same moment: either nothing ends, or the hold is refused. Never both, never half."""
    for number in range(6):
        person = f"siswa-{number}"
        await town.registered(person)
        await town.leaves(person)
        case = await town.closed_case(person, "KATA")
        hold = town.desk.act(case, "set-legal-hold", town.staff.principal, reason="Polisi")
        told, answer = await asyncio.gather(town.erase(person), hold)
        ended_whole = await town.living(person) == set()
        assert (told.held is None) == ended_whole
        if told.held:
            assert (answer.status_code, {each.what for each in told.held.holds}) == (200, {"legal-hold"})
            assert await town.living(person) >= {"case", "concern", "identity"}


async def test_while_an_erasure_is_agreed_no_hold_is_set_and_after_it_came_to_nothing_one_may(town):
    await town.registered("ani")
    case = await town.closed_case("ani", "KATA")
    erasure = str(uuid4())
    assert (await town.cases.part.claim(Asked(erasure=erasure, person="ani"))).obstacles == ()
    refused = await town.desk.act(case, "set-legal-hold", town.staff.principal, reason="Polisi")
    assert (refused.status_code, refused.json()["type"]) == (409, f"/problems/{DataIsEnding.code}")
    await town.cases.part.release(Asked(erasure=erasure, person="ani"))
    assert (await town.desk.act(case, "set-legal-hold", town.staff.principal, reason="Polisi")).status_code == 200
    assert (await load(town.desk.kernel.store, STUDENT, student_stream("ani"))).state.erasing is None


@pytest.mark.parametrize("down", ["cases", "notifications"])
async def test_what_is_cut_short_goes_on_from_where_it_was(town, down):
    await town.registered("ani")
    await town.leaves("ani")
    await town.closed_case("ani", "KATA")
    part: Part = getattr(town, down)
    part.down = True
    with pytest.raises(Unavailable):
        await town.erase("ani")
    assert await town.living("ani") != set()
    part.down = False
    assert [each.person for each in await whole(town)] == ["ani"]
    assert (await town.erasing.carry_on("ani")).completed is not None
    assert await town.living("ani") == set()


async def test_whoever_asks_is_answered_also_where_a_service_is_silent_and_one_that_waits_keeps_no_other_waiting(town):
    for person in ("ani", "budi"):
        await town.registered(person)
        await town.leaves(person)
        await town.closed_case(person, "KATA")
    town.cases.down = True
    waits = [await town.erasing.ask(Wanted(person, "asked", "everything", "dinas"), await command()) for person in ("ani", "budi")]
    assert [each.underway for each in waits] == [True, True]
    await whole(town)
    town.cases.silent_about, town.cases.down = {"ani"}, False
    inquiry, beats = town.erasing.inquiry, Heartbeats(town.office.kernel.database)
    goes_on = Continuing(town.erasing, inquiry.erasures, Retaining(town.erasing), beats)
    with pytest.raises(Unavailable):
        await goes_on.look()
    assert [(await town.erasing.of(person)).completed is not None for person in ("ani", "budi")] == [False, True]
    town.cases.silent_about = set()
    await goes_on.look()
    assert (await town.erasing.of("ani")).completed is not None


async def emergency(town: Town, person: str, **more: object) -> str:
    """A concern that comes in while the erasure waits; the case that took it."""
    text = await town.desk.kernel.vault.seal(person, "concern", "KATA-DARURAT", "concern/text")
    told = {
        "concern": str(uuid4()), "school": town.staff.id, "student": person, "role": "affected", "kind": "incident", "categories": ("bullying",),
        "facts": {"suicide_attempt": True}, "text": text, "channel": "api", "reporter_kind": "staff", **more,
    }  # fmt: skip
    await town.desk.hear(ConcernRaised.model_validate(told))
    await town.desk.caught_up()
    return (await load(town.desk.kernel.store, STUDENT, student_stream(person))).state.open_case or ""


async def test_a_case_that_was_opened_after_the_decision_stops_the_erasure_before_anything_is_destroyed(town):
    await town.registered("ani")
    await town.leaves("ani")
    await town.closed_case("ani", "KATA")
    with pytest.raises(Unavailable):
        await replace(town.erasing, destroyer=Destroyer("")).request(Wanted("ani", "asked", "everything", "dinas"), await command())
    assert (await load(town.desk.kernel.store, STUDENT, student_stream("ani"))).state.erasing
    before = await town.living("ani")

    opened = await emergency(town, "ani")

    assert (await load(town.desk.kernel.store, STUDENT, student_stream("ani"))).state.erasing is None
    told = await town.erasing.carry_on("ani")
    assert ({each.about for each in told.held.holds}, told.destroyed, told.underway) == ({opened}, None, False)
    assert await town.living("ani") == before
    assert "KATA-DARURAT" in await town.words(opened)


async def test_a_case_that_was_closed_again_meanwhile_stops_nothing(town):
    """The agreement that its opening ended is made anew."""
    await town.registered("ani")
    await town.leaves("ani")
    await town.closed_case("ani", "KATA")
    with pytest.raises(Unavailable):
        await replace(town.erasing, destroyer=Destroyer("")).request(Wanted("ani", "asked", "everything", "dinas"), await command())
    opened = await emergency(town, "ani")
    await town.desk.done(opened, "acknowledge", town.staff.counsellor)
    await town.desk.done(opened, "close", town.staff.counsellor, outcome_class="helped", task_reviewed="KATA")
    assert (await town.erasing.carry_on("ani")).completed is not None


async def test_what_was_destroyed_before_a_crash_is_reported_also_where_a_case_was_opened_since_and_nothing_of_that_case_is_purged(town):
    await town.registered("ani")
    await town.leaves("ani")
    await town.closed_case("ani", "KATA")
    with pytest.raises(Unavailable):
        await replace(town.erasing, destroyer=Destroyer("")).request(Wanted("ani", "asked", "everything", "dinas"), await command())
    decided = (await town.erasing.of("ani")).decided
    await town.erasing.destroyer.destroy([(each.owner, each.purpose) for each in decided.keys])
    purged: list[Ended] = []
    part = town.cases.part
    town.cases.part = Noted(part.kernel, part.view, part.casework, purged)
    told: dict = {
        "concern": str(uuid4()), "school": town.staff.id, "student": "ani", "role": "affected", "kind": "incident", "categories": ("bullying",),
        "facts": {"repeated": False}, "text": {"kid": str(uuid4()), "context": "c", "box": ""}, "channel": "api", "reporter_kind": "staff",
    }  # fmt: skip
    await town.desk.hear(ConcernRaised.model_validate(told))
    done = await town.erasing.carry_on("ani")
    assert (done.completed is not None, [each.cases for each in purged]) == (True, [()])


@dataclass(frozen=True)
class Noted(CaseErasures):
    """Notes what it was told to purge."""

    told: list[Ended]

    async def purge(self, ended: Ended) -> Purged:
        self.told.append(ended)
        return await super().purge(ended)


async def whole(town: Town):
    async with town.erasing.inquiry.erasures.view.reading():
        pass
    return await town.erasing.inquiry.erasures.underway()


async def test_without_the_login_of_erasures_nothing_ends_and_it_is_said_how_to_mend_it(town):
    await town.registered("ani")
    town.erasing = replace(town.erasing, destroyer=Destroyer(""))
    with pytest.raises(Unavailable, match="ERASURE_DATABASE_PASSWORD"):
        await town.erase("ani")


async def test_a_dry_run_stores_nothing(town):
    await town.registered("ani")
    heads = [await kernel.store.head() for kernel in (town.office.kernel, town.desk.kernel)]
    found = await town.erasing.dry_run(Wanted("ani", "asked", "everything", "dinas"))
    assert (found.holds, {each.purpose for each in found.kept}) == ((), {"identity", "contact", "sign-in"})
    assert heads == [await kernel.store.head() for kernel in (town.office.kernel, town.desk.kernel)]
    with pytest.raises(NotFound):
        await town.erasing.dry_run(Wanted("nobody", "asked", "everything", "dinas"))
