"""FHIR R4 for agencies: what two structural checkers read, what an update does, what two agencies cannot join, and how bad input is answered.

`fhir.resources` checks against its R4B models (4.3.0; it has none of 4.0.1), `fhirclient` against R4 (4.0.1). Profiles of SDOH Clinical Care are not
checked by either.
"""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models import bundle, capabilitystatement, fhirelementfactory, operationoutcome
from fhirclient.models.fhirabstractbase import FHIRValidationError

from services.notifications.subscribers import task_of
from tests.erasing import erase
from tests.notifications.desk import desk
from tests.notifications.partner import PACKAGE
from tests.notifications.scenes import in_states, question_answered, sent, staffed

pytestmark = pytest.mark.anyio
BASE = "/notifications/fhir/R4"
NOTE = "Sudah didampingi tiga kali."


@pytest.fixture
async def running(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as desk_:
        await staffed(desk_)
        await desk_.register("upt", None, kind="uptd-ppa", services=["Pendampingan", "Psikolog"])
        await desk_.register("lain", None)
        yield desk_


def checked(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, if both checkers read it and write it again as it was."""
    kind = resource["resourceType"]
    model = get_fhir_model_class(kind).model_validate(resource)
    assert json.loads(model.model_dump_json()) == json.loads(
        get_fhir_model_class(kind).model_validate(json.loads(model.model_dump_json())).model_dump_json()
    )
    assert set(json.loads(model.model_dump_json())) == set(resource)
    element = fhirelementfactory.FHIRElementFactory.instantiate(kind, resource)
    assert element.as_json() == resource
    return resource


async def referred(running, agency: str = "upt", **more: Any) -> str:
    package = await running.kernel.vault.seal("siswa", "package", PACKAGE, "package")
    told = sent("case-1", agency, package, **more)
    await running.hear(told)
    return task_of(told.referral)


async def get(running, path: str, agency: str = "upt") -> httpx.Response:
    return await running.client.get(f"{BASE}/{path}", headers=running.as_agency(agency))


async def read(running, path: str, agency: str = "upt") -> dict[str, Any]:
    answer = await get(running, path, agency)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json"), answer.text
    return checked(answer.json())


async def put(running, task: dict[str, Any], version: int | None, agency: str = "upt", **headers: str) -> httpx.Response:
    wanted = {} if version is None else {"if-match": f'W/"{version}"'}
    return await running.client.put(f"{BASE}/Task/{task['id']}", json=task, headers=running.as_agency(agency) | wanted | headers)


async def update(running, task_id: str, agency: str = "upt", **changed: Any) -> dict[str, Any]:
    """As a client does it: read, change, write with the version that was read."""
    known = await read(running, f"Task/{task_id}", agency)
    answer = await put(running, known | changed, int(known["meta"]["versionId"]), agency)
    assert answer.status_code == 200, answer.text
    return checked(answer.json())


def in_step(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS", "code": code}]}


async def triggers(running) -> list[tuple[str, str | None, str | None]]:
    told = [json.loads(event.body) for event in await running.told("task-moved")]
    return [(each["trigger"], each["reason"], each["at"]) for each in told]


# what is served ---------------------------------------------------------------------------------------------------------


async def test_every_resource_that_is_served_passes_two_checkers_and_comes_back_as_it_was(running):
    task = await referred(running)
    statement = checked((await running.client.get(f"{BASE}/metadata")).json())
    assert (statement["fhirVersion"], capabilitystatement.CapabilityStatement(statement).status) == ("4.0.1", "active")
    for path in (
        f"Task/{task}",
        "Task",
        f"ServiceRequest/{task}",
        "ServiceRequest",
        "Organization",
        "Organization/upt",
        "Organization/district",
        "HealthcareService",
    ):
        await read(running, path)
    services = (await read(running, "HealthcareService?organization=Organization/upt&name=psik"))["entry"]
    assert [each["resource"]["name"] for each in services] == ["Psikolog"]
    await read(running, f"HealthcareService/{services[0]['resource']['id']}")
    for path in ("Task/none", "Organization/none", "HealthcareService/none", "Patient/p"):
        checked((await get(running, path)).json())


async def test_a_task_says_what_is_asked_and_nothing_of_whom_it_is_about(running):
    task_id = await referred(running, priority="urgent")
    task = await read(running, f"Task/{task_id}")
    shown = {name: task[name] for name in ("status", "intent", "priority", "focus", "for", "owner", "requester")}
    assert shown == {
        "status": "requested", "intent": "order", "priority": "urgent", "focus": {"reference": f"ServiceRequest/{task_id}"},
        "for": {"reference": "#subject"}, "owner": {"reference": "Organization/upt"}, "requester": {"reference": "Organization/district"},
    }  # fmt: skip
    text = json.dumps(task)
    assert not any(hidden in text for hidden in ("siswa", "case-1", "school-1", "Rani"))
    assert [each[0] for each in await triggers(running)] == ["fetch"], "the first look is on record, and shows as requested"


async def test_what_the_school_answered_stands_in_the_task_and_comes_back_as_no_word_of_the_agency_s(running):
    told = sent("case-1", "upt")
    await running.hear(told)
    task_id = task_of(told.referral)
    await update(running, task_id, status="received", note=[{"text": "Berapa usianya?"}])
    await running.hear(question_answered(told, await running.kernel.vault.seal("siswa", "package", "Lima belas tahun.", "a")))
    known = await read(running, f"Task/{task_id}")
    assert (known["note"], known["meta"]["versionId"]) == (
        [{"authorReference": {"reference": "Organization/district"}, "text": "Lima belas tahun."}],
        "3",
    )
    assert (await put(running, known, 2)).status_code == 412, "whoever has not read the answer reads it first"
    await update(running, task_id, status="accepted")
    kept = [json.loads(event.body)["note"] is None for event in await running.told("task-moved")]
    assert kept == [True, False, True], "the agency said one thing, its question"
    assert "note" not in (await read(running, "Task"))["entry"][0]["resource"]


async def test_two_agencies_cannot_join_the_child_and_one_agency_knows_it_again(running):
    async def pseudonym(task: str, agency: str) -> str:
        return (await read(running, f"Task/{task}", agency))["contained"][0]["identifier"][0]["value"]

    first, second, other = await referred(running), await referred(running), await referred(running, "lain")
    mine, again, theirs = await pseudonym(first, "upt"), await pseudonym(second, "upt"), await pseudonym(other, "lain")
    assert (mine == again, mine == theirs) == (True, False)


async def test_the_package_stands_in_the_service_request_once_it_is_open_and_each_reading_is_on_record(running):
    task = await referred(running)
    assert "note" not in await read(running, f"ServiceRequest/{task}")
    await update(running, task, status="accepted")
    for _ in range(3):
        assert (await read(running, f"ServiceRequest/{task}"))["note"] == [{"text": PACKAGE}]
    assert [json.loads(event.body)["by"] for event in await running.told("package-opened")] == ["upt"]
    assert PACKAGE not in json.dumps(await read(running, "ServiceRequest")), "a search opens nothing"
    await erase(running.kernel, "siswa")
    assert "note" not in await read(running, f"ServiceRequest/{task}"), "erased"


async def test_a_search_finds_the_agency_s_own_by_status_owner_id_and_time_in_pages(running):
    mine = [await referred(running) for _ in range(3)]
    await referred(running, "lain")
    await update(running, mine[0], status="accepted")

    async def found(query: str) -> set[str]:
        return {each["resource"]["id"] for each in (await read(running, f"Task?{query}")).get("entry", [])}

    assert await found("") == set(mine)
    assert await found("status=accepted") == {mine[0]}
    assert await found("status=requested,accepted&owner=Organization/upt") == set(mine)
    assert await found(f"_id={mine[1]}") == {mine[1]}
    assert await found("owner=Organization/lain") == set()
    assert await found("_lastUpdated=gt2999-01-01") == set()
    assert await found("_lastUpdated=ge2020-01-01T00:00:00Z&_lastUpdated=lt2999-01-01") == set(mine)
    page = await read(running, "Task?_count=2")
    (following,) = [link["url"].partition(BASE)[2][1:] for link in page["link"] if link["relation"] == "next"]
    rest = await read(running, following)
    assert {each["resource"]["id"] for each in (*page["entry"], *rest["entry"])} == set(mine)
    assert (page["total"], [link["relation"] for link in rest["link"]]) == (3, ["self"])


# updates ------------------------------------------------------------------------------------------------------------------


async def test_an_agency_answers_by_status_and_business_status_to_the_outcome(running):
    task = await referred(running)
    await update(running, task, status="accepted")
    await update(running, task, status="in-progress", executionPeriod={"start": "2026-12-07T09:30:00+07:00"})
    await update(running, task, businessStatus=in_step("5.1.2"))
    await update(running, task, businessStatus=in_step("5.1.1"), executionPeriod={"start": "2026-12-14T09:30:00+07:00"})
    await update(running, task, businessStatus=in_step("5.1.4"), note=[{"text": "Anak mulai tenang."}])
    ended = await update(running, task, status="completed", output=[{"type": {"text": "hasil"}, "valueString": NOTE}])
    assert (ended["status"], ended["businessStatus"]["coding"][0]["code"]) == ("completed", "7.0")
    assert await triggers(running) == [
        ("fetch", None, None), ("accept", None, None), ("schedule", None, "2026-12-07T09:30:00+07:00"), ("no-show", None, None),
        ("reschedule", None, "2026-12-14T09:30:00+07:00"), ("interim-note", None, None), ("outcome", None, None),
    ]  # fmt: skip
    assert NOTE not in " ".join(event.body for event in await running.told("task-moved"))


async def test_a_decline_needs_a_reason_and_says_it_again(running):
    task = await referred(running)
    known = await read(running, f"Task/{task}")
    refused = await put(running, known | {"status": "rejected"}, 1)
    assert (refused.status_code, refused.json()["issue"][0]["details"]["text"]) == (409, "reason-missing")
    declined = await update(running, task, status="rejected", statusReason={"coding": [{"code": "no-capacity"}], "text": "Penuh."})
    assert declined["statusReason"]["coding"][0]["code"] == "no-capacity"


async def test_what_is_unchanged_changes_nothing_and_a_question_is_no_answer(running):
    task = await referred(running)
    same = await update(running, task)
    assert (same["meta"]["versionId"], [each[0] for each in await triggers(running)]) == ("1", ["fetch"])
    asked = await update(running, task, note=[{"text": "Berapa usianya?"}])
    assert (asked["status"], [each[0] for each in await triggers(running)]) == ("requested", ["fetch", "ask"])


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2200-01-01T00:00:00Z"])
async def test_an_appointment_at_a_moment_that_nobody_means_is_refused_and_never_kept(running, start):
    task = await referred(running)
    accepted = await update(running, task, status="accepted")
    answer = await put(running, accepted | {"status": "in-progress", "executionPeriod": {"start": start}}, 2)
    assert (answer.status_code, answer.json()["resourceType"]) == (422, "OperationOutcome")
    assert [each[0] for each in await triggers(running)] == ["fetch", "accept"]


async def test_an_update_needs_the_version_that_was_read(running):
    task = await referred(running)
    known = await read(running, f"Task/{task}")
    for version, status in ((None, 428), (0, 412), (2, 412)):
        answer = await put(running, known | {"status": "accepted"}, version)
        assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    current = (await get(running, f"Task/{task}")).headers["etag"]
    assert current == f'W/"{known["meta"]["versionId"]}"'
    assert [each[0] for each in await triggers(running)] == ["fetch"]


async def test_a_repeat_with_the_same_key_is_one_answer(running):
    task = await referred(running)
    known = await read(running, f"Task/{task}")
    answers = [await put(running, known | {"status": "accepted"}, 1, **{"idempotency-key": "k1"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert [each[0] for each in await triggers(running)] == ["fetch", "accept"]


async def test_what_the_table_lacks_is_refused_and_another_agency_s_referral_is_not_there(running):
    task = await referred(running)
    known = await read(running, f"Task/{task}")
    for status in ("completed", "cancelled", "on-hold", "in-progress"):
        assert (await put(running, known | {"status": status}, 1)).status_code == 409
    for status in ("draft", "ready", "entered-in-error"):
        assert (await put(running, known | {"status": status}, 1)).status_code == 422
    assert (await put(running, known | {"status": "accepted"}, 1, "lain")).status_code == 404
    assert (await get(running, f"Task/{task}", "lain")).status_code == 404
    assert (await get(running, f"ServiceRequest/{task}", "lain")).status_code == 404
    assert (await running.client.get(f"{BASE}/Task", headers=running.as_person("ani", "counsellor", "school-1"))).status_code == 403
    assert (await running.client.get(f"{BASE}/Task")).status_code == 401


async def test_bad_input_is_a_clear_outcome_and_changes_nothing(running):
    task = await referred(running)
    known, headers = await read(running, f"Task/{task}"), running.as_agency("upt") | {"if-match": 'W/"1"', "content-type": "application/fhir+json"}
    await in_states(running, "case-1", "failed")  # nobody else writes any more
    before = await running.kernel.store.head()
    wrong: list[bytes] = [
        b"", b"{", b"[]", b"null", b'"Task"', b"{}", b"\xff\xfe", b"[" * 100_000, b'{"resourceType":"Patient"}', b"<Task/>", b"NaN",
        json.dumps(known | {"id": "other"}).encode(), json.dumps(known | {"status": "abgelehnt"}).encode(), json.dumps(known | {"status": 7}).encode(),
        json.dumps(known | {"status": "accepted", "note": "x"}).encode(), json.dumps(known | {"status": "accepted", "note": [{"text": 1}]}).encode(),
        json.dumps(known | {"status": "accepted", "note": [{"text": "x" * 20_001}]}).encode(),
        json.dumps(known | {"status": "accepted", "note": [{"text": "a\x00b"}]}).encode(),
        b'{"resourceType":"Task","id":"' + task.encode() + b'","intent":"order","status":"accepted","note":[{"text":"\\ud800"}]}',
        json.dumps(known | {"status": "in-progress", "executionPeriod": {"start": "besok"}}).encode(),
        json.dumps({name: value for name, value in known.items() if name != "status"}).encode(),
    ]  # fmt: skip
    for body in wrong:
        answer = await running.client.put(f"{BASE}/Task/{task}", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, (body[:80], answer.status_code)
        assert operationoutcome.OperationOutcome(checked(answer.json())).issue, body[:80]
        assert "x" * 100 not in answer.text
    for query in ("_count=-1", "_count=viel", "_lastUpdated=gestern", "_offset=1e9", "_id=%00"):
        answer = await get(running, f"Task?{query}")
        assert (400 <= answer.status_code < 500, answer.json()["resourceType"]) == (True, "OperationOutcome"), query
    for method, path in (("POST", "Task"), ("DELETE", f"Task/{task}"), ("PATCH", f"Task/{task}"), ("GET", "Observation"), ("GET", "Observation/1")):
        answer = await running.client.request(method, f"{BASE}/{path}", headers=headers)
        assert (answer.status_code in (404, 405), answer.json()["resourceType"]) == (True, "OperationOutcome"), (method, path)
    assert await running.kernel.store.head() == before


# what others made -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def examples(vectors) -> list[dict[str, Any]]:
    """The examples of SDOH Clinical Care 3.0.0, and our own of the same kinds."""
    found = [json.loads(each.read_text(encoding="utf-8")) for each in sorted((vectors / "fhir").glob("*.json"))]
    assert len(found) >= 7
    return found


def test_both_checkers_read_every_example_and_find_what_is_wrong_with_a_broken_one(examples):
    for each in examples:
        checked(each)
        with pytest.raises((FHIRValidationError, ValueError)):
            checked(each | {"unknownElement": 1})
    assert bundle.Bundle.resource_type == "Bundle"


async def test_the_examples_tasks_are_answers_and_everything_else_is_refused(running, examples):
    """Their ids are those of the example; a client has ours."""
    tasks = {each["status"]: each for each in examples if each["resourceType"] == "Task"}
    task_id = await referred(running)
    await get(running, f"Task/{task_id}")
    accepted = await put(running, tasks["accepted"] | {"id": task_id}, 1)
    assert checked(accepted.json())["status"] == "accepted"
    completed = await put(running, tasks["completed"] | {"id": task_id}, 2)
    assert checked(completed.json())["status"] == "completed"
    await in_states(running, "case-1", "failed")
    before = await running.kernel.store.head()
    for each in examples:
        refused = await running.client.put(f"{BASE}/Task/{task_id}", json=each, headers=running.as_agency("upt") | {"if-match": 'W/"3"'})
        assert (refused.status_code, refused.json()["resourceType"]) == (400, "OperationOutcome")
        missing = await get(running, f"{each['resourceType']}/{uuid4()}")
        assert (missing.status_code, missing.json()["resourceType"]) == (404, "OperationOutcome")
    assert await running.kernel.store.head() == before
