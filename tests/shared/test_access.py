"""A route without a row is nobody's, and nobody is asked twice who they are."""

from datetime import timedelta

import pytest
from fastapi import APIRouter

from shared.access import Permissions, Principal
from shared.errors import StartRefused
from tests.sessions import cookie
from tests.shared.rows import ANI, KEY, NOON, OLD, OTHER, ROLES, VALUE, application, ask, holder, token


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
