"""The demonstration's page *Masuk sebagai …*, over real HTTP: no token in an address, no other page to end on, nobody from elsewhere."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from markupsafe import escape
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from district.commands.directory import import_bundle
from district.deployment import free_port
from district.embedded.process import dying_with_us
from district.front import SignIn, front, holds_the_sample
from district.home import Home
from district.sample.faces import Face, faces, sample_schools
from district.sample.office import appoint_office
from district.sample.people import District, generate
from district.sample.roster import SOURCE, write_roster
from district.up import one_origin
from services.intake.roster.ids import person_id
from shared.access import Identity, Permissions
from shared.testing import eventually
from shared.web import _HEADERS

pytestmark = pytest.mark.servers

CHECKOUT = Path(__file__).parents[2]
COUNSELLOR = next(face for face in faces() if face.role == "counsellor")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running district with the sample's schools and staff, where the demonstration's sign-in is allowed."""
    home, port = Home(tmp_path_factory.mktemp("district")), free_port()
    told = {"TANGGAP_HOME": str(home.folder), "TANGGAP_PORT": str(port), "TANGGAP_DEMO_SIGN_IN": "true"}
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    with (home.folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "district", "up"), cwd=CHECKOUT, env=given | told, stdout=log, stderr=log, preexec_fn=dying_with_us()
        )
    url = f"http://127.0.0.1:{port}"
    try:
        asyncio.run(eventually(lambda: answers(url), within=60))
        import_bundle(url, home.service_headers(), staff_and_a_student(home.folder / "roster.zip"), allow_drop=False)
        with httpx.Client(trust_env=False) as client:
            appoint_office(client, url, home.service_headers(), generate())
        asyncio.run(eventually(lambda: knows_everybody(url, home), within=60))
        yield url
    finally:
        process.terminate()
        process.wait(30)


async def knows_everybody(url: str, home: Home) -> bool:
    """Cases and notifications have heard of everybody who has a first page there."""
    async with httpx.AsyncClient(trust_env=False) as client:
        theirs = [face for face in faces() if face.first.startswith(("/cases/", "/notifications/"))]
        asked = [await client.get(f"{url}{face.first}", headers={"authorization": f"Bearer {home.token(face.who)}"}) for face in theirs]
    return all(answer.is_success for answer in asked)


async def answers(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(f"{url}/intake/readyz")).is_success
        except httpx.TransportError:
            return False


def staff_and_a_student(path: Path) -> Path:
    """The student is the one whom one can sign in as."""
    whole, student = generate(), next(face.who.id for face in faces() if face.role == "student")
    people = [person for person in whole.people if person.kind == "staff" or person_id(SOURCE, person.key) == student]
    return write_roster(District(whole.schools, people), path)


@pytest.fixture
def browser(origin: str) -> Iterator[httpx.Client]:
    """What a browser sends with a form of our own page; it follows nothing by itself."""
    with httpx.Client(base_url=origin, trust_env=False, headers={"origin": origin, "sec-fetch-site": "same-origin"}) as client:
        yield client


def enter(browser: httpx.Client, **form: str) -> httpx.Response:
    return browser.post("/masuk", data=form)


# signing in --------------------------------------------------------------------------------------------------------


def test_the_page_shows_one_person_of_each_role_and_what_they_see(browser):
    page = browser.get("/masuk")
    assert page.status_code == 200
    shown = re.findall(r'name="role" value="([a-z-]+)">', page.text)
    known = {role for roles in Permissions().rows.values() for role in roles}
    assert sorted(shown) == sorted(
        known - {"*", "service", "mentor", "subject-teacher", "agency", "integrator"}
    )  # homeroom teachers teach; a machine signs in nowhere
    for face in faces():
        assert all(text in page.text for text in (face.name, face.title[0], face.sees[0], face.tries[0]))
    english = browser.get("/masuk", headers={"cookie": "tanggap_language=en"})
    assert all(escape(text) in english.text for face in faces() for text in (face.name, face.title[1], face.sees[1], face.tries[1]))


@pytest.mark.parametrize("face", faces(), ids=lambda face: face.role)
def test_everybody_signs_in_by_a_cookie_and_sees_their_first_page(browser, face: Face):
    answer = enter(browser, role=face.role)
    assert (answer.status_code, answer.headers["location"]) == (303, face.first)
    given = [told.partition("=") for told in answer.headers.get_list("set-cookie")]
    assert [name for name, _, _ in given] == ["tanggap_session", "tanggap_used"]
    for _, _, attributes in given:
        assert {part.strip().lower() for part in attributes.split(";")[1:]} == {"httponly", "max-age=43200", "path=/", "samesite=lax"}
    assert browser.get(face.first).status_code == 200


def test_what_a_person_sees_follows_from_their_role(browser):
    enter(browser, role="counsellor")
    assert browser.get("/cases/").status_code == 200
    enter(browser, role="homeroom")
    assert browser.get("/cases/").status_code == 403


def test_no_token_stands_in_an_address_and_none_there_is_taken(browser):
    old = browser.get("/masuk", params={"token": "tgp_x.y", "to": "https://evil.example/"})
    assert old.status_code == 200
    assert "set-cookie" not in old.headers
    assert "tgp_" not in old.text
    assert "evil.example" not in old.text


def test_a_page_of_ours_may_be_asked_for_and_opens_after_signing_in(browser):
    assert '<input type="hidden" name="next" value="/cases/cases/c-1">' in browser.get("/masuk", params={"next": "/cases/cases/c-1"}).text
    assert enter(browser, role="counsellor", next="/cases/cases/c-1").headers["location"] == "/cases/cases/c-1"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/cases/", "/\\evil.example", "/cases/../masuk", "/masuk", ""])
def test_any_other_address_to_go_to_is_not_followed(browser, wanted):
    assert 'name="next"' not in browser.get("/masuk", params={"next": wanted}).text
    assert enter(browser, role="counsellor", next=wanted).headers["location"] == COUNSELLOR.first


def test_a_role_that_nobody_has_is_refused(browser):
    for form in ({}, {"role": "service"}, {"role": "*"}):
        answer = enter(browser, **form)
        assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)


# who may not -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
        {"host": "evil.example"}, {"x-forwarded-for": "192.0.2.1"}, {"forwarded": "for=192.0.2.1"},
    ],
)  # fmt: skip
def test_a_form_from_elsewhere_signs_nobody_in(browser, headers):
    answer = browser.post("/masuk", data={"role": "counsellor"}, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_a_form_that_does_not_say_where_it_comes_from_signs_nobody_in(origin):
    answer = httpx.post(f"{origin}/masuk", data={"role": "counsellor"}, trust_env=False)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"x-forwarded-for": "192.0.2.1"}])
def test_the_page_is_shown_to_nobody_from_elsewhere(browser, headers):
    answer = browser.get("/masuk", headers=headers)
    assert (answer.status_code, "<form" in answer.text) == (403, False)


def schools(*found: str, status: int = 200) -> Starlette:
    """Intake as far as the page asks it."""

    async def told(_) -> JSONResponse:
        return JSONResponse({"items": [{"school": each} for each in found]}, status)

    return Starlette(routes=[Route("/intake/api/schools", told)])


def test_a_roster_of_ones_own_turns_it_off():
    sample = sorted(sample_schools())
    found = [schools(*sample), schools(), schools("s-1"), schools(*sample, "s-1"), schools(*sample[1:]), schools(*sample, status=503)]
    assert [asyncio.run(holds_the_sample(each)) for each in found] == [True, False, False, False, False, False]


async def with_a_cookie(who: Identity, answer: Response) -> None:
    answer.set_cookie("tanggap_session", who.id)


def without_district(sign_in: SignIn | None) -> list[httpx.Response]:
    """What page, form and first page answer where no service runs."""

    async def scenario() -> list[httpx.Response]:
        here = "http://127.0.0.1"
        async with httpx.AsyncClient(transport=httpx.ASGITransport(one_origin({}, front(sign_in), here)), base_url=here) as client:
            form = await client.post("/masuk", data={"role": "counsellor"}, headers={"origin": here})
            return [await client.get("/masuk"), form, await client.get("/")]

    return asyncio.run(scenario())


@pytest.mark.parametrize(("sample", "statuses"), [(True, [200, 303, 200]), (False, [403, 403, 200])])
def test_over_other_data_nobody_is_offered_and_nobody_signs_in(sample, statuses):
    async def holds_it() -> bool:
        return bool(sample)

    page, form, _ = told = without_district(SignIn(faces(), with_a_cookie, holds_it))
    assert [each.status_code for each in told] == statuses
    assert (COUNSELLOR.name in page.text, "set-cookie" in form.headers) == (sample, sample)


def test_the_first_page_leads_nobody_to_a_page_that_refuses_them():
    *_, first = without_district(None)
    assert [each for each in re.findall(r'<a[^>]* href="(/[^"]*)"', first.text) if not each.endswith("/docs")] == [
        "/", "/intake/lapor", "/intake/status", "/intake/mulai",
    ]  # fmt: skip


def test_where_it_is_not_allowed_there_is_no_such_page():
    page, form, first = without_district(None)
    assert [page.status_code, form.status_code, first.status_code] == [404, 404, 200]
    assert 'href="/masuk"' not in first.text


# every answer ------------------------------------------------------------------------------------------------------

EVERY = [
    "/",
    "/masuk",
    "/masuk/",
    "/unknown",
    "/unknown/deeper",
    "/cases",
    "/intake/lapor/",
    "/cases/api/cases/",
    "/cases/unknown",
    "//evil.example/cases",
]


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_has_the_security_headers(browser, path):
    told = browser.get(httpx.URL(str(browser.base_url), raw_path=path.encode())).headers
    wanted = _HEADERS | ({"referrer-policy": "same-origin"} if path == "/masuk" else {})
    assert {name: told.get(name) for name in _HEADERS} == wanted


@pytest.mark.parametrize("path", EVERY)
def test_no_answer_repeats_the_host_that_a_request_names(browser, path):
    answer = browser.get(httpx.URL(str(browser.base_url), raw_path=path.encode()), headers={"host": "host.example"})
    assert "host.example" not in answer.text + str(answer.headers)
    assert answer.headers.get("location", "/").startswith("/")
    assert not answer.headers.get("location", "/").startswith("//")


def test_a_slash_too_many_or_too_few_leads_to_the_page(browser):
    assert browser.get("/intake/lapor/").headers["location"] == "/intake/lapor"
    assert browser.get("/cases?urgency=high").headers["location"] == "/cases/?urgency=high"
