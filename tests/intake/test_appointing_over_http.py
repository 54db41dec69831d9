"""Appointing over the API: what the operator's command sends (contracts.md, The operator's command)."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.domain.roster import ROSTER, LetGo
from shared.access import service_principal
from shared.decider import execute
from shared.message import Occasion
from shared.sealed import Sealed
from tests.intake.bundles import FILES, row
from tests.keys import bearer, somebody

pytestmark = pytest.mark.anyio

DUTY = {"name": "Dewi Lestari", "email": "dewi@contoh.invalid", "phone": "0811-2345-678", "role": "district-duty"}


class Desk:
    """The API, and what the directory has."""

    def __init__(self, office, client: httpx.AsyncClient) -> None:
        self.office, self.client = office, client

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"/intake/api/{path}", json=body, headers={"idempotency-key": str(uuid4())})

    async def done(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.post(path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def posts(self, person: str) -> set[tuple[str, str | None]]:
        return {(post.role, post.school) for post in (await self.office.kernel.posts.of(person)).posts}

    async def schools(self) -> list[str]:
        return [each["school"] for each in (await self.client.get("/intake/api/schools")).json()["items"]]


@pytest.fixture
async def desk(office):
    await office.bring_files(FILES | {"users": FILES["users"] + row("citra", role="teacher")})
    headers = bearer(office.kernel.settings, service_principal("operator"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake", headers=headers) as client:
        yield Desk(office, client)


async def test_somebody_new_is_appointed_by_name_and_found_by_it_again(desk):
    first = await desk.done("appointments", **DUTY)
    again = await desk.done("appointments", **DUTY | {"name": "dewi LESTARI"})
    assert (first["changed"], again) == (True, {"person": first["person"], "changed": False})
    assert await desk.posts(first["person"]) == {("district-duty", None)}


async def test_whoever_is_appointed_eight_times_at_once_is_one_person(desk):
    roles = ("district-duty", "auditor") * 4
    told = await asyncio.gather(*(desk.done("appointments", **DUTY | {"role": role}) for role in roles))
    (person,) = {each["person"] for each in told}
    assert {role for role, _ in await desk.posts(person)} == set(roles)
    assert len(await desk.office.told("person-appointed")) == len(set(roles))


async def test_name_and_contacts_are_sealed_under_the_persons_own_key(desk):
    await desk.done("appointments", **DUTY)
    (told,) = await desk.office.told("person-appointed")
    boxes = [Sealed.model_validate(told[name]) for name in ("name", "email", "phone")]
    assert await desk.office.kernel.vault.open_many(boxes) == ["Dewi Lestari", "dewi@contoh.invalid", "+628112345678"]
    assert not {"Dewi", "dewi@contoh.invalid", "+628112345678"} & set(str(told).replace("'", " ").split())


async def test_row_20_a_supervisor_is_appointed_for_schools_by_id_or_number_and_an_officer_for_a_kind(desk):
    (school,) = await desk.schools()
    person = (await desk.done("appointments", name="Eka", role="supervisor", school="20109999"))["person"]
    assert await desk.posts(person) == {("supervisor", school)}
    await desk.done("appointments", person=person, role="district-officer", kind="regency")
    assert await desk.posts(person) == {("supervisor", school), ("district-officer", school)}
    await desk.done("appointments/end", person=person, role="supervisor", school=school)
    await desk.done("appointments/end", person=person, role="district-officer", kind="regency")
    assert await desk.posts(person) == set()


async def test_an_agency_s_officer_holds_the_post_at_the_agency_and_at_no_school(desk):
    person = (await desk.done("appointments", name="Tuti", role="agency-officer", agency="upt"))["person"]
    assert await desk.posts(person) == {("agency-officer", "upt")}
    await desk.done("appointments/end", person=person, role="agency-officer", agency="upt")
    assert await desk.posts(person) == set()


async def test_a_member_of_a_schools_staff_is_appointed_by_id_and_stays_so_after_leaving_the_roster(desk):
    people = (await desk.client.get("/intake/api/people", params={"kind": "staff"})).json()["items"]
    person, school = people[0]["person"], people[0]["school"]
    await desk.done("appointments", person=person, role="auditor")
    assert await desk.posts(person) == {("subject-teacher", school), ("auditor", None)}
    cause = uuid4()
    occasion = Occasion("test", None, desk.office.kernel.clock.now(), cause, cause)
    await execute(desk.office.kernel.store, ROSTER, f"person-{person}", LetGo(person=person, school=school), occasion)
    await desk.office.directory.caught_up(await desk.office.kernel.store.head())
    desk.office.kernel.posts.forget()
    assert await desk.posts(person) == {("auditor", None)}


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        ({"role": "district-duty"}, 422, "invalid"),
        ({"name": "X", "role": "supervisor", "school": "tidak-ada"}, 422, "invalid"),
        ({"name": "X", "role": "district-duty", "email": "a@x.invalid; b@x.invalid"}, 422, "invalid"),
        ({"name": "X", "role": "supervisor"}, 422, "post-does-not-fit"),
        ({"name": "X", "role": "district-officer"}, 422, "post-does-not-fit"),
        ({"name": "X", "role": "raja"}, 422, "invalid"),
        ({"name": "X", "role": "agency-officer"}, 422, "invalid"),
        ({"name": "X", "role": "agency-officer", "agency": "upt", "school": "20109999"}, 422, "invalid"),
        ({"name": "X", "role": "auditor", "agency": "upt"}, 422, "invalid"),
        ({"person": "tidak-ada", "role": "auditor"}, 422, "name-needed"),
    ],
)
async def test_what_does_not_fit_is_refused_where_it_is_entered(desk, body, status, what):
    answer = await desk.post("appointments", **body)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2].rpartition(":")[2]) == (status, what)
    assert await desk.office.told("person-appointed") == []


async def test_a_name_that_two_people_have_needs_the_id(desk):
    for person in ("eka-1", "eka-2"):
        await desk.done("appointments", person=person, name="Eka", role="auditor")
    assert (await desk.post("appointments", name="Eka", role="district-duty")).status_code == 422


async def test_a_suspension_holds_from_the_next_request_on(desk):
    person = (await desk.done("appointments", **DUTY))["person"]
    await desk.done("suspensions", person=person)
    assert await desk.posts(person) == set()
    await desk.done("suspensions/end", person=person)
    assert await desk.posts(person) == {("district-duty", None)}
    assert (await desk.post("suspensions", person="tidak-ada")).status_code == 404


async def test_only_the_operator_appoints(desk):
    who = bearer(desk.office.kernel.settings, somebody("dewi", {"system-administrator"}))
    for path in ("appointments", "appointments/end", "suspensions", "suspensions/end"):
        answer = await desk.client.post(f"/intake/api/{path}", json={"person": "dewi", "role": "district-duty"}, headers=who)
        assert answer.status_code == 403
