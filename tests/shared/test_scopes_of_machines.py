"""Keys of machines open what their scopes and their holder may, and no more (ADR 43)."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from shared.access import Permissions
from shared.errors import Unavailable
from shared.machines.key import PREFIX, ApiKey
from tests.shared.rows import NOON, ROWS, application, ask


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
