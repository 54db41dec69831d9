"""The HTTP API of notifications: what an agency may do with its own tasks, what staff may see, and how bad input is answered."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.notifications.subscribers import task_of
from shared.events import CaseTriaged, ReferralSent, TaskMoved
from shared.testing import eventually
from tests.erasing import erase
from tests.logins import past_the_wall
from tests.notifications.desk import SECRET, desk

pytestmark = pytest.mark.anyio
CANARY = "kanarikuning"


@pytest.fixture
async def running(database, redis_url):
    """A school with a counsellor and a district duty officer; a mail server that nobody answers at."""
    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as desk_:
        await desk_.school()
        await desk_.school("school-2")
        await desk_.person("ani", "staff", "counsellor")
        await desk_.person("dewi", "staff", "district-duty", school="school-2")
        await desk_.person("siswa", "student", guardians=("ibu",))
        yield desk_


async def referred(running, agency: str = "upt", opens: str = "after-acceptance") -> str:
    """A task for the agency; its id."""
    package = await running.kernel.vault.seal("siswa", "package", CANARY, "package")
    referral = str(uuid4())
    await running.hear(
        ReferralSent(
            case="case-1",
            student="siswa",
            school="school-1",
            referral=referral,
            agency=agency,
            priority="routine",
            respond_by=datetime.now(UTC) + timedelta(hours=1),
            package=package,
            package_opens=opens,
        )
    )
    return task_of(referral)


async def alerted(running, excluded: tuple[str, ...] = ()) -> str:
    """An alert of school-1; its id."""
    soon = datetime.now(UTC) + timedelta(hours=1)
    told = CaseTriaged(
        case="case-1",
        student="siswa",
        school="school-1",
        concern="c",
        urgency="high",
        desk="school",
        excluded=excluded,
        acknowledge_by=soon,
        decide_by=soon,
    )
    await running.hear(told)

    async def queued() -> bool:
        return bool(await running.deliveries("case-1"))

    await eventually(queued)
    return json.loads((await running.told("alert-raised"))[-1].body)["alert"]


async def say(running, task: str, agency: str = "upt", key: str | None = None, **body):
    headers = running.as_agency(agency) | ({"idempotency-key": key} if key else {})
    return await running.client.post(f"/notifications/api/tasks/{task}/transitions", json=body, headers=headers)


# an agency ---------------------------------------------------------------------------------------------------------


async def test_the_first_fetch_is_recorded_as_received_and_a_list_shows_ones_own(running):
    task, other = await referred(running), await referred(running, "lain")
    upt = running.as_agency("upt")
    for _ in range(2):
        answer = await running.client.get(f"/notifications/api/tasks/{task}", headers=upt)
        assert answer.json()["state"] == "received"
    assert len(await running.told("task-moved")) == 1

    async def listed() -> bool:
        items = (await running.client.get("/notifications/api/tasks", headers=upt)).json()["items"]
        return [(each["id"], each["state"]) for each in items] == [(task, "received")]

    await eventually(listed)
    assert (await running.client.get(f"/notifications/api/tasks/{other}", headers=upt)).status_code == 404
    assert (await say(running, other, trigger="accept")).status_code == 404


async def test_a_package_opens_after_acceptance_and_the_fetch_is_recorded(running):
    task, upt = await referred(running), running.as_agency("upt")
    refused = await running.client.get(f"/notifications/api/tasks/{task}/package", headers=upt)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/package-closed")
    assert (await say(running, task, trigger="accept")).json()["state"] == "accepted"
    opened = await running.client.get(f"/notifications/api/tasks/{task}/package", headers=upt)
    assert opened.json()["package"] == CANARY
    assert [json.loads(event.body)["by"] for event in await running.told("package-opened")] == ["upt"]


async def test_an_erased_package_says_so(running):
    task = await referred(running, opens="at-once")
    await erase(running.kernel, "siswa")
    opened = await running.client.get(f"/notifications/api/tasks/{task}/package", headers=running.as_agency("upt"))
    assert opened.json()["package"] == {"erased": True}


async def test_what_the_table_lacks_is_409_and_changes_nothing(running):
    task = await referred(running)
    refused = await say(running, task, trigger="schedule", at="2026-12-07T09:30:00+07:00")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/invalid-transition")
    assert await running.told("task-moved") == []


async def test_row_8_each_answer_names_what_it_needs_and_a_wrong_time_is_mended_by_a_transition(running):
    """First use, row 8: an appointment without a time and an outcome without words were taken, and could not be added later."""
    task, first, second = await referred(running), "2026-12-07T02:30:00Z", "2026-12-08T02:30:00Z"
    await say(running, task, trigger="accept")
    for trigger, place in (("schedule", "/at"), ("outcome", "/note"), ("fail", "/note")):
        refused = await say(running, task, trigger=trigger)
        assert (refused.status_code, [(each["pointer"], each["code"]) for each in refused.json()["errors"]]) == (422, [(place, "missing")])
    for answer in ({"trigger": "schedule", "at": first}, {"trigger": "reschedule", "at": second}, {"trigger": "outcome", "note": "Selesai."}):
        assert (await say(running, task, **answer)).status_code == 200
    moved = [TaskMoved.model_validate_json(event.body) for event in await running.told("task-moved")]
    times = [datetime.fromisoformat(each) for each in (first, second)]
    assert [(each.trigger, each.at) for each in moved] == [("accept", None), ("schedule", times[0]), ("reschedule", times[1]), ("outcome", None)]
    assert moved[-1].note is not None


async def test_a_repeat_with_the_same_key_is_quiet(running):
    task = await referred(running)
    first = await say(running, task, key="k1", trigger="accept", note=f"Kami terima. {CANARY}")
    again = await say(running, task, key="k1", trigger="accept", note=f"Kami terima. {CANARY}")
    assert first.json() == again.json()
    assert len(await running.told("task-moved")) == 1


async def test_row_29_a_key_with_another_answer_is_refused_and_the_first_one_stays(running):
    """A decline under the key of an accept: the agency must hear that nobody heard it."""
    task = await referred(running)
    accepted = await say(running, task, key="k1", trigger="accept")
    declined = await say(running, task, key="k1", trigger="decline", reason="no-capacity")
    assert (declined.status_code, declined.json()["type"]) == (422, "/problems/idempotency-mismatch")
    assert (await say(running, task, key="k1", trigger="accept")).json() == accepted.json()
    assert [json.loads(event.body)["trigger"] for event in await running.told("task-moved")] == ["accept"]


async def test_row_29_a_key_with_another_body_is_refused_on_every_other_road_too(running):
    alert, ani = await alerted(running), running.as_person("ani", "counsellor", "school-1")
    roads = {
        "agencies": (running.as_service(), {"id": "upt", "name": "UPT"}, {"id": "upt", "name": "Unit Pelaksana"}),
        "do-not-contact": (ani, {"student": "siswa", "guardian": "ibu", "school": "school-1"}, None),
        f"alerts/{alert}/acknowledge": (ani, {}, None),
    }
    for path, (who, first, other) in roads.items():
        bodies = [first, *([other] if other else []), first]
        answers = [await running.client.post(f"/notifications/api/{path}", json=each, headers=who | {"idempotency-key": "k"}) for each in bodies]
        assert [each.status_code for each in answers if each.is_success] == [answers[0].status_code] * 2, path
        assert [each.status_code for each in answers if not each.is_success] == ([422] if other else []), path


async def test_the_agencys_words_are_sealed_wherever_they_are_kept(running):
    task = await referred(running)
    await say(running, task, trigger="decline", reason="other", note=CANARY)
    async with past_the_wall(running.kernel.database).connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM event WHERE body LIKE %s", (f"%{CANARY}%",))
        assert await cursor.fetchone() == (0,)
    told = json.loads((await running.told("task-moved"))[0].body)
    assert told["reason"] == "other"
    assert told["note"]["box"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"trigger": "explode"}, 422),
        ({"trigger": "decline", "reason": "we are tired"}, 422),
        ({"trigger": "decline"}, 409),
        ({"trigger": "accept", "colour": "red"}, 422),
        ({"trigger": "accept", "at": "2026-01-05T09:00:00"}, 422),
        ({"trigger": "accept", "note": "x" * 20_001}, 422),
        ({"trigger": "accept", "note": "a\u0000b"}, 422),
        ({}, 422),
    ],
)
async def test_bad_answers_get_a_clear_error_and_change_nothing(running, body, status):
    task = await referred(running)
    answer = await say(running, task, **body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert await running.told("task-moved") == []


async def test_staff_note_an_answer_only_from_a_call_or_a_letter(running):
    task, ani = await referred(running), running.as_person("ani", "counsellor", "school-1")
    route = f"/notifications/api/tasks/{task}/transitions"
    assert (await running.client.post(route, json={"trigger": "accept"}, headers=ani)).status_code == 403
    noted = await running.client.post(route, json={"trigger": "accept", "channel": "phone"}, headers=ani)
    assert noted.json()["state"] == "accepted"
    elsewhere = running.as_person("lain", "counsellor", "school-2")
    assert (await running.client.post(route, json={"trigger": "hold", "channel": "phone"}, headers=elsewhere)).status_code == 404


# staff -------------------------------------------------------------------------------------------------------------


async def test_staff_see_their_own_schools_messages_and_nothing_of_a_concern_that_names_them(running):
    await alerted(running, excluded=("eka",))
    route = "/notifications/api/deliveries"
    seen = {
        who: len((await running.client.get(route, headers=running.as_person(who, "principal", school))).json()["items"])
        for who, school in (("ani", "school-1"), ("budi", "school-2"), ("eka", "school-1"))
    }
    assert seen == {"ani": 1, "budi": 0, "eka": 0}


async def test_only_people_on_the_ladder_acknowledge(running):
    alert = await alerted(running, excluded=("eka",))
    route = f"/notifications/api/alerts/{alert}/acknowledge"
    assert (await running.client.post(route, json={}, headers=running.as_person("eka", "principal", "school-1"))).status_code == 404
    done = await running.client.post(route, json={}, headers=running.as_person("ani", "counsellor", "school-1"))
    assert done.json()["acknowledged_by"] == "ani"
    again = await running.client.post(route, json={}, headers=running.as_person("dewi", "district-duty"))
    assert again.json()["acknowledged_by"] == "ani"
    assert (
        await running.client.post("/notifications/api/alerts/none/acknowledge", json={}, headers=running.as_person("ani", "counsellor"))
    ).status_code == 404


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        (("ani", "counsellor", "school-1"), {"student": "siswa", "guardian": "ibu", "school": "school-1"}, 200),
        (("ani", "counsellor", "school-1"), {"student": "siswa", "guardian": "paman", "school": "school-1"}, 422),
        (("ani", "counsellor", "school-1"), {"student": "siswa", "guardian": "ibu", "school": "school-2"}, 404),
        (("budi", "counsellor", "school-2"), {"student": "siswa", "guardian": "ibu", "school": "school-1"}, 404),
        (("ani", "counsellor", "school-1"), {"student": "siswa"}, 422),
        (("eka", "principal", "school-1"), {"student": "siswa", "guardian": "ibu", "school": "school-1"}, 403),
    ],
)
async def test_a_counsellor_marks_a_guardian_of_their_own_school(running, who, body, status):
    answer = await running.client.post("/notifications/api/do-not-contact", json=body, headers=running.as_person(*who))
    assert answer.status_code == status
    assert len(await running.told("guardian-marked-unsafe")) == (1 if status == 200 else 0)


# the directory -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [{"url": "ftp://upt.example"}, {"secret": "hunter2"}, {"secret": "whsec_short"}, {"id": ""}, {"colour": "red"}, {"services": "one"}],
)
async def test_a_wrong_agency_is_refused_by_field(running, wrong):
    body = {"id": "upt", "name": "UPTD PPA", "secret": SECRET, **wrong}
    answer = await running.client.post("/notifications/api/agencies", json=body, headers=running.as_service())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"
    assert await running.told("agency-registered") == []


async def test_what_the_directory_says_of_an_agency_is_searched(running):
    await running.register("upt", "http://127.0.0.1:9/hook")
    offer = {"service": "s", "name": "Rumah aman", "areas": ["Kabupaten Contoh"], "unaccompanied": True}
    told = {"id": "upt", "description": "Unit perlindungan.", "offers": [offer]}
    changed = [
        (await running.client.post("/notifications/api/agencies/descriptions", json=told, headers=running.as_service())).json() for _ in range(2)
    ]
    assert changed == [{"id": "upt", "changed": True}, {"id": "upt", "changed": False}]

    wish = {"need": "protection", "age": 12, "area": "Contoh", "unaccompanied": True}
    found = (await running.client.post("/notifications/api/agencies/search", json=wish, headers=running.as_service())).json()
    (hit,) = found["items"]
    assert (hit["id"], hit["name"], hit["description"], hit["suits"]) == ("upt", "UPT", "Unit perlindungan.", True)
    assert [(each["code"], each["fit"]) for each in hit["reasons"]] == [
        ("need", "fits"), ("area", "fits"), ("unaccompanied", "fits"), ("age", "unknown"),
    ]  # fmt: skip
    assert hit["reasons"][0]["sentence"] == {"id": "Melayani kebutuhan ini: Rumah aman.", "en": "Serves this need: Rumah aman."}
    assert found["needs"][0] == {"code": "mental-health", "title": {"id": "Kesehatan jiwa", "en": "Mental health"}}


@pytest.mark.parametrize(
    ("route", "body", "pointer"),
    [
        ("search", {"need": "money"}, "/need"),
        ("search", {"age": 151}, "/age"),
        ("search", {"words": "x" * 201}, "/words"),
        ("search", {"student": "ani"}, "/student"),
        ("descriptions", {"id": "", "offers": []}, "/id"),
        ("descriptions", {"id": "upt", "offers": [{"service": "s", "name": ""}]}, "/offers/0/name"),
        ("descriptions", {"id": "upt", "offers": [{"service": "s", "name": "S", "room": -1}]}, "/offers/0/room"),
    ],
)
async def test_a_wrong_wish_or_description_is_refused_by_field(running, route, body, pointer):
    answer = await running.client.post(f"/notifications/api/agencies/{route}", json=body, headers=running.as_service())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await running.told("agency-described") == []


async def test_an_agency_that_is_not_registered_is_not_described(running):
    answer = await running.client.post("/notifications/api/agencies/descriptions", json={"id": "upt"}, headers=running.as_service())
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-agency")


async def test_the_directory_never_shows_a_secret(running):
    await running.register("upt", "http://127.0.0.1:9/hook")
    listed = await running.client.get("/notifications/api/agencies", headers=running.as_service())
    assert listed.json()["items"] == [{"id": "upt", "name": "UPT", "kind": "", "services": [], "has_webhook": True, "endpoint": None}]
    async with past_the_wall(running.kernel.database).connection() as connection:
        found = await (await connection.execute("SELECT count(*) FROM event WHERE body LIKE %s", (f"%{SECRET[6:]}%",))).fetchone()
    assert found == (0,)


async def test_nobody_without_credentials_sees_anything(running):
    for route in ("deliveries", "tasks", "agencies"):
        assert (await running.client.get(f"/notifications/api/{route}")).status_code == 401
    assert (await running.client.get("/notifications/api/deliveries", headers=running.as_agency("upt"))).status_code == 403


async def test_no_table_holds_an_address_or_a_name_in_clear(running):
    await alerted(running)
    async with past_the_wall(running.kernel.database).connection() as connection:
        for table in ("person_v1", "outbox_v1", "attempt", "deadline_v1", "notice_v1", "task_v1", "event"):
            rows = await (await connection.execute(f"SELECT t::text FROM {table} t WHERE t::text LIKE '%%@example.org%%'")).fetchall()
            assert rows == [], table


async def test_security_14_long_lists_are_answered_in_pages_that_lose_and_repeat_nothing(running):
    for _ in range(3):
        await alerted(running)
    await referred(running), await referred(running)
    for path, who in (("deliveries", running.as_service()), ("tasks", running.as_agency("upt"))):
        whole = (await running.client.get(f"/notifications/api/{path}", headers=who)).json()
        found, place, more = list[str](), dict[str, str](), True
        while more:
            told = (await running.client.get(f"/notifications/api/{path}", headers=who, params={"limit": 1, **place})).json()
            assert len(told["items"]) <= 1
            found += [each["id"] for each in told["items"]]
            place, more = {"cursor": told["next"]}, told["next"] is not None
        assert found == [each["id"] for each in whole["items"]], path
        assert (len(found) > 1, whole["next"]) == (True, None), path
        for odd in ("x", "WyIyMDI2LTExLTI5IiwgIngiXQ", ""):
            assert (await running.client.get(f"/notifications/api/{path}", headers=who, params={"cursor": odd})).status_code in (200, 422), odd
        assert (await running.client.get(f"/notifications/api/{path}", headers=who, params={"limit": 201})).status_code == 422
