"""What an attacker with a role found, and the right answer: security, rows 8 (anonymous is nobody), 16 (headers, hosts) and 19 (kind and channel)."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from shared import web
from tests.intake.form import add_school, report
from tests.intake.office import Office
from tests.keys import bearer, somebody

pytestmark = pytest.mark.anyio

CONCERN = {
    "school": "smp1", "students": [{"description": "Murid bertopi", "role": "affected"}], "kind": "incident", "categories": ["bullying"],
    "narrative": "Kata kenari",
}  # fmt: skip
ANONYMOUS = {"channel": "api", "reporter": {"kind": "anonymous"}}


class Desk:
    def __init__(self, office: Office, client: httpx.AsyncClient) -> None:
        self.office, self.client = office, client

    def who(self, person: str, *roles: str) -> dict[str, str]:
        return bearer(self.office.kernel.settings, somebody(person, set(roles), {"smp1"}))

    async def says(self, who: dict[str, str], **told: object) -> httpx.Response:
        headers = who | {"idempotency-key": str(uuid4())}
        return await self.client.post("/intake/api/concerns", json=CONCERN | told, headers=headers)

    async def traces(self, person: str) -> list[str]:
        """Where the store holds the id of somebody."""
        found = []
        for table in ("event", "idempotency", "partition_head", "parked"):
            async with self.office.kernel.database.statement() as connection:
                rows = await (await connection.execute(f"SELECT t::text FROM {table} t")).fetchall()
            found += [table for (row,) in rows if person in row]
        return found


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    await add_school(office)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        yield Desk(office, client)


# row 8: an anonymous report carries nobody ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["student", "guardian", "counsellor", "homeroom"])
async def test_row_8_who_was_signed_in_stands_nowhere_in_the_store(desk, role):
    answer = await desk.says(desk.who("kenari-orang", role), **ANONYMOUS)
    assert answer.status_code == 201
    assert await desk.traces("kenari-orang") == []


async def test_row_8_nor_does_whoever_fills_the_form_while_a_cookie_or_token_comes_along(desk):
    desk.client.headers.update(desk.who("kenari-orang", "student"))
    page = await report(desk.client, about="other", narrative="Kata kenari", school="smp1", description="Murid bertopi")
    assert page.status_code == 200
    assert await desk.traces("kenari-orang") == []


async def test_row_8_who_writes_down_what_came_in_the_box_is_kept_because_they_are_not_its_reporter(desk):
    answer = await desk.says(desk.who("kenari-konselor", "counsellor"), channel="box", reporter={"kind": "anonymous"})
    assert (answer.status_code, set(await desk.traces("kenari-konselor"))) == (201, {"event", "idempotency"})


@pytest.mark.parametrize("role", ["student", "counsellor", "homeroom"])
async def test_row_8_who_is_signed_in_while_something_is_added_by_the_receipt_stands_nowhere_in_the_store(desk, role):
    raised = (await desk.says(desk.who("lain-orang", role), **ANONYMOUS)).json()
    who, added, receipt = desk.who("kenari-orang", role), f"/intake/api/concerns/{raised['concern_id']}/additions", raised["receipt"]
    answers = [
        await desk.client.post(added, json={"text": "Satu"}, headers=who | {"receipt": receipt, "idempotency-key": "k-1"}),
        await desk.client.post("/intake/api/additions", json={"text": "Dua", "receipt": receipt}, headers=who | {"idempotency-key": "k-2"}),
        await desk.client.post("/intake/tambah", data={"text": "Tiga", "receipt": receipt, "nonce": "n-3"}, headers=who),
    ]
    assert [each.status_code for each in answers] == [201, 201, 201]
    assert len(await desk.office.told("concern-continued")) == 3
    assert await desk.traces("kenari-orang") == []


async def test_row_8_an_anonymous_report_names_no_reporter(desk):
    answer = await desk.says(desk.who("kenari-orang", "student"), channel="api", reporter={"kind": "anonymous", "id": "kenari-orang"})
    assert answer.status_code == 422
    assert await desk.traces("kenari-orang") == []


async def test_row_8_a_repeat_of_an_anonymous_report_gives_the_same_receipt(desk):
    who, key = desk.who("kenari-orang", "student"), {"idempotency-key": "k-1"}
    first, again = [(await desk.client.post("/intake/api/concerns", json=CONCERN | ANONYMOUS, headers=who | key)).json() for _ in range(2)]
    assert first == again


# row 19: kind and channel follow from who signs in -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "said", "faults"),
    [
        ("student", {"channel": "phone", "reporter": {"kind": "staff"}}, ["/reporter/kind", "/channel"]),
        ("student", {"channel": "api", "reporter": {"kind": "guardian"}}, ["/reporter/kind"]),
        ("student", {"channel": "api", "reporter": {"kind": "public"}}, ["/reporter/kind"]),
        ("student", {"channel": "letter", "reporter": {"kind": "student"}}, ["/channel"]),
        ("guardian", {"channel": "web", "reporter": {"kind": "student"}}, ["/reporter/kind"]),
        ("guardian", {"channel": "box", "reporter": {"kind": "anonymous"}}, ["/channel"]),
    ],
)
async def test_row_19_a_student_or_guardian_is_no_other_kind_and_uses_no_other_channel(desk, role, said, faults):
    answer = await desk.says(desk.who("orang", role), **said)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, faults)


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("student", {"channel": "api", "reporter": {"kind": "student"}}),
        ("student", {"channel": "web", "reporter": {"kind": "anonymous"}}),
        ("guardian", {"channel": "api", "reporter": {"kind": "guardian"}}),
        ("counsellor", {"channel": "phone", "reporter": {"kind": "guardian"}}),
        ("homeroom", {"channel": "letter", "reporter": {"kind": "student"}}),
    ],
)
async def test_row_19_what_follows_from_who_signs_in_is_accepted_and_staff_write_down_what_others_said(desk, role, said):
    assert (await desk.says(desk.who("orang", role), **said)).status_code == 201


# row 14: a body that does not come ---------------------------------------------------------------------------------------


async def test_row_14_a_request_that_is_held_open_half_sent_ends(desk, monkeypatch):
    monkeypatch.setattr(web, "BODY_TIME", 0.05)

    async def never() -> AsyncIterator[bytes]:
        yield b'{"school"'
        await asyncio.Event().wait()

    headers = desk.who("orang", "student") | {"idempotency-key": "k-1", "content-type": "application/json"}
    answer = await desk.client.post("/intake/api/concerns", content=never(), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (408, "/problems/too-slow")


# row 16: headers everywhere, one configured origin -----------------------------------------------------------------------

EVERYWHERE = ("content-security-policy", "cache-control", "referrer-policy", "x-content-type-options", "cross-origin-opener-policy")


@pytest.mark.parametrize(
    "path", ["/intake/", "/intake/masuk", "/intake/nowhere", "/nowhere", "/intake/api/people", "/intake/lapor/", "/intake/healthz"]
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_row_16_every_answer_has_the_security_headers_and_none_repeats_the_host(desk, path, accept):
    answer = await desk.client.get(path, headers={"accept": accept, "host": "evil.example"})
    assert [name for name in EVERYWHERE if name not in answer.headers] == []
    assert "evil.example" not in str(answer.headers) + answer.text
