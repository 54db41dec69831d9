"""A reporter who is kept confidential: nobody else is told who they are, until two people of the case agree (ADR 59)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.intake.domain.roster import ROSTER, RegisterPerson
from shared.decider import execute
from shared.events import PersonRegistered, Post, ReporterRevealed
from shared.message import TANGGAP, Occasion
from shared.sealed import Sealed
from tests.intake.office import Office
from tests.intake.reporting import Desk, running

pytestmark = pytest.mark.anyio
TEACHER = "guru-kenari"


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with running(office) as desk:
        kernel = office.kernel
        name = await kernel.vault.seal(TEACHER, "identity", "Ibu Kenari", f"{TEACHER}/name")
        told = PersonRegistered(person=TEACHER, kind="staff", school="smp1", name=name, posts=(Post(role="homeroom", school="smp1"),))
        occasion = Occasion("service:test", None, datetime.now(UTC), TANGGAP, TANGGAP)
        await execute(kernel.store, ROSTER, f"person-{TEACHER}", RegisterPerson(person=told, digest="d"), occasion)
        async with office.directory.reading():
            pass  # the directory knows her
        yield desk


async def raised(desk: Desk, **reporter) -> dict[str, str]:
    return await desk.raises(desk.person(TEACHER, "homeroom"), reporter={"kind": "confidential", **reporter})


def revealed(concern: str, to: str = "konselor", minutes: int = 60) -> ReporterRevealed:
    now = datetime.now(UTC)
    return ReporterRevealed(
        case="k-1", student="ani", school="smp1", concern=concern, reveal="r-1", asked_by=to, by="kepala", ground="safety", at=now - timedelta(minutes=1),
        until=now + timedelta(minutes=minutes),
    )  # fmt: skip


async def look(desk: Desk, concern: str, who: str = "konselor") -> httpx.Response:
    return await desk.client.post("/intake/pelapor", data={"concern": concern}, headers=desk.person(who, "counsellor"))


async def test_who_it_is_stands_in_the_concern_alone_and_in_nothing_that_others_hear(desk):
    concern = (await raised(desk))["concern_id"]
    await desk.adds({"concern_id": concern, "receipt": ""}, desk.person(TEACHER, "homeroom"), text="Masih terjadi")
    events = await desk.office.kernel.store.read_stream(f"concern-{concern}")
    found = [(each.type, TEACHER in each.body, TEACHER in each.actor) for each in events if TEACHER in each.body or TEACHER in each.actor]
    assert found == [("concern-received", True, False)]
    (told,) = await desk.office.told("concern-raised")
    assert (told["reporter_kind"], told["reporter"]) == ("confidential", None)


async def test_the_reporter_sees_how_it_stands_as_any_other(desk):
    concern = (await raised(desk))["concern_id"]
    mine = await desk.client.get(f"/intake/api/concerns/{concern}", headers=desk.person(TEACHER, "homeroom"))
    assert (mine.status_code, mine.json()["state"]) == (200, "received")
    assert (await desk.client.get(f"/intake/api/concerns/{concern}", headers=desk.person("lain", "homeroom"))).status_code == 404


async def test_nobody_is_made_a_confidential_reporter_by_somebody_else(desk):
    answer = await desk.client.post(
        "/intake/api/concerns",
        json={"school": "smp1", "students": [{"id": "ani", "role": "affected"}], "kind": "incident", "categories": ["bullying"], "narrative": "Kata",
              "channel": "api", "reporter": {"kind": "confidential", "id": TEACHER}},
        headers=desk.person("lain", "homeroom") | {"idempotency-key": "k"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "/reporter/id", "code": "not-yourself"}])


async def test_the_name_is_shown_to_who_asked_for_an_hour_and_each_look_is_kept(desk):
    concern = (await raised(desk, reply_to="0812-kenari"))["concern_id"]
    (told,) = await desk.office.told("concern-raised")
    assert "0812-kenari" not in str(await desk.office.kernel.vault.open(Sealed.model_validate(told["text"]))), "not before somebody was let"
    assert (await look(desk, concern)).status_code == 404, "nobody was let yet"
    await desk.hears(revealed(concern))
    page = await look(desk, concern)
    assert (page.status_code, "Ibu Kenari" in page.text, "0812-kenari" in page.text) == (200, True, True)
    assert [(each["reveal"], each["by"]) for each in await desk.office.told("reporter-name-shown")] == [("r-1", "konselor")]
    assert (await look(desk, concern, "kepala")).status_code == 404, "who agreed sees nothing"
    assert "Ibu Kenari" not in (await desk.client.get(f"/intake/pelapor/{concern}", headers=desk.person("konselor"))).text


async def test_after_the_hour_it_is_closed_again(desk):
    concern = (await raised(desk))["concern_id"]
    await desk.hears(revealed(concern, minutes=-1))
    assert (await look(desk, concern)).status_code == 404


async def test_the_reporter_reads_that_the_name_was_opened_and_why(desk):
    told = await raised(desk)
    await desk.hears(revealed(told["concern_id"]))
    await desk.hears(revealed(told["concern_id"]))
    page = (await desk.form("status", receipt=told["receipt"])).text
    assert page.count("Nama Anda dibuka") == 1
    assert "untuk keselamatan murid" in page
    said = (await desk.client.post("/intake/api/dialogue", json={"receipt": told["receipt"]})).json()
    assert [each["ground"] for each in said["name_opened"]] == ["safety"]
    assert "konselor" not in json.dumps(said), "not to whom"


async def test_nothing_opens_of_a_reporter_who_is_not_confidential(desk):
    concern = (await desk.raises(desk.person(TEACHER, "homeroom")))["concern_id"]
    await desk.hears(revealed(concern))
    assert (await look(desk, concern)).status_code == 404
