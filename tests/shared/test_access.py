"""Who may use what: only our own, unchanged and unexpired tokens count, and what no row allows is allowed to nobody."""

import asyncio
import hmac
import importlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from shared.access import (
    ANONYMOUS,
    EVERYWHERE,
    Access,
    Identity,
    Kind,
    Permissions,
    Principal,
    SignedIn,
    issue_token,
    read_token,
    service_principal,
    signed_in,
)
from shared.clock import FixedClock
from shared.errors import Invalid, NotSignedIn, StartRefused, Unavailable
from shared.events import PartnerRole, Post, StaffRole
from shared.keys import Keys
from shared.machines.key import PREFIX, ApiKey
from shared.service.creating import all_routes
from shared.sessions.cookies import Cookies
from shared.settings import read_settings
from shared.web import install
from tests.keys import Known, keys, secrets, somebody
from tests.sessions import Held, cookie, session

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOCK = FixedClock(NOON)
KEY, OTHER = keys(clock=CLOCK), keys(known=secrets(b"o"), clock=CLOCK)
ANI = somebody("ani", {"counsellor", "coordinator"}, {"smp1"})
WHO = Identity("ani", "person")
VALUE, OLD = "v" * 42 + "w", "o" * 43
OPEN, OVER = session(VALUE, WHO, NOON), session(OLD, WHO, NOON - timedelta(days=1))
ROLES = sorted({*get_args(StaffRole), *get_args(PartnerRole), "student", "guardian", "agency", "integrator", "service", "anonymous"})
PINNED = Path(__file__).parents[1] / "pinned" / "routes.json"
ROWS = json.loads(PINNED.read_text(encoding="utf-8"))
"""Which roles use which route, written out and reviewed: a row of the permission file that is widened differs from it."""


def token(principal: Identity = ANI, *, key: Keys = KEY, expires: datetime = NOON + timedelta(hours=1)) -> str:
    return issue_token(key, principal, expires)


def holder(role: str) -> Principal:
    """Somebody who is only this; services, agencies and strangers are what their kind says."""
    kind: Kind = role if role in ("agency", "integrator", "service", "anonymous") else "person"  # type: ignore[assignment]
    return somebody(role, {role}) if kind == "person" else Principal(role, kind)


# tokens ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("principal", [ANI, service_principal("cases"), Principal("upt", "agency"), holder("auditor")])
def test_a_token_says_again_who_it_was_made_for(principal):
    assert read_token(KEY, token(principal), NOON) == Identity(principal.id, principal.kind)


def test_row_14_no_credential_says_what_somebody_may(principal=ANI):
    payload = token(principal).split(".")[1]
    assert json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).keys() == {"id", "kind", "expires", "made"}


def test_a_token_is_good_until_its_last_second_and_not_after():
    assert read_token(KEY, token(expires=NOON), NOON) == WHO
    with pytest.raises(NotSignedIn, match="expired"):
        read_token(KEY, token(expires=NOON), NOON + timedelta(seconds=1))


def test_a_token_of_another_deployment_is_not_valid_here():
    with pytest.raises(NotSignedIn, match="not valid"):
        read_token(KEY, token(key=OTHER), NOON)


def forged(**changed) -> str:
    """A token with another payload under the old signature."""
    prefix, payload, signature = token().split(".")
    told = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) | changed
    return f"{prefix}.{urlsafe_b64encode(json.dumps(told, separators=(',', ':')).encode()).decode().rstrip('=')}.{signature}"


def test_the_forger_of_these_tests_changes_what_it_says_and_nothing_else():
    assert forged() == token()


@pytest.mark.parametrize("changed", [{"roles": ["auditor"]}, {"schools": []}, {"id": "budi"}, {"expires": 9_999_999_999}, {"kind": "service"}])
def test_nobody_gives_themselves_more(changed):
    with pytest.raises(NotSignedIn):
        read_token(KEY, forged(**changed), NOON)


@pytest.mark.parametrize("place", range(0, len(token()), 7))
def test_a_token_with_one_character_changed_is_refused(place):
    whole = token()
    changed = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
    with pytest.raises(NotSignedIn):
        read_token(KEY, changed, NOON)


@pytest.mark.parametrize("told", ["", "tgp_", "tgp_.", ".", token()[4:], token().rsplit(".", 1)[0], token() + "=", token() + ".x", "tgp_é.é", "\x00"])
def test_what_is_no_token_is_refused_and_not_quoted(told):
    with pytest.raises(NotSignedIn) as caught:
        read_token(KEY, told, NOON)
    assert len(told) < 5 or told not in str(caught.value)


@settings(max_examples=200, deadline=None, database=None)
@drawn(st.text(max_size=60), st.booleans())
def test_no_text_whatever_is_read_as_a_token(told, prefixed):
    with pytest.raises(NotSignedIn):
        read_token(KEY, f"tgp_{told}" if prefixed else told, NOON)


def test_a_credential_of_one_use_is_none_of_another():
    service = token(service_principal("cases"))
    for told in (VALUE, service.replace("tgs_", "tgp_"), token().replace("tgp_", "tgs_"), f"tgp_{VALUE}"):
        with pytest.raises(NotSignedIn, match="not valid"):
            read_token(KEY, told, NOON)
    cookies = Cookies(KEY, secure=False)
    assert [cookies.value({"tanggap_session": told}) for told in (token(), service, VALUE)] == [None, None, VALUE]


def test_nothing_is_issued_that_would_outlive_the_overlap_of_its_key():
    assert issue_token(KEY, ANI, NOON + timedelta(hours=12))
    with pytest.raises(Invalid, match="12:00:00 at most"):
        issue_token(KEY, ANI, NOON + timedelta(hours=12, seconds=1))


def test_a_token_of_the_first_release_is_not_read_any_more():
    """It held half a day; an upgrade asks everybody to sign in anew."""
    told = urlsafe_b64encode(json.dumps({"id": "ani", "kind": "person", "roles": [], "schools": [], "expires": 9_999_999_999}).encode()).decode()
    signature = urlsafe_b64encode(hmac.digest(b"k" * 32, b"tanggap-token|" + told.encode(), "sha256")).decode().rstrip("=")
    with pytest.raises(NotSignedIn, match="not valid"):
        read_token(keys(known=secrets(b"k", "0"), clock=CLOCK), f"tgp_{told}.{signature}", NOON)


BUDI = Principal("budi", "person", frozenset({Post("subject-teacher", "a"), Post("counsellor", "b")}))


def test_security_9_a_role_counts_only_at_the_school_where_it_is_held():
    assert BUDI.roles == {"subject-teacher", "counsellor"}
    assert BUDI.holds("counsellor")
    assert [BUDI.holds_at(school, "counsellor") for school in "abc"] == [False, True, False]
    assert [BUDI.at(school) for school in "abc"] == [True, True, False]
    assert (BUDI.schools("counsellor"), BUDI.schools(), BUDI.schools("auditor")) == (frozenset("b"), frozenset("ab"), frozenset())


def test_security_9_for_a_route_only_the_posts_of_its_roles_count():
    counsellor = BUDI.only(frozenset({"counsellor", "coordinator"}))
    assert (counsellor.at("a"), counsellor.at("b"), counsellor.schools()) == (False, True, frozenset("b"))


def test_a_role_in_the_whole_district_holds_at_every_school():
    duty = somebody("dewi", {"district-duty"})
    assert (duty.holds_at("a", "district-duty"), duty.at("a"), duty.schools()) == (True, True, EVERYWHERE)


def test_security_10_empty_is_nobody():
    nobody = Principal("ani", "person")
    assert (nobody.roles, nobody.at("a"), nobody.schools(), nobody.holds(*ROLES)) == (frozenset(), False, frozenset(), False)
    assert not ANONYMOUS.holds(*(role for role in ROLES if role != "anonymous"))


def test_security_10_only_a_person_holds_posts_and_is_never_an_agency_or_a_service():
    assert Principal("upt", "agency", frozenset({Post("auditor")})).roles == {"agency"}
    assert not somebody("ani", {"counsellor"}, {"a"}).holds("agency", "service")


# a route is nobody's without a row ---------------------------------------------------------------------------------


def application(rows: dict[str, list[str]], tmp_path, more: str = "") -> FastAPI:
    """Routes `/a`, `/b` and others, with these rows."""
    file = tmp_path / "permissions.toml"
    file.write_text("[routes]\n" + "".join(f'"{route}" = {json.dumps(roles)}\n' for route, roles in rows.items()) + more, encoding="utf-8")
    app = FastAPI()
    install(app)
    access = Access(KEY, Permissions(file), FixedClock(NOON), Known(ANI, *map(holder, ROLES)), Held(OPEN, OVER), Cookies(KEY, secure=False))
    app.state.kernel = SimpleNamespace(access=access)

    async def answered(principal: SignedIn) -> str:
        return principal.id

    for path in ("/a", "/b", "/nowhere", "/things/{thing}", "/everybody", "/others", "/own"):
        app.add_api_route(path, answered, methods=["GET", "POST"])
    return app


def ask(app: FastAPI, path: str, *, method: str = "GET", **more) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://test") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asked())


def bearer(principal: Principal, **more) -> dict[str, str]:
    return {"authorization": f"Bearer {token(principal, **more)}"}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_uses_a_route_without_a_row_nor_one_whose_row_leaves_it_out(tmp_path, role):
    others = [each for each in ROLES if each != role]
    app = application({"GET /a": [role], "GET /b": others}, tmp_path)
    assert ask(app, "/a", headers=bearer(holder(role))).status_code == 200
    for path, method in (("/b", "GET"), ("/nowhere", "GET"), ("/a", "POST"), ("/things/a", "GET")):
        assert ask(app, path, method=method, headers=bearer(holder(role))).status_code == 403, (path, method)


def test_somebody_without_any_role_uses_only_what_is_everybodys(tmp_path):
    app = application({"GET /a": ["*"], "GET /b": ROLES}, tmp_path)
    nobody = Principal("nobody", "person")
    assert [ask(app, path, headers=bearer(nobody)).status_code for path in ("/a", "/b", "/nowhere")] == [200, 403, 403]


def test_without_credentials_one_is_asked_to_sign_in_except_where_everybody_may(tmp_path):
    app = application({"GET /a": ["*"], "GET /b": ["counsellor"]}, tmp_path)
    assert (ask(app, "/a").status_code, ask(app, "/a").json()) == (200, "anonymous")
    for path in ("/b", "/nowhere"):
        answer = ask(app, path)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")


def test_a_row_is_of_the_route_and_not_of_the_address_that_was_typed(tmp_path):
    app = application({"GET /things/{thing}": ["counsellor"], "GET /things/secret": ["*"]}, tmp_path)
    assert ask(app, "/things/secret").status_code == 401
    assert ask(app, "/things/secret", headers=bearer(ANI)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {token(key=OTHER)}"}, {"authorization": f"Bearer {token(expires=NOON - timedelta(seconds=1))}"},
        {"authorization": f"Bearer {token()}x"}, {"authorization": f"Basic {token()}"}, {"authorization": token()}, {"authorization": "Bearer"},
        {"authorization": "Bearer ", "cookie": f"tanggap_session={VALUE[::-1]}"}, {"cookie": f"tanggap_session={VALUE}x"},
        {"authorization": b"Bearer tgp_\xe9.\xff"}, {"cookie": f"session={VALUE}"}, {"cookie": f"tanggap_session={token()}"},
        {"authorization": f"Bearer {VALUE}"}, {"cookie": f"__Host-tanggap_session={VALUE}"},
    ],
)  # fmt: skip
def test_credentials_that_are_not_ours_open_nothing_and_are_not_repeated(tmp_path, headers):
    answer = ask(application({"GET /a": ["counsellor"]}, tmp_path), "/a", headers=headers)
    assert answer.status_code == 401
    assert not any(prefix in answer.text for prefix in ("tgp_", "tgs_", "tgc_"))


@pytest.mark.parametrize("headers", [bearer(ANI), {"authorization": f"bearer  {token()} "}, cookie(VALUE, KEY)])
def test_a_bearer_token_or_a_session_cookie_says_who_asks(tmp_path, headers):
    assert ask(application({"GET /a": ["counsellor"]}, tmp_path), "/a", headers=headers).json() == "ani"


def test_an_old_session_cookie_does_not_shut_what_is_everybodys(tmp_path):
    assert ask(application({"GET /a": ["*"]}, tmp_path), "/a", headers=cookie(OLD, KEY)).json() == "anonymous"


def test_a_route_without_a_row_stops_the_start_and_is_named(tmp_path):
    file = tmp_path / "permissions.toml"
    file.write_text('[routes]\n"GET /a" = ["*"]\n"POST /b" = []\n', encoding="utf-8")
    routes = APIRouter()
    routes.add_api_route("/a", lambda: None, methods=["GET"])
    Permissions(file).require_rows(routes.routes)
    for path, method in (("/b", "POST"), ("/a", "POST"), ("/nowhere", "GET")):
        routes = APIRouter()
        routes.add_api_route(path, lambda: None, methods=[method])
        with pytest.raises(StartRefused, match=f"`{method} {path}`"):
            Permissions(file).require_rows(routes.routes)


# the reviewed file and the real services ---------------------------------------------------------------------------


@cache
def service_of(name: str) -> FastAPI:
    """A service that is put together and not started."""
    key = urlsafe_b64encode(b"k" * 32).decode()
    told = read_settings(
        {"DATABASE_URL": "postgresql://nowhere/x", "REDIS_URL": "redis://nowhere", "TANGGAP_MASTER_KEY": key, "TANGGAP_TOKEN_KEY": key}
    )
    return importlib.import_module(f"services.{name}.app").create_app(told)


def served(name: str) -> dict[str, APIRoute]:
    """Every route of a service, by row."""
    app = service_of(name)
    return {f"{method} {route.path_format}": route for route in all_routes(app) if isinstance(route, APIRoute) for method in route.methods or ()}


def asks_who(dependant) -> bool:
    return dependant.call is signed_in or any(asks_who(each) for each in dependant.dependencies)


@pytest.mark.parametrize("service", ["intake", "cases", "notifications"])
def test_every_route_of_a_service_has_a_row_and_asks_who_is_there(service):
    routes = served(service)
    assert len(routes) > 10
    assert [row for row in routes if row not in ROWS] == []
    assert [row for row, route in routes.items() if not asks_who(route.dependant)] == []


@pytest.mark.parametrize("service", ["intake", "cases", "notifications"])
def test_no_row_is_about_a_route_that_is_not_there(service):
    assert [row for row in ROWS if row.split(" ")[1].startswith(f"/{service}/") and row not in served(service)] == []


def test_every_role_of_the_file_is_one_that_somebody_can_hold():
    assert {role for roles in ROWS.values() for role in roles} - {"*"} <= set(ROLES)


@pytest.mark.parametrize("service", ["intake", "cases", "notifications"])
def test_each_route_of_a_service_is_for_the_pinned_roles_and_nobody_else(service):
    permissions = service_of(service).state.kernel.access.permissions
    pinned = {row: roles for row, roles in ROWS.items() if row.split(" ")[1].startswith(f"/{service}/")}
    assert {row: sorted(permissions.roles(*row.split(" "))) for row in served(service)} == pinned


def test_an_unknown_route_is_for_nobody():
    assert Permissions().roles("POST", "/cases/api/cases/{case_id}/burn") == frozenset()


def test_a_command_whose_permission_has_no_row_stops_the_start_and_is_named():
    with pytest.raises(StartRefused, match="burning"):
        Permissions().grant("POST", "/cases/api/cases/{case_id}/burn", "burning")


OPERATIONS = (
    "/metrics",
    "/feed",
    "/heads",
    "/epochs",
    "/api/keys",
    "/api/parked",
    "/api/parked/replay",
    "/api/views/{view}/rebuild",
    "/api/people",
)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_are_for_services_and_administrators_alone(operation):
    rows = [roles for row, roles in ROWS.items() if row.endswith(operation)]
    assert rows
    assert all(set(roles) <= {"service", "system-administrator"} for roles in rows)


def test_a_roster_is_brought_by_whoever_operates_the_district_or_a_school_alone():
    rows = [ROWS["POST /intake/api/roster"], ROWS["GET /intake/api/roster/report"]]
    assert [set(roles) for roles in rows] == [{"service", "system-administrator", "school-operator"}] * 2


def test_a_system_administrator_reads_no_content_and_a_case_is_nobodys_without_signing_in():
    content = [roles for row, roles in ROWS.items() if "/cases/api/cases" in row or "/package" in row or row == "GET /cases/cases/{case_id}"]
    assert len(content) > 10
    assert all(not {"*", "system-administrator", "anonymous", "student", "guardian"} & set(roles) for roles in content)


def test_a_package_is_read_by_an_agency_alone():
    assert ROWS["GET /notifications/api/tasks/{task_id}/package"] == ["agency"]


# keys of machines (ADR 43) -----------------------------------------------------------------------------------------


class Machines:
    """A look-up of keys for tests: these values, each an agency's or an integrator's."""

    def __init__(self, *keys: ApiKey) -> None:
        self.keys = {f"{PREFIX}{each.id}": each for each in keys}

    async def of(self, value: str) -> ApiKey | None:
        if value == f"{PREFIX}silent":
            raise Unavailable
        return self.keys.get(value)


SCOPED = """
[scopes."a:read"]
holders = ["agency"]
routes = ["GET /a", "GET /b", "GET /everybody"]

[scopes."b:read"]
holders = ["integrator"]
routes = ["GET /b"]
"""
MACHINES = Machines(
    ApiKey("one", "rsud", "agency", frozenset({"a:read"}), NOON), ApiKey("two", "dasbor", "integrator", frozenset({"b:read"}), NOON),
    ApiKey("three", "upt", "agency", frozenset({"gone"}), NOON), ApiKey("four", "dasbor", "integrator", frozenset({"a:read"}), NOON),
)  # fmt: skip


@pytest.fixture
def machines(tmp_path) -> FastAPI:
    rows = {
        "GET /a": ["agency"],
        "POST /a": ["agency"],
        "GET /b": ["integrator"],
        "GET /everybody": ["*"],
        "GET /others": ["*"],
        "GET /own": ["agency"],
    }
    app = application(rows, tmp_path, more=SCOPED)
    app.state.kernel.access = replace(app.state.kernel.access, machines=MACHINES)
    return app


@pytest.mark.parametrize(
    ("key", "method", "path", "status", "who"),
    [
        ("one", "GET", "/a", 200, "rsud"),
        ("one", "POST", "/a", 403, None),
        ("one", "GET", "/own", 403, None),
        ("one", "GET", "/b", 403, None),
        ("one", "GET", "/everybody", 200, "rsud"),
        ("one", "GET", "/others", 200, "anonymous"),
        ("two", "GET", "/b", 200, "dasbor"),
        ("two", "GET", "/a", 403, None),
        ("three", "GET", "/a", 403, None),
        ("three", "GET", "/everybody", 200, "anonymous"),
        ("four", "GET", "/a", 403, None),
        ("unknown", "GET", "/a", 401, None),
        ("unknown", "GET", "/others", 401, None),
        ("silent", "GET", "/a", 503, None),
    ],
)
def test_a_machine_s_key_is_good_for_the_routes_of_its_scopes_and_of_these_for_those_of_its_holder(machines, key, method, path, status, who):
    answer = ask(machines, path, method=method, headers={"authorization": f"Bearer {PREFIX}{key}"})
    assert (answer.status_code, answer.json() if status == 200 else None) == (status, who)


def test_no_key_is_fresh_and_no_scope_opens_what_its_holders_rows_do_not():
    permissions = Permissions()
    for kind, names in permissions.scopes_of_holders().items():
        for name in names:
            scope = permissions._scopes[name]
            assert [each for each in scope["routes"] if not {kind, "*"} & set(permissions.rows[each])] == [], name
            assert [each for each in scope["routes"] if each in permissions.fresh] == []


def test_what_integrators_may_read_is_public_or_figures():
    """A reviewed list: a row that is widened for them differs from it."""
    assert sorted(route for route, roles in ROWS.items() if "integrator" in roles) == [
        "GET /cases/api/reports/district",
        "GET /notifications/api/agencies/hsds",
        "GET /notifications/fhir/R4/HealthcareService",
        "GET /notifications/fhir/R4/HealthcareService/{resource_id}",
        "GET /notifications/fhir/R4/Organization",
        "GET /notifications/fhir/R4/Organization/{resource_id}",
    ]
