"""An agency sends a child to a school by FHIR, and reads the school's answer by Task (ADR 95)."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.domain.concern import CONCERN, End, KeepAnswer, MoveOn
from shared.access import Principal
from shared.decider import execute
from shared.message import Occasion
from shared.sealed import Sealed
from tests.intake.fhir_client import BASE, REASON, SYSTEM, alone, checked, condition, entry, issues, patient, request, task, transaction
from tests.intake.form import add_school
from tests.keys import bearer

pytestmark = pytest.mark.anyio
FHIR = {"content-type": "application/fhir+json"}


class Client:
    def __init__(self, office, http: httpx.AsyncClient) -> None:
        self.office, self.http = office, http

    def headers(self, agency: str, **more: str) -> dict[str, str]:
        return bearer(self.office.kernel.settings, Principal(agency, "agency")) | FHIR | more

    async def post(self, told: Any, path: str = "", agency: str = "rsud", **more: str) -> httpx.Response:
        body: dict[str, Any] = {"content": told} if isinstance(told, bytes) else {"json": told}
        return await self.http.post(f"{BASE}{path}", **body, headers=self.headers(agency, **more))

    async def get(self, path: str, agency: str = "rsud") -> httpx.Response:
        return await self.http.get(f"{BASE}/{path}", headers=self.headers(agency))

    async def read(self, path: str, agency: str = "rsud") -> dict[str, Any]:
        answer = await self.get(path, agency)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json"), answer.text
        return checked(answer.json())

    async def sent(self) -> list[str]:
        """What was received of children, by its concerns."""
        return [each["concern"] for each in await self.office.told("concern-received")]


@pytest.fixture
async def client(office):
    await add_school(office)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as http:
        yield Client(office, http)


# a child is sent ---------------------------------------------------------------------------------------------------------


async def test_a_transaction_sends_a_child_as_a_concern_of_an_agency(client):
    answer = await client.post(transaction())
    assert answer.status_code == 200, answer.text
    (concern,) = await client.sent()
    told = [each["response"] for each in checked(answer.json())["entry"]]
    assert [(each["status"], each.get("location")) for each in told] == [
        ("200 OK", None),
        ("201 Created", f"ServiceRequest/{concern}/_history/1"),
        ("201 Created", f"Task/{concern}/_history/1"),
    ]
    (raised,) = await client.office.told("concern-raised")
    assert {name: raised[name] for name in ("school", "reporter_kind", "kind", "categories", "facts", "channel", "student")} == {
        "school": "smp1", "reporter_kind": "agency", "kind": "need", "categories": ["other"], "facts": {}, "channel": "api", "student": None,
    }  # fmt: skip
    opened = await client.office.kernel.vault.open_many([Sealed.model_validate(raised["text"]), Sealed.model_validate(raised["description"])])
    named = "Rani Putri, lahir 2012-04-30, NISN 0012345678"
    assert opened == [f"{named}\n\nPendampingan di sekolah\n\n{REASON}", named]


async def test_one_resource_that_holds_the_others_sends_the_same(client):
    for path, body in (
        ("/ServiceRequest", alone(identifier=[{"system": SYSTEM, "value": "R-1"}])),
        (
            "/Task",
            task(focus={"reference": "#rujukan"}, contained=[alone(identifier=[{"system": SYSTEM, "value": "R-2"}]) | {"contained": []}, patient()]),
        ),
    ):
        answer = await client.post(body, path)
        assert answer.status_code == 201, answer.text
        made = checked(answer.json())
        assert answer.headers["location"].endswith(f"{BASE}{path}/{made['id']}/_history/1")
        assert made == await client.read(f"{path[1:]}/{made['id']}")
    assert len(await client.sent()) == 2


@pytest.mark.parametrize(
    ("priority", "facts"),
    [("routine", {}), ("urgent", {"likely_harm_soon": True}), ("asap", {"likely_harm_soon": True}), ("stat", {"unsafe_now": True})],
)
async def test_the_sender_s_priority_answers_triage_s_questions_whichever_resource_says_it(client, priority, facts):
    await client.post(transaction(patient(), request(), task(priority=priority)))
    (raised,) = await client.office.told("concern-raised")
    assert raised["facts"] == facts


async def test_the_same_again_is_one_child_in_any_form_and_many_at_once(client):
    answers = await asyncio.gather(*(client.post(transaction()) for _ in range(5)))
    assert {each.status_code for each in answers} == {200}
    (concern,) = await client.sent()
    asked = {"if-none-exist": f"identifier={SYSTEM}|R-17"}
    again = await client.post(alone(reasonCode=[{"text": "Dengan kata lain."}]), "/ServiceRequest", **asked)
    assert (again.status_code, again.json()["id"]) == (200, concern), "the sender asked that nothing is done"
    known = transaction()
    known["entry"][1]["request"]["ifNoneExist"] = f"identifier={SYSTEM}|R-17"
    (_, told, _) = (await client.post(known)).json()["entry"]
    assert told["response"]["status"] == "200 OK"
    assert await client.sent() == [concern]


async def test_the_same_identifier_with_other_words_loses_none_of_them_unseen(client):
    await client.post(transaction())
    answer = await client.post(transaction(patient(), request(reasonCode=[{"text": "Ia pulang ke rumah pelaku."}]), task()))
    assert (answer.status_code, issues(answer)) == (422, [("idempotency-mismatch", [])])
    assert len(await client.sent()) == 1


async def test_a_child_is_sent_twice_though_its_patient_is_to_be_made_only_once(client):
    once = entry(patient(), ifNoneExist="identifier=https://fhir.kemkes.go.id/id/nik|3273010101120001")
    for number in ("R-1", "R-2"):
        told = transaction(entry=[once, entry(request(identifier=[{"system": SYSTEM, "value": number}]))])
        assert (await client.post(told)).status_code == 200
    assert len(set(await client.sent())) == 2
    other = transaction(entry=[once, entry(request(identifier=[{"system": SYSTEM, "value": "R-2"}], note=[{"text": "Ia pulang."}]))])
    assert issues(await client.post(other)) == [("idempotency-mismatch", [])]
    unnamed = transaction(entry=[once, entry(request(identifier=[]))])
    assert issues(await client.post(unnamed)) == [("missing", ["ServiceRequest.identifier"])]


async def test_a_slash_in_a_name_makes_two_children_no_one(client):
    for system, value in (("https://x/rujukan", "2026/17"), ("https://x/rujukan/2026", "17")):
        assert (await client.post(alone(identifier=[{"system": system, "value": value}]), "/ServiceRequest")).status_code == 201
    assert len(set(await client.sent())) == 2


CODE = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.1"}]}
BARE = "http://hl7.org/fhir/sid/icd-10 F32.1"
STORY = {"status": "generated", "div": "<div><p>Ia <b>takut</b> &amp; diam.</p><p>Sejak Mei.</p></div>"}
WORDS: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "a condition with a code only": ([request(), condition(code=CODE)], [BARE]),
    "a reason with a code only": ([request(reasonCode=[CODE])], [BARE]),
    "order details, and what a reason is called": (
        [request(orderDetail=[{"text": "Tiap pekan"}], reasonReference=[{"display": "Cemas"}])],
        ["Tiap pekan", "Cemas"],
    ),
    "a task's reason and inputs": (
        [request(), task(reasonCode=CODE, input=[{"type": {"text": "Pesan"}, "valueString": "Hubungi ibunya."}])],
        [BARE, "Pesan: Hubungi ibunya."],
    ),
    "a narrative that stands alone": ([request(), condition(text=STORY)], ["Ia takut & diam.\nSejak Mei."]),
    "a narrative that says more": ([request(text=STORY | {"status": "additional"})], ["Ia takut & diam.\nSejak Mei."]),
}


@pytest.mark.parametrize("case", WORDS)
async def test_what_a_doctor_wrote_is_read_wherever_it_stands(client, case):
    resources, words = WORDS[case]
    answer = await client.post(transaction(patient(), *resources))
    assert answer.status_code == 200, answer.text
    (raised,) = await client.office.told("concern-raised")
    (narrative,) = await client.office.kernel.vault.open_many([Sealed.model_validate(raised["text"])])
    told = narrative.split("\n\n")
    assert [each for each in told[2:] if each != REASON] == words


async def test_two_agencies_use_one_identifier_for_two_children(client):
    for agency in ("rsud", "lain"):
        assert (await client.post(transaction(), agency=agency)).status_code == 200
    assert len(await client.sent()) == 2


# the answer --------------------------------------------------------------------------------------------------------------


async def test_the_agency_reads_the_school_s_answer_by_task_and_no_other_agency_does(client):
    await client.post(transaction())
    (concern,) = await client.sent()
    kernel, stream = client.office.kernel, f"concern-{concern}"

    async def stands() -> tuple[str, str, list[str], list[str]]:
        told = await client.read(f"Task/{concern}")
        ends = [each["valueCodeableConcept"]["coding"][0]["code"] for each in told.get("output", [])]
        return told["status"], told["meta"]["versionId"], [each["text"] for each in told.get("note", [])], ends

    assert await stands() == ("requested", "1", [], [])
    answer = await kernel.vault.seal(stream, "concern", "Rani sudah kami temui.", f"{stream}/answer-1")
    seen = []
    for command in (MoveOn(state="read"), KeepAnswer(answer="a-1", text=answer), MoveOn(state="in_progress"), End(outcome="helped")):
        await execute(kernel.store, CONCERN, stream, command, Occasion("service:cases", "smp1", kernel.clock.now(), uuid4(), uuid4()))
        seen.append(await stands())
    said = ["Rani sudah kami temui."]
    assert seen == [("accepted", "2", [], []), ("accepted", "3", said, []), ("in-progress", "4", said, []), ("completed", "5", said, ["helped"])]
    assert (await client.read(f"ServiceRequest/{concern}"))["status"] == "completed"
    for path in (f"Task/{concern}", f"ServiceRequest/{concern}", "Task/none"):
        assert (await client.get(path, "lain")).status_code == 404
    assert (await client.read("Task", "lain"))["total"] == 0


async def test_a_search_finds_the_agency_s_own_and_what_it_calls_them(client):
    for number in range(3):
        await client.post(alone(identifier=[{"system": SYSTEM, "value": f"R-{number}"}]), "/ServiceRequest")
    mine = await client.sent()

    async def found(query: str) -> list[str]:
        return [each["resource"]["id"] for each in (await client.read(f"Task?{query}")).get("entry", [])]

    assert await found("") == mine[::-1]
    assert await found(f"identifier={SYSTEM}|R-1") == [mine[1]]
    assert await found("identifier=R-1") == [], "of another system, or of none"
    assert await found(f"_id={mine[0]}&status=requested") == [mine[0]]
    assert await found("status=completed") == []
    page = await client.read("Task?_count=2")
    assert (page["total"], [each["relation"] for each in page["link"]]) == (3, ["self", "next"])


async def test_the_schools_and_what_the_server_can_are_told(client):
    assert (await client.read("Organization?identifier=20100002"))["entry"][0]["resource"] == await client.read("Organization/smp1")
    assert (await client.get("Organization/none")).status_code == 404
    assert (await client.read("metadata"))["rest"][0]["interaction"] == [{"code": "transaction"}]


# what cannot be taken -----------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[Any, int, list[tuple[str, list[str]]]]] = {
    "no JSON": (b"{", 400, [("json-invalid", [])]),
    "not UTF-8": (b'{"resourceType": "Bundle\xff"}', 400, [("json-invalid", [])]),
    "half a surrogate": (b'{"resourceType": "\\ud800"}', 422, [("unstorable-character", [])]),
    "nested without end": (b"[" * 100_000, 400, [("json-invalid", [])]),
    "a list": ([], 400, [("not-a-resource", [])]),
    "another resource": (patient(), 400, [("not-a-bundle", ["resourceType"])]),
    "a batch": (transaction(type="batch"), 422, [("not-a-transaction", ["type"])]),
    "empty": (transaction(entry=[]), 422, [("one-to-fifty", ["entry"])]),
    "far too many": (transaction(entry=[entry(patient())] * 51), 422, [("one-to-fifty", ["entry"])]),
    "no request": (transaction(entry=[{"resource": patient()}]), 422, [("resource-and-request-needed", ["entry.0"])]),
    "an update": (transaction(entry=[entry(request(), method="PUT")]), 422, [("only-post", ["entry.0.request.method"])]),
    "a kind that nobody reads": (
        transaction(patient(), request(), task() | {"resourceType": "Consent"}),
        422,
        [("not-taken", ["entry.2.resource.resourceType"])],
    ),
    "no request for service": (transaction(patient(), task()), 422, [("exactly-one", ["ServiceRequest"])]),
    "two children": (transaction(request(), request()), 422, [("exactly-one", ["ServiceRequest"])]),
    "two tasks": (transaction(patient(), request(), task(), task()), 422, [("at-most-one", ["Task"])]),
    "a task of another request": (
        transaction(patient(), request(), task(focus={"reference": "ServiceRequest/x"})),
        422,
        [("leads-elsewhere", ["Task.focus"])],
    ),
    "a draft": (transaction(patient(), request(status="draft")), 422, [("literal_error", ["entry.1.resource.status"])]),
    "a plan": (transaction(patient(), request(intent="plan")), 422, [("literal_error", ["entry.1.resource.intent"])]),
    "a task that has ended": (transaction(patient(), request(), task(status="completed")), 422, [("literal_error", ["entry.2.resource.status"])]),
    "a number as words": (transaction(patient(), request(reasonCode=[{"text": 7}])), 422, [("string_type", ["entry.1.resource.reasonCode.0.text"])]),
    "what must not be done": (transaction(patient(), request(doNotPerform=True)), 422, [("literal_error", ["entry.1.resource.doNotPerform"])]),
    "a refuted condition": (
        transaction(patient(), request(), condition(verificationStatus={"coding": [{"code": "refuted"}]})),
        422,
        [("taken-back", ["entry.2.resource.verificationStatus"])],
    ),
    "an input that nobody reads": (
        transaction(patient(), request(), task(input=[{"type": {"text": "Skor"}, "valueInteger": 7}])),
        422,
        [("not-taken", ["entry.2.resource.input.0"])],
    ),
    "two patients": (transaction(patient(), patient(id="lain"), request()), 422, [("at-most-one", ["Patient"])]),
    "a condition of another child": (
        transaction(patient(), request(), condition(subject={"reference": "Patient/lain"})),
        422,
        [("leads-elsewhere", ["entry.2.resource.subject"])],
    ),
    "no subject": (transaction(patient(), request(subject=None)), 422, [("model_type", ["entry.1.resource.subject"])]),
    "a subject that leads nowhere": (
        transaction(patient(), request(subject={"reference": "Patient/x"})),
        422,
        [("missing", ["ServiceRequest.subject"])],
    ),
    "a child without a name": (transaction(patient(name=[], identifier=[]), request()), 422, [("missing", ["ServiceRequest.subject"])]),
    "no words": (transaction(patient(), request(code={}, reasonCode=[])), 422, [("missing", ["ServiceRequest.reasonCode"])]),
    "too many words": (transaction(patient(), request(note=[{"text": "x" * 20_000}])), 422, [("too-long", ["ServiceRequest.note"])]),
    "no school": (transaction(patient(), request(performer=[])), 422, [("missing", ["ServiceRequest.performer"])]),
    "a school that is not there": (
        transaction(patient(), request(performer=[{"reference": "Organization/none"}])),
        422,
        [("unknown-school", ["school"])],
    ),
    "no identifier": (transaction(patient(), request(identifier=[])), 422, [("missing", ["ServiceRequest.identifier"])]),
    "contained without an id": (
        transaction(request(contained=[{"resourceType": "Patient"}])),
        422,
        [("id-needed", ["entry.0.resource.contained.0"])],
    ),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_cannot_be_taken_is_refused_with_its_place_and_nothing_is_kept(client, case):
    told, status, wrong = BAD[case]
    answer = await client.post(told)
    assert (answer.status_code, issues(answer)) == (status, wrong), answer.text
    assert REASON not in answer.text
    assert await client.sent() == []


async def test_a_condition_of_another_kind_than_an_identifier_is_refused(client):
    for told in ("name=Rani", "identifier=", f"identifier={SYSTEM}|", "identifier=a&identifier=b"):
        answer = await client.post(alone(), "/ServiceRequest", **{"if-none-exist": told})
        assert (answer.status_code, issues(answer)) == (422, [("identifier-needed", ["ifNoneExist"])]), told
    assert await client.sent() == []


async def test_an_outcome_says_who_may_not_send(client):
    for headers, status in ((FHIR, 401), (FHIR | {"authorization": "Bearer tgp_x"}, 401)):
        answer = await client.http.post(BASE, json=transaction(), headers=headers)
        assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
