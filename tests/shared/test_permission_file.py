"""The reviewed permission file and the real services: every route has a row, and every row a route."""

import importlib
from base64 import urlsafe_b64encode
from functools import cache

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from shared.access import Permissions, signed_in
from shared.errors import StartRefused
from shared.settings import read_settings
from tests.shared.rows import ROLES, ROWS


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
    return {f"{method} {route.path_format}": route for route in app.routes if isinstance(route, APIRoute) for method in route.methods or ()}


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
