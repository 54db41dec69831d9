"""Roles that open cases or accounts wait for the district when a school's own import asks for them (ADR 46; domain.md, Who is who)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.intake.domain.asked_roles import (
    ASKED_ROLES,
    AnswerRole,
    AskedRoles,
    AskForRoles,
    NothingAsked,
    OwnRequest,
    RoleAnswered,
    RoleAsked,
    Wish,
)
from services.intake.roster.ids import person_id, school_id
from shared.access import Principal, service_principal
from shared.testing import given
from tests.intake.bundles import zipped
from tests.intake.office import Office
from tests.intake.test_roster_imports import asking
from tests.keys import bearer, somebody

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
ANI = Wish("ani", "counsellor", "a")
BUDI = Wish("budi", "principal", "a")


def ask(*wishes: Wish, by: str = "operator") -> AskForRoles:
    return AskForRoles(wishes=wishes, by=by, at=NOW)


def answer(wish: Wish, *, granted: bool = True, by: str = "duty") -> AnswerRole:
    return AnswerRole(wish=wish, granted=granted, by=by, at=NOW)


def asked(wish: Wish, by: str = "operator") -> RoleAsked:
    return RoleAsked(person=wish.person, role=wish.role, school=wish.school, by=by, at=NOW)


def answered(wish: Wish, *, granted: bool = True) -> RoleAnswered:
    return RoleAnswered(person=wish.person, role=wish.role, school=wish.school, granted=granted, by="duty", at=NOW)


def test_each_role_is_asked_for_once_however_often_the_file_is_imported():
    given(ASKED_ROLES).when(ask(ANI, BUDI, ANI)).then(asked(ANI), asked(BUDI))
    given(ASKED_ROLES, asked(ANI)).when(ask(ANI, BUDI, by="other")).then(asked(BUDI, by="other"))
    given(ASKED_ROLES, asked(ANI), answered(ANI, granted=False)).when(ask(ANI)).then()


def test_a_role_that_was_given_and_taken_away_again_may_be_asked_for_again():
    given(ASKED_ROLES, asked(ANI), answered(ANI)).when(ask(ANI)).then(asked(ANI))


def test_the_district_says_yes_or_no():
    for granted in (True, False):
        given(ASKED_ROLES, asked(ANI)).when(answer(ANI, granted=granted)).then(answered(ANI, granted=granted))


def test_nobody_answers_their_own_request_or_one_about_themself():
    for by in ("operator", "ani"):
        given(ASKED_ROLES, asked(ANI)).when(answer(ANI, by=by)).refuses(OwnRequest)


def test_what_nobody_asked_for_or_what_was_answered_is_not_answered():
    given(ASKED_ROLES).when(answer(ANI)).refuses(NothingAsked)
    given(ASKED_ROLES, asked(ANI), answered(ANI)).when(answer(ANI, granted=False)).refuses(NothingAsked)
    assert AskedRoles() == ASKED_ROLES.initial


# by pages ------------------------------------------------------------------------------------------------------------

HEAD, ORGS = "sourcedId,name,type\n", "a,SMP Negeri 1,school\n"
USERS = "sourcedId,status,givenName,familyName,role,orgSourcedIds,email,metadata.tanggapRoles\n"
ANIS = "ani,,Ani,Contoh,teacher,a,ani@contoh.invalid,\n"
RINA = ANIS + "rina,,Rina,Contoh,teacher,a,rina@contoh.invalid,counsellor\n"
A, RINAS = school_id("roster", "a"), person_id("roster", "rina")
OPERATOR = somebody("operator-a", {"school-operator"}, {A})
DUTY = somebody("duty", {"district-duty"})


def bundle(office, users: str) -> bytes:
    return zipped({"orgs": HEAD + ORGS, "users": USERS + users}, office.folder / "o.zip").read_bytes()


@dataclass
class Pages:
    """Intake with one school, asked by whoever is named."""

    office: Office
    client: httpx.AsyncClient

    def _as(self, who: Principal) -> dict[str, str]:
        return bearer(self.office.kernel.settings, who)

    async def bring(self, users: str, who: Principal = OPERATOR, **typed: str) -> httpx.Response:
        files = {"berkas": ("sekolah.zip", bundle(self.office, users), "application/zip")}
        return await self.client.post("/intake/impor", data=typed, files=files, headers=self._as(who))

    async def send(self, path: str, who: Principal, **more: Any) -> httpx.Response:
        return await self.client.post(path, headers=self._as(who) | more.pop("headers", {}), **more)

    async def get(self, path: str, who: Principal) -> httpx.Response:
        return await self.client.get(path, headers=self._as(who))

    async def answer(self, who: Principal, jawaban: str) -> httpx.Response:
        wish = {"person": RINAS, "role": "counsellor", "school": A}
        return await self.send("/intake/peran", who, data=wish | {"jawaban": jawaban})

    async def told(self, event_type: str) -> list[dict]:
        return await self.office.told(event_type)

    async def holds(self) -> bool:
        """Rina is a counsellor of the school."""
        self.office.kernel.posts.forget()
        return "counsellor" in await self.office.kernel.posts.roles(RINAS, A)


@pytest.fixture
async def school(office):
    await office.bring_files({"orgs": HEAD + ORGS, "users": USERS + ANIS})
    async with asking(office) as client:
        yield Pages(office, client)


@pytest.mark.anyio
async def test_an_import_by_page_is_tried_first_and_changes_nothing_then(school):
    told = len(await school.told("person-registered"))
    tried = await school.bring(RINA, coba="1")
    assert (tried.status_code, "Yang akan berubah" in tried.text, "baris 3" in tried.text) == (200, True, True)
    assert (len(await school.told("person-registered")), await school.told("role-asked")) == (told, [])
    applied = await school.bring(RINA)
    assert (applied.status_code, "Yang berubah" in applied.text, "dinas diminta menyetujuinya" in applied.text) == (200, True, True)
    assert len(await school.told("person-registered")) == told + 1
    assert "Menunggu persetujuan dinas" in applied.text
    assert ("Perubahan menurut sekolah" in applied.text, "Bagian lain tetap" in applied.text) == (True, False), "its one part changed"
    again = (await school.bring(RINA)).text
    assert ("isi berkas sama dengan yang sudah ada" in again, "Perubahan menurut sekolah" in again) == (True, False), "no table of zeros"


@pytest.mark.anyio
async def test_the_district_agrees_and_the_role_holds_and_the_next_import_takes_nothing_away(school):
    await school.bring(RINA)
    waiting = await school.get("/intake/peran", DUTY)
    assert ("Rina Contoh: Konselor (guru BK)" in waiting.text, "SMP Negeri 1" in waiting.text) == (True, True)
    done = await school.answer(DUTY, "ya")
    assert (done.status_code, done.headers["location"]) == (303, "/intake/peran?tersimpan=1")
    assert await school.holds()
    await school.bring(RINA)
    assert await school.holds()
    assert "Tidak ada yang menunggu jawaban." in (await school.get("/intake/peran", DUTY)).text


@pytest.mark.anyio
async def test_a_refusal_stays_one_and_a_second_answer_is_told(school):
    await school.bring(RINA)
    assert (await school.answer(DUTY, "tidak")).status_code == 303
    again = await school.answer(DUTY, "ya")
    assert (again.status_code, "sudah dijawab" in again.text) == (404, True)
    await school.bring(RINA)
    assert len(await school.told("role-asked")) == 1
    assert not await school.holds()


@pytest.mark.anyio
async def test_who_asked_does_not_agree_and_an_operator_does_not_see_the_page(school):
    await school.bring(RINA)
    assert (await school.get("/intake/peran", OPERATOR)).status_code == 403
    herself = somebody(RINAS, {"district-duty"})
    assert (await school.answer(herself, "ya")).status_code == 409
    assert await school.told("role-answered") == []


@pytest.mark.anyio
async def test_a_file_that_is_none_says_so_at_its_field_and_changes_nothing(school):
    for content in (b"", b"no zip", b"PK\x03\x04broken"):
        answer = await school.send("/intake/impor", OPERATOR, files={"berkas": ("x.zip", content, "application/zip")})
        assert (answer.status_code, 'href="#berkas"' in answer.text) == (422, True), content
    assert (await school.send("/intake/impor", OPERATOR, data={"coba": "1"})).status_code == 422
    large = await school.send("/intake/impor", OPERATOR, content=b"", headers={"content-length": str(80 * 1024 * 1024)})
    assert (large.status_code, 'href="#berkas"' in large.text) == (413, True)
    principal = somebody("kepala", {"principal"}, {A})
    assert ((await school.get("/intake/impor", principal)).status_code, (await school.bring(RINA, principal)).status_code) == (200, 403)


@pytest.mark.anyio
async def test_intake_says_in_numbers_what_a_school_lacks(school):
    await school.bring(RINA + "budi,,Budi,Contoh,student,a,,\n")
    await school.answer(DUTY, "ya")
    told = (await school.get(f"/intake/api/schools/{A}/readiness", service_principal("cases"))).json()
    assert told == {"students": 1, "without_class": 1, "without_guardian": 1, "without_account": 1}
